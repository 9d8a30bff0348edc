// What predicates ask about a HelmRelease.
import type { KubeObject } from '../../../ports/kube.ts'
import { isOn, list, ofKind } from './look.ts'
import type { FactFinding, FactWorld } from './types.ts'

const waits = (action: unknown): boolean => (action as { disableWait?: unknown } | null | undefined)?.disableWait !== true

/** Helm waits for what it applied, with the health check of the controller's choice. */
export const waitsByDefault = ({ spec }: KubeObject): boolean =>
  spec?.waitStrategy?.name === undefined && (waits(spec?.install) || waits(spec?.upgrade))

export const keepsHelm3 = (world: FactWorld): boolean => isOn(world, 'helm-controller', 'UseHelm3Defaults')

export const hasPostRenderers = ({ spec }: KubeObject): boolean => list(spec?.postRenderers).length > 0

/** `namespace/name` of the HelmRelease whose chart made this object; helm-controller labels all that it renders. */
export function parentRelease({ metadata }: KubeObject): string | undefined {
  const name = metadata.labels?.['helm.toolkit.fluxcd.io/name']
  return name === undefined ? undefined : `${metadata.labels?.['helm.toolkit.fluxcd.io/namespace'] ?? ''}/${name}`
}

/** An action that fails is tried again: by a strategy of its own, or because remediation has retries. */
export const triesAgain = ({ spec }: KubeObject): boolean =>
  [spec?.install, spec?.upgrade].every((action) => action?.strategy?.name === 'RetryOnFailure' || (action?.remediation?.retries ?? 0) !== 0)

const leavesStrategyOpen = ({ kind, spec }: KubeObject): boolean => kind === 'HelmRelease' && spec?.postRenderStrategy === undefined

/** Every one of them: the labels of its origin are put on by a post-renderer that each release has. */
export const releasesWithRecords = (objects: readonly KubeObject[]): KubeObject[] =>
  objects.filter((each) => leavesStrategyOpen(each) && list(each.status?.history).length > 0)

const UNREAD_NAMED = 5

/** Releases whose hooks go through post-renderers with the templates, and it matters. `renders` is said of those with post-renderers of their own. */
export function hooksWithTemplates(world: FactWorld, renders: string): FactFinding {
  const unread: string[] = []
  const says = (object: KubeObject): string | undefined => {
    if (!leavesStrategyOpen(object)) return undefined
    const id = `${object.metadata.namespace}/${object.metadata.name}`
    const look = world.records.get(id) ?? { twice: [] } // none is asked for before Helm has installed something
    if ('unread' in look) unread.push(`Helm's record of HelmRelease ${id}: ${look.unread}`)
    const twice = 'twice' in look && look.twice.length > 0 ? [`has a hook and a template of one name: ${look.twice.join(', ')}`] : []
    const said = [...(hasPostRenderers(object) ? [renders] : []), ...twice]
    return said.length === 0 ? undefined : said.join('; ')
  }
  const objects = ofKind(world, 'HelmRelease', says)
  if (unread.length === 0) return { objects }
  const rest = unread.length > UNREAD_NAMED ? [`and ${unread.length - UNREAD_NAMED} more`] : []
  return { objects, unknown: [...unread.slice(0, UNREAD_NAMED), ...rest].join('; ') }
}
