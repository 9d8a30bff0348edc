// What Kustomizations and HelmReleases say they have applied: status.inventory, whose ids read `<namespace>_<name>_<group>_<kind>`.
// Source: fluxcd/pkg ssa and cli-utils object.ObjMetadata; a colon in a name is written as two underscores.
import type { KubeObject } from '../ports/kube.ts'
import { objectLabel } from './kinds.ts'

export interface Applied {
  readonly namespace: string | undefined
  readonly name: string
  readonly group: string
  readonly kind: string
  /** API version that it was applied in. */
  readonly version: string
  /** `Kustomization namespace/name` or `HelmRelease namespace/name`. */
  readonly by: string
}

function entryOf(entry: unknown, by: string): Applied[] {
  const { id, v } = (entry ?? {}) as { id?: unknown; v?: unknown }
  if (typeof id !== 'string' || typeof v !== 'string') return []
  const parts = id.split('_')
  if (parts.length < 4) return []
  const [namespace = '', ...rest] = parts
  const kind = rest.pop() ?? ''
  const group = rest.pop() ?? ''
  const name = rest.join('_').replaceAll('__', ':')
  return [{ namespace: namespace === '' ? undefined : namespace, name, group, kind, version: v, by }]
}

/** The entries of one object that keeps an inventory. */
export function entriesIn(object: KubeObject): Applied[] {
  const entries: unknown = object.status?.inventory?.entries
  return Array.isArray(entries) ? entries.flatMap((entry) => entryOf(entry, objectLabel(object))) : []
}

/** Everything that some Kustomization or HelmRelease has in its inventory. Those that have none (HelmReleases before 2.8) say nothing. */
export function inventoryOf(objects: readonly KubeObject[]): Applied[] {
  return objects.filter(({ kind }) => kind === 'Kustomization' || kind === 'HelmRelease').flatMap(entriesIn)
}

export const appliedKey = ({ namespace, name, group, kind }: Omit<Applied, 'version' | 'by'>): string =>
  `${kind}.${group} ${namespace ?? ''}/${name}`
