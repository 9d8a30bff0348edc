// What is in one namespace of a storm, while everything is well.
import type { KubeObject } from '../../../../src/ports/kube.ts'
import { object } from '../objects.ts'
import { pick, type Roll } from './dice.ts'

/** However few are asked for. */
const LEAST_APPLIED = 4

/** Up to three of those before it, most often none: layers come about by themselves. */
const behind = (roll: Roll, before: readonly string[]): object[] =>
  before.length === 0 || roll(3) === 0 ? [] : Array.from({ length: 1 + roll(3) }, () => ({ name: pick(roll, before) }))

const distinct = (names: readonly object[]): object[] => [...new Map(names.map((one) => [JSON.stringify(one), one])).values()]

export const CHANGED = '2026-11-22T02:41:00Z'

/** Without a status. */
const notifier = (kind: string, namespace: string, spec: object): KubeObject => {
  const { metadata, ...rest } = object(kind, `${namespace}/chat`, spec)
  return { ...rest, metadata: { ...metadata, managedFields: [{ manager: 'kustomize-controller', time: CHANGED }] }, status: {} }
}

const GIT = { kind: 'GitRepository', name: 'src' }
const CHARTS = { kind: 'HelmRepository', name: 'charts' }

const alone = (namespace: string): KubeObject[] => [
  object('GitRepository', `${namespace}/src`),
  object('HelmRepository', `${namespace}/charts`),
  ...['OCIRepository', 'Bucket', 'ImageRepository', 'Receiver'].map((kind) => object(kind, `${namespace}/alone`)),
  object('ImagePolicy', `${namespace}/newest`, { imageRepositoryRef: { name: 'alone' } }),
  object('ImageUpdateAutomation', `${namespace}/updates`, { sourceRef: GIT }),
  notifier('Provider', namespace, { type: 'generic', secretRef: { name: 'token' } }),
  notifier('Alert', namespace, { providerRef: { name: 'chat' } }),
]

const sourceOf = (roll: Roll): object => (roll(8) === 0 ? { kind: pick(roll, ['OCIRepository', 'Bucket']), name: 'alone' } : GIT)

export function tenant(roll: Roll, namespace: string, count: number): KubeObject[] {
  const found = alone(namespace)
  const wanted = Math.max(count, found.length + LEAST_APPLIED)
  const [kustomizations, releases]: [string[], string[]] = [[], []]
  while (found.length < wanted) {
    const name = `o${found.length}`
    if (roll(3) > 0) {
      const spec = { sourceRef: sourceOf(roll), dependsOn: distinct(behind(roll, kustomizations)) }
      found.push(object('Kustomization', `${namespace}/${name}`, spec))
      kustomizations.push(name)
    } else {
      const source = roll(4) === 0 ? GIT : CHARTS
      found.push(object('HelmChart', `${namespace}/${namespace}-${name}`, { chart: name, sourceRef: source }))
      const chart = { spec: { chart: name, sourceRef: source } }
      found.push(object('HelmRelease', `${namespace}/${name}`, { chart, dependsOn: distinct(behind(roll, releases)) }))
      releases.push(name)
    }
  }
  return found
}
