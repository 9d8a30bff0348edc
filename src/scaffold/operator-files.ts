// What stands in git of a Flux that the Flux Operator keeps: the operator itself, the FluxInstance, and the file that lists both. As `migrate operator`
// leaves a repository, so that nobody sees which way a cluster came.
import type { ClusterFile } from '../cluster-file/schema.ts'
import { isKnown, release } from '../flux/catalogue/index.ts'
import { chartIn, distributionIn, OPERATOR_REGISTRY, OPERATOR_TESTED } from '../flux/catalogue/operator.ts'
import { decryptionPatch, goDuration } from '../flux/gotk-sync.ts'
import { COMPONENTS } from '../flux/kinds.ts'
import { instanceText, instanceWith, manifestText } from '../flux/operator-move/instance.ts'
import { operatorObjects } from '../flux/operator-move/operator.ts'
import { freshKustomization, INSTANCE_FILE, OPERATOR_FILE } from '../flux/operator-move/repository.ts'
import type { KubeObject } from '../ports/kube.ts'
import { controllerPatches, type KustomizePatch } from './controller-patches.ts'
import { componentsOf } from './install-patches.ts'
import { yamlOf } from './manifest.ts'
import type { ScaffoldFile } from './model.ts'
import { join } from './places.ts'

type File = Pick<ClusterFile, 'flux' | 'git' | 'sops'>
type Fields = Readonly<Record<string, unknown>>

/** What the cluster is, as far as the file does not say it. */
export interface OperatorFacts {
  readonly openshift: boolean
  /** Whether it serves ServiceMonitor: without it the chart could not be installed. */
  readonly serviceMonitors: boolean
  /** Whether the repository asks for credentials. */
  readonly pullSecret: boolean
}

export interface OperatorPlaces {
  readonly version: string
  readonly registry: string
  readonly insecure: boolean
  readonly chart: string
  /** With its tag. */
  readonly artifact: string
}

/** Where the operator comes from. */
export function operatorPlaces({ operator }: ClusterFile['flux']): OperatorPlaces {
  const { version = OPERATOR_TESTED, registry = OPERATOR_REGISTRY, insecureRegistry: insecure = false } = operator ?? {}
  return { version, registry, insecure, chart: chartIn(registry), artifact: `${distributionIn(registry)}:v${version}` }
}

export const operatorFolder = ({ git, flux }: Pick<ClusterFile, 'git' | 'flux'>): string => join(git.path, flux.namespace)

const some = (key: string, value: Fields | undefined): Fields =>
  value === undefined || Object.keys(value).length === 0 ? {} : { [key]: value }

/** Where its pods may run, and what they are pulled with, are those of Flux. */
export function operatorValues(flux: ClusterFile['flux'], { serviceMonitors }: Pick<OperatorFacts, 'serviceMonitors'>): Fields {
  const { registry } = operatorPlaces(flux)
  const { imagePullSecret: name, tolerationKeys, settings } = flux
  return {
    ...(settings.monitors.includes('ServiceMonitor') && serviceMonitors ? { serviceMonitor: { create: true } } : {}),
    ...some('image', {
      ...(registry === OPERATOR_REGISTRY ? {} : { repository: `${registry}/flux-operator` }),
      ...(name === undefined ? {} : { pullSecrets: [{ name }] }),
    }),
    ...(tolerationKeys.length === 0 ? {} : { tolerations: tolerationKeys.map((key) => ({ key, operator: 'Exists' })) }),
  }
}

function patchesOf({ flux, git, sops }: File): KustomizePatch[] {
  const { version, settings, logLevel, tolerationKeys, namespace } = flux
  const submodules = yamlOf([{ op: 'add', path: '/spec/recurseSubmodules', value: true }])
  return [
    ...controllerPatches(settings, { version, components: componentsOf(flux), logLevel, tolerationKeys }),
    ...(sops === undefined ? [] : [decryptionPatch(namespace, sops.secretName)]),
    ...(git.recurseSubmodules ? [{ patch: submodules, target: { kind: 'GitRepository', name: namespace } }] : []),
  ]
}

export function fluxInstance(file: File, facts: OperatorFacts): KubeObject {
  const { flux, git } = file
  const { labels, annotations } = flux.operator?.commonMetadata ?? {}
  const patches = patchesOf(file)
  return instanceWith(flux.namespace, {
    distribution: {
      version: flux.version,
      registry: flux.registry,
      ...(flux.imagePullSecret === undefined ? {} : { imagePullSecret: flux.imagePullSecret }),
    },
    components: COMPONENTS.filter((each) => componentsOf(flux).includes(each)),
    ...some('commonMetadata', { ...some('labels', labels), ...some('annotations', annotations) }),
    cluster: {
      type: flux.operator?.clusterType ?? (facts.openshift ? 'openshift' : 'kubernetes'),
      ...(flux.operator?.size === undefined ? {} : { size: flux.operator.size }),
      networkPolicy: flux.networkPolicy,
      ...(flux.operator?.multitenant === true ? { multitenant: true } : {}),
      ...(flux.clusterDomain === 'cluster.local' ? {} : { domain: flux.clusterDomain }),
    },
    sync: {
      kind: 'GitRepository',
      url: git.url,
      ref: `refs/heads/${git.branch}`,
      path: git.path === '.' ? './' : `./${git.path}`,
      interval: goDuration(git.interval),
      ...(facts.pullSecret ? { pullSecret: git.secretName } : {}),
    },
    ...(patches.length === 0 ? {} : { kustomize: { patches } }),
  })
}

/** `source.toolkit.fluxcd.io/v1`: the version in which a release stores a kind. */
function apiOf(version: string, kind: string, usual: string): string {
  const crd = isKnown(version) ? release(version).crds.find((each) => each.kind === kind) : undefined
  const stored = crd?.versions.find(({ storage }) => storage)
  return crd === undefined || stored === undefined ? usual : `${crd.group}/${stored.name}`
}

function operatorText({ flux }: File, facts: OperatorFacts): string {
  const { version, chart, insecure } = operatorPlaces(flux)
  return manifestText(
    operatorObjects({
      namespace: flux.namespace,
      chart,
      version,
      insecure,
      lockedDown: flux.operator?.multitenant === true,
      values: operatorValues(flux, facts),
      apis: {
        source: apiOf(flux.version, 'OCIRepository', 'source.toolkit.fluxcd.io/v1'),
        helm: apiOf(flux.version, 'HelmRelease', 'helm.toolkit.fluxcd.io/v2'),
      },
    }),
  )
}

/** All three, whole, whatever is there. */
export function operatorFiles(file: File, facts: OperatorFacts): ScaffoldFile[] {
  const folder = operatorFolder(file)
  return [
    { path: join(folder, OPERATOR_FILE), text: operatorText(file, facts), why: 'the Flux Operator, as Flux keeps it' },
    {
      path: join(folder, INSTANCE_FILE),
      text: instanceText(fluxInstance(file, facts)),
      why: 'which Flux runs, how it is set, and what the cluster follows',
    },
    { path: join(folder, 'kustomization.yaml'), text: freshKustomization([OPERATOR_FILE, INSTANCE_FILE]), why: 'lists both' },
  ]
}
