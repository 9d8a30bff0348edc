// What the Flux Operator makes of a FluxInstance, as an overlay over the manifests that `flux install --export` prints of the same release. The operator
// has the same manifests in its image. Source: internal/builder/{templates,profiles}.go of flux-operator.
import { parseAllDocuments } from 'yaml'
import type { KubeObject } from '../../ports/kube.ts'
import { COMPONENTS } from '../kinds.ts'
import type { Named } from './targets.ts'

/** The profile that every cluster gets where no size is asked for. */
const PROFILE = {
  target: { kind: 'Deployment' },
  patch: JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'all' },
    spec: {
      template: {
        metadata: {
          // The last two are of flux install: the operator has labels of its own, and none of them on pods.
          labels: { 'app.kubernetes.io/part-of': 'flux', 'app.kubernetes.io/instance': null, 'app.kubernetes.io/version': null },
          annotations: { 'cluster-autoscaler.kubernetes.io/safe-to-evict': 'true' },
        },
      },
    },
  }),
}

const OPENSHIFT = {
  target: { kind: 'Deployment' },
  patch: JSON.stringify([
    { op: 'remove', path: '/spec/template/spec/securityContext' },
    { op: 'remove', path: '/spec/template/spec/containers/0/securityContext/seccompProfile' },
    { op: 'remove', path: '/spec/template/spec/containers/0/securityContext/runAsNonRoot' },
  ]),
}

interface Spec {
  readonly distribution?: { readonly version?: string }
  readonly cluster?: { readonly objectLevelWorkloadIdentity?: boolean }
  readonly components?: readonly string[]
}

const gate = (name: string, text: string): { target: object; patch: string } => ({
  target: { kind: 'Deployment', name },
  patch: JSON.stringify([{ op: 'add', path: '/spec/template/spec/containers/0/args/-', value: `--feature-gates=${text}` }]),
})

const WITH_IDENTITY =
  'source-controller|kustomize-controller|notification-controller|image-reflector-controller|image-automation-controller'

/** Source: workload_identity.go and components.go of the same folder. */
function gates({ distribution, cluster, components = [] }: Spec): object[] {
  const minor = Number(String(distribution?.version).split('.')[1])
  const on = cluster?.objectLevelWorkloadIdentity === true
  return [
    ...(components.includes('source-watcher') ? [gate('(kustomize-controller|helm-controller)', 'ExternalArtifact=true')] : []),
    ...(minor >= 7 ? [gate(`(${WITH_IDENTITY}|helm-controller)`, `ObjectLevelWorkloadIdentity=${on}`)] : []),
    ...(minor === 6 && on ? [gate(`(${WITH_IDENTITY})`, 'ObjectLevelWorkloadIdentity=true')] : []),
  ]
}

function syncObjects(instance: KubeObject): KubeObject[] {
  const { namespace = '' } = instance.metadata
  const { sync } = instance.spec ?? {}
  if (sync === undefined) return []
  const name = sync.name ?? namespace
  const ref = sync.kind === 'GitRepository' ? { name: sync.ref } : { tag: sync.ref }
  const source = {
    interval: sync.interval ?? '1m0s',
    ref,
    ...(sync.pullSecret === undefined ? {} : { secretRef: { name: sync.pullSecret } }),
    ...(sync.provider === undefined ? {} : { provider: sync.provider }),
    url: sync.url,
  }
  const spec = { interval: '10m0s', path: sync.path, prune: true, sourceRef: { kind: sync.kind, name } }
  const metadata = { name, namespace }
  return [
    { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: sync.kind, metadata, spec: source },
    { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', metadata, spec },
  ]
}

export interface Overlay {
  readonly files: Readonly<Record<string, string>>
}

/** Files for `kubectl kustomize`. `base`: what `flux install --export` prints for the components of the FluxInstance. */
export function overlayOf(base: string, instance: KubeObject): Overlay {
  const { cluster, kustomize } = instance.spec ?? {}
  const own = [PROFILE, ...(cluster?.type === 'openshift' ? [OPENSHIFT] : []), ...gates(instance.spec ?? {})]
  const patches = [...own, ...(kustomize?.patches ?? [])]
  const objects = syncObjects(instance)
  const overlay = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: ['base.yaml', ...(objects.length === 0 ? [] : ['sync.yaml'])],
    patches,
  }
  return {
    files: {
      'kustomization.yaml': `${JSON.stringify(overlay)}\n`,
      'base.yaml': base,
      ...(objects.length === 0 ? {} : { 'sync.yaml': objects.map((each) => `${JSON.stringify(each)}\n`).join('---\n') }),
    },
  }
}

/** Options of `flux install` that say the same as the FluxInstance. */
export function exportFlags(instance: KubeObject): string[] {
  const { distribution, components, cluster } = instance.spec ?? {}
  return [
    `--components=${components.join(',')}`,
    `--namespace=${instance.metadata.namespace}`,
    ...(distribution.registry === 'ghcr.io/fluxcd' ? [] : [`--registry=${distribution.registry}`]),
    ...(distribution.imagePullSecret === undefined ? [] : [`--image-pull-secret=${distribution.imagePullSecret}`]),
    ...(cluster.networkPolicy ? [] : ['--network-policy=false']),
    ...(cluster.domain === undefined ? [] : [`--cluster-domain=${cluster.domain}`]),
  ]
}

const isNamed = (value: unknown): value is KubeObject =>
  typeof (value as KubeObject | null)?.kind === 'string' && typeof (value as KubeObject).metadata?.name === 'string'

/** Objects of rendered manifests; of CRDs, which are large, no more than the name. */
export function objectsIn(text: string): KubeObject[] {
  return text.split(/^---[ \t]*\r?\n/m).flatMap((part) => {
    if (!/^kind: CustomResourceDefinition\s*$/m.test(part))
      return parseAllDocuments(part)
        .map((each) => each.toJS())
        .filter(isNamed)
    const name = /^ {2}name: (\S+)$/m.exec(part)?.[1] ?? ''
    return [{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name } }]
  })
}

/** Manifests of a release without what the operator does not make for this FluxInstance: other components, and network policies where they are off. */
export function onlyAskedFor(text: string, instance: KubeObject): string {
  const { components = [], cluster } = instance.spec ?? {}
  const parts = text.split(/^(?=---[ \t]*\r?$)/m)
  const kept = parts.filter((part) => {
    const kind = /^kind: (\S+)\s*$/m.exec(part)?.[1]
    if (kind === 'NetworkPolicy') return cluster?.networkPolicy === true
    if (kind !== 'Deployment') return true
    const name = /^ {2}name: (\S+)$/m.exec(part)?.[1] ?? ''
    return !COMPONENTS.some((each) => each === name) || components.includes(name)
  })
  return kept.join('')
}

export const namedOf = (object: KubeObject): Named => ({ apiVersion: object.apiVersion, kind: object.kind, name: object.metadata.name })
