// What has applied an object, as its labels say: the Kustomization or HelmRelease whose next apply counts.
import type { KubeObject } from '../ports/kube.ts'

const MARKS: readonly (readonly [kind: string, prefix: string])[] = [
  ['Kustomization', 'kustomize.toolkit.fluxcd.io'],
  ['HelmRelease', 'helm.toolkit.fluxcd.io'],
  ['FluxInstance', 'fluxcd.controlplane.io'],
]

/** `Kind namespace/name`; undefined when no label tells. */
export function appliedBy({ metadata }: KubeObject): string | undefined {
  for (const [kind, prefix] of MARKS) {
    const { [`${prefix}/name`]: name, [`${prefix}/namespace`]: namespace } = metadata.labels ?? {}
    if (name !== undefined && name !== '' && namespace !== undefined) return `${kind} ${namespace}/${name}`
  }
  return undefined
}
