// Objects as the API server gives them, as short as a test can have them.
import { findCrd, names, release, storageVersion } from '../../../src/flux/catalogue/index.ts'
import type { InstalledCrd } from '../../../src/flux/installed.ts'
import { FLUX_KINDS } from '../../../src/flux/kinds.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'

export interface Parts {
  spec?: Record<string, unknown>
  status?: Record<string, unknown>
  labels?: Record<string, string>
  annotations?: Record<string, string>
  generation?: number
  deletionTimestamp?: string
  version?: string
  namespace?: string
}

export function flux(kind: string, name: string, parts: Parts = {}): KubeObject {
  const { spec = {}, status, version, namespace = 'flux-system', ...metadata } = parts
  const known = FLUX_KINDS.find((each) => each.kind === kind)
  const newest = known && findCrd(release('2.9.2'), known.group, known.kind)
  return {
    apiVersion: `${known?.group}/${version ?? (newest && storageVersion(newest)) ?? 'v1'}`,
    kind,
    metadata: { name, namespace, generation: 1, ...metadata },
    spec,
    ...(status ? { status } : {}),
  }
}

export interface ConditionParts {
  type?: string
  reason?: string
  message?: string
  observedGeneration?: number
  lastTransitionTime?: string
}

export const condition = (status: 'True' | 'False' | 'Unknown', parts: ConditionParts = {}): Record<string, unknown> => ({
  type: 'Ready',
  status,
  reason: 'ReconciliationSucceeded',
  message: 'told by the controller',
  lastTransitionTime: '2026-11-21T03:00:00Z',
  ...parts,
})

/** Ready at generation 1, having answered `token`. */
export const readyStatus = (token = 'before'): Record<string, unknown> => ({
  observedGeneration: 1,
  lastHandledReconcileAt: token,
  conditions: [condition('True', { observedGeneration: 1 })],
})

/** The CRDs as a release leaves them on a fresh cluster, of all components or of those without image automation. */
export function crdsOf(version: string, options: { image?: boolean; stored?: Record<string, string[]> } = {}): InstalledCrd[] {
  return release(version)
    .crds.filter((crd) => options.image !== false || crd.group !== 'image.toolkit.fluxcd.io')
    .map((crd) => ({
      name: crd.name,
      group: crd.group,
      kind: crd.kind,
      plural: crd.plural,
      versions: crd.versions.map(({ name, served, storage }) => ({ name, served, storage })),
      storedVersions: options.stored?.[crd.kind] ?? [storageVersion(crd) ?? names(crd.versions)[0] ?? ''],
    }))
}

export function deployment(component: string, tag: string, parts: Parts = {}): KubeObject {
  const { labels, annotations } = parts
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: component, namespace: 'flux-system', ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) },
    spec: { template: { spec: { containers: [{ name: 'manager', image: `ghcr.io/fluxcd/${component}:${tag}` }] } } },
  }
}
