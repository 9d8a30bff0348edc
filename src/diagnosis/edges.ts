// What an object needs, by name: dependsOn, its source, its chart, what it has applied.
import { inventoryOf } from '../flux/inventories.ts'
import { isFluxGroup } from '../flux/kinds.ts'
import type { KubeObject } from '../ports/kube.ts'
import { textOf as text } from './well-formed.ts'

export interface Edge {
  readonly via: 'dependsOn' | 'source' | 'chart' | 'include' | 'applies' | 'provider'
  /** `Kind namespace/name` */
  readonly to: string
}

const named = (kind: string, namespace: string | undefined, name: string): string => `${kind} ${namespace ?? ''}/${name}`

function dependencies({ kind, metadata, spec }: KubeObject): Edge[] {
  const raw: unknown = spec?.dependsOn
  if (!Array.isArray(raw)) return []
  return raw
    .filter((one) => text(one?.name) !== '')
    .map((one) => ({ via: 'dependsOn', to: named(kind, text(one.namespace) || metadata.namespace, one.name) }))
}

// biome-ignore lint/suspicious/noExplicitAny: a reference of a Flux object
const reference = (via: Edge['via'], ref: any, metadata: KubeObject['metadata'], kind?: string): Edge[] =>
  text(ref?.name) === '' || (kind ?? text(ref?.kind)) === ''
    ? []
    : [{ via, to: named(kind ?? ref.kind, text(ref.namespace) || metadata.namespace, ref.name) }]

/** The HelmChart that helm-controller makes for a release: in the namespace of its source, `<namespace>-<name>`. */
function chartOf({ metadata, spec, status }: KubeObject): Edge[] {
  if (spec?.chartRef !== undefined) return reference('chart', spec.chartRef, metadata)
  const told = text(status?.helmChart)
  if (told.includes('/')) return [{ via: 'chart', to: `HelmChart ${told}` }]
  const source = spec?.chart?.spec?.sourceRef
  if (text(source?.name) === '') return []
  return [{ via: 'chart', to: named('HelmChart', text(source.namespace) || metadata.namespace, `${metadata.namespace}-${metadata.name}`) }]
}

const applied = (object: KubeObject): Edge[] =>
  inventoryOf([object])
    .filter(({ group }) => isFluxGroup(group))
    .map(({ kind, namespace, name }) => ({ via: 'applies', to: named(kind, namespace, name) }))

const OF: Readonly<Record<string, (object: KubeObject) => Edge[]>> = {
  Kustomization: (object) => [...dependencies(object), ...reference('source', object.spec?.sourceRef, object.metadata), ...applied(object)],
  HelmRelease: (object) => [...dependencies(object), ...chartOf(object), ...applied(object)],
  HelmChart: ({ spec, metadata }) => reference('source', spec?.sourceRef, metadata),
  ImagePolicy: ({ spec, metadata }) => reference('source', spec?.imageRepositoryRef, metadata, 'ImageRepository'),
  ImageUpdateAutomation: ({ spec, metadata }) => reference('source', spec?.sourceRef, metadata),
  ArtifactGenerator: ({ spec, metadata }) =>
    (Array.isArray(spec?.sources) ? spec.sources : []).flatMap((one: unknown) => reference('source', one, metadata)),
  GitRepository: ({ spec, metadata }) =>
    (Array.isArray(spec?.include) ? spec.include : []).flatMap((one: { repository?: unknown }) =>
      reference('include', one?.repository, metadata, 'GitRepository'),
    ),
  Alert: ({ spec, metadata }) => reference('provider', spec?.providerRef, metadata, 'Provider'),
  ExternalArtifact: ({ spec, metadata }) => reference('source', spec?.sourceRef, metadata),
}

export const edgesOf = (object: KubeObject): Edge[] => OF[object.kind]?.(object) ?? []

/** What it is made from, as far as it is known here: the source first, then the chart of it. */
export function upstreamOf(object: KubeObject, find: (label: string) => KubeObject | undefined): KubeObject[] {
  const found = edgesOf(object)
    .filter(({ via }) => via === 'source' || via === 'chart')
    .flatMap(({ to }) => find(to) ?? [])
  return [...found.flatMap((one) => upstreamOf(one, find)), ...found]
}
