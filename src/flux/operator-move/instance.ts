// The FluxInstance that stands for what runs: version, registry, components, network policies and sync are read from the cluster, patches are carried.
import { Document, isScalar, Scalar, visit } from 'yaml'
import type { KubeObject } from '../../ports/kube.ts'
import { gatesIn, parseArguments } from '../controller-args.ts'
import { COMPONENTS, type Component } from '../kinds.ts'
import type { CarriedPatch } from './carried.ts'

export const INSTANCE_NAME = 'flux'

/** What the cluster follows, where the objects of the installation itself make it. */
export interface Synced {
  readonly source: KubeObject
  readonly kustomization: KubeObject
}

export interface InstanceFacts {
  readonly namespace: string
  /** Exact release that runs. */
  readonly version: string
  readonly components: readonly Component[]
  /** Deployments of the controllers. */
  readonly deployments: readonly KubeObject[]
  readonly networkPolicy: boolean
  readonly openshift: boolean
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  /** undefined: the sync is in git and stays there. */
  readonly synced?: Synced | undefined
}

type Spec = Record<string, unknown>

const containerOf = (deployment: KubeObject): { image?: string; args?: string[] } => deployment.spec?.template?.spec?.containers?.[0] ?? {}

/** `ghcr.io/fluxcd` of `ghcr.io/fluxcd/source-controller:v1.9.3@sha256:…`: what most of the controllers have. */
export function registryOf(deployments: readonly KubeObject[]): string {
  const counts = new Map<string, number>()
  for (const deployment of deployments) {
    const name = containerOf(deployment).image?.split('@')[0] ?? ''
    const registry = name.slice(0, Math.max(0, name.lastIndexOf('/')))
    if (registry !== '') counts.set(registry, (counts.get(registry) ?? 0) + 1)
  }
  return [...counts].sort((one, other) => other[1] - one[1])[0]?.[0] ?? 'ghcr.io/fluxcd'
}

/** Of the address that events are sent to; undefined where nothing says it. */
export function domainOf(deployments: readonly KubeObject[]): string | undefined {
  for (const deployment of deployments) {
    const { value } = parseArguments(containerOf(deployment).args ?? []).find(({ flag }) => flag === 'events-addr') ?? {}
    const domain = /^http:\/\/notification-controller\.[^.\s]+\.svc\.([^\s/]+?)\.?\/?$/.exec(value ?? '')?.[1]
    if (domain !== undefined) return domain
  }
  return undefined
}

/** The one Secret that images are pulled with; undefined where there is none, or the controllers do not agree. */
export function imagePullSecretOf(deployments: readonly KubeObject[]): string | undefined {
  const names = deployments.map((each) =>
    (each.spec?.template?.spec?.imagePullSecrets ?? []).map((one: { name: string }) => one.name).join(' '),
  )
  const [first] = names
  return first !== '' && first?.includes(' ') === false && names.every((each) => each === first) ? first : undefined
}

const usesIdentities = (deployments: readonly KubeObject[]): boolean =>
  deployments.some((each) => gatesIn(containerOf(each).args ?? []).get('ObjectLevelWorkloadIdentity') === true)

function refOf(source: KubeObject): string {
  const { name, tag, branch = 'master' } = source.spec?.ref ?? {}
  if (source.kind === 'OCIRepository') return String(tag ?? 'latest')
  return String(name ?? (tag === undefined ? `refs/heads/${branch}` : `refs/tags/${tag}`))
}

function syncOf({ source, kustomization }: Synced, namespace: string): Spec {
  const { name } = source.metadata
  const { interval, url, secretRef, provider } = source.spec ?? {}
  return {
    kind: source.kind,
    ...(name === namespace ? {} : { name }),
    url,
    ref: refOf(source),
    path: kustomization.spec?.path ?? './',
    ...(interval === undefined ? {} : { interval }),
    ...(secretRef?.name === undefined ? {} : { pullSecret: secretRef.name }),
    ...(provider === undefined || provider === 'generic' ? {} : { provider }),
  }
}

const given = (key: string, value: Readonly<Record<string, unknown>>): Spec => (Object.keys(value).length === 0 ? {} : { [key]: value })

export function instanceSpec(facts: InstanceFacts, patches: readonly CarriedPatch[]): Spec {
  const { deployments, namespace } = facts
  const pullSecret = imagePullSecretOf(deployments)
  const domain = domainOf(deployments)
  const metadata = { ...given('labels', facts.labels), ...given('annotations', facts.annotations) }
  return {
    distribution: {
      version: facts.version,
      registry: registryOf(deployments),
      ...(pullSecret === undefined ? {} : { imagePullSecret: pullSecret }),
    },
    components: COMPONENTS.filter((each) => facts.components.includes(each)),
    ...given('commonMetadata', metadata),
    cluster: {
      type: facts.openshift ? 'openshift' : 'kubernetes',
      networkPolicy: facts.networkPolicy,
      // Without it the operator takes the permission away that this feature needs, whatever a patch says of the feature gate.
      ...(usesIdentities(deployments) ? { objectLevelWorkloadIdentity: true } : {}),
      ...(domain === undefined || domain === 'cluster.local' ? {} : { domain }),
    },
    ...(facts.synced === undefined ? {} : { sync: syncOf(facts.synced, namespace) }),
    ...(patches.length === 0 ? {} : { kustomize: { patches } }),
  }
}

/**
 * Without it the FluxInstance would be pruned when its file leaves git, and all of Flux with it: the operator uninstalls Flux, CRDs and all of its
 * objects, when a FluxInstance goes.
 */
export const KEPT = { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' } as const

/** In a folder whose Kustomization fills in variables the text would be changed. */
export const asWritten = (text: string): Record<string, string> =>
  text.includes('${') ? { 'kustomize.toolkit.fluxcd.io/substitute': 'disabled' } : {}

/** The FluxInstance of a cluster; the operator takes no other name. */
export const instanceWith = (namespace: string, spec: Spec): KubeObject => ({
  apiVersion: 'fluxcd.controlplane.io/v1',
  kind: 'FluxInstance',
  metadata: { name: INSTANCE_NAME, namespace, annotations: { ...KEPT, ...asWritten(JSON.stringify(spec)) } },
  spec,
})

export const instanceObject = (facts: InstanceFacts, patches: readonly CarriedPatch[]): KubeObject =>
  instanceWith(facts.namespace, instanceSpec(facts, patches))

/** As it stands in git, with what a person has to know who finds it there. */
export const instanceText = (instance: KubeObject): string =>
  manifestText(
    [instance],
    `The Flux of this cluster, kept by the Flux Operator. Never delete it as long as the operator runs: Flux would be uninstalled with all of its objects.
To stop the operator:  kubectl -n ${instance.metadata.namespace} annotate fluxinstance/flux fluxcd.controlplane.io/reconcile=disabled`,
  )

/** As a person writes it: patches as blocks of text. */
export function manifestText(objects: readonly KubeObject[], comment?: string): string {
  const texts = objects.map((object) => {
    const document = new Document(object)
    visit(document, {
      Scalar: (_key, node) => {
        if (isScalar(node) && typeof node.value === 'string' && node.value.includes('\n')) node.type = Scalar.BLOCK_LITERAL
      },
    })
    return document.toString({ lineWidth: 0 })
  })
  const head =
    comment === undefined
      ? ''
      : `${comment
          .split('\n')
          .map((line) => `# ${line}`)
          .join('\n')}\n`
  return `---\n${head}${texts.join('---\n')}`
}
