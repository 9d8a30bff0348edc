// What a rule is shown to say, and the changes of the world that more than one scenario makes.
import { OpsError } from '../../../../../src/errors.ts'
import { peopled } from '../../../sops/rules/people.ts'
import { keySecret, kustomization, type Parts, written } from '../world.ts'

export interface Scenario {
  /** The world is one in which … */
  readonly given: string
  readonly change: (parts: Parts) => void
  /** Words that the answer has to have. */
  readonly says?: RegExp
}

export interface Outcomes {
  readonly found: readonly [Scenario, ...Scenario[]]
  /** Or why it can always tell. */
  readonly unknown: readonly Scenario[] | string
  readonly holds?: readonly Scenario[]
  readonly skipped?: readonly Scenario[]
}

export type OutcomeTable = Readonly<Record<string, Outcomes>>

export const PQ = `age1pq1${'q'.repeat(20)}`
export const KEY = `AGE-SECRET-KEY-1${'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L'.repeat(2).slice(0, 58)}`
// biome-ignore lint/suspicious/noTemplateCurlyInString: as Flux has it
export const VARIABLE = 'postgres://u:${PASSWORD}@db'
export const rules = (text: string) => (parts: Parts) => void parts.files.set('.sops.yaml', peopled(text))
export const file = (path: string, text: string) => (parts: Parts) => void parts.files.set(path, peopled(text))
export const both =
  (...changes: readonly ((parts: Parts) => void)[]) =>
  (parts: Parts) => {
    for (const change of changes) change(parts)
  }
export const unread = (parts: Parts) => void Object.assign(parts, { cluster: { unread: 'the API server cannot be reached' } })
export const noCluster = (parts: Parts) => void Object.assign(parts, { cluster: undefined })
export const broken = (path: string) =>
  new OpsError({ code: 'sealed-malformed', message: `${path}:7: its metadata of sops is incomplete: no key is named that opens it` })
export const brokenRules = {
  given: 'the rules cannot be loaded',
  change: rules('creation_rules: {}\n'),
  says: /\.sops\.yaml cannot be read/,
}
export const clusterUnread = { given: 'the cluster cannot be reached', change: unread, says: /cannot be reached/ }
export const notAsked = [{ given: 'no cluster was asked', change: noCluster, says: /no cluster was asked/ }]
export const ofSecret = (look: ReturnType<typeof keySecret>) => (parts: Parts) =>
  parts.change((cluster) => void Object.assign(cluster, { keySecrets: [look] }))
export const forbidden = {
  given: 'the Secret may not be read',
  change: ofSecret(keySecret([], { look: { status: 'unread', why: 'you may not get secrets' } })),
  says: /may not get/,
}
export const live = (spec: object) => (parts: Parts) =>
  parts.change((cluster) => void Object.assign(cluster, { applied: [{ kustomization: kustomization('apps', spec), folder: 'apps' }] }))
export const nothingOfUs = (parts: Parts) => parts.change((cluster) => void Object.assign(cluster, { applied: [] }))
export const noneApplied = {
  given: 'the cluster applies nothing of this repository',
  change: nothingOfUs,
  says: /admin@prod: it applies nothing of this repository.*--context NAME/,
}
export const ofFallback = (change: (parts: Parts) => void = () => undefined) => ({
  given: 'a Kustomization takes the Secret of a controller that was not found',
  change: both(change, (parts) => parts.change((cluster) => void Object.assign(cluster, { fallbackUnknown: 'that was not found' }))),
  says: /that was not found/,
})
export const patched = file(
  'clusters/prod/root.yaml',
  written('root', '  patches:\n    - patch: |\n        spec:\n          decryption:\n            provider: sops\n').replace(
    './apps',
    './clusters/prod',
  ),
)
