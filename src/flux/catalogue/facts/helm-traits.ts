// What predicates ask about a HelmRelease.
import type { KubeObject } from '../../../ports/kube.ts'
import { isOn, list } from './look.ts'
import type { FactWorld } from './types.ts'

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
