// What of Flux applies an object: kustomize-controller and helm-controller leave the name of theirs on all they apply.
import type { KubeObject } from '../ports/kube.ts'

export type Applier = { readonly kind: 'Kustomization' | 'HelmRelease'; readonly id: string }

const GROUPS = { Kustomization: 'kustomize.toolkit.fluxcd.io', HelmRelease: 'helm.toolkit.fluxcd.io' } as const

export function applierOf(object: KubeObject): Applier | undefined {
  for (const kind of ['HelmRelease', 'Kustomization'] as const) {
    const name = object.metadata.labels?.[`${GROUPS[kind]}/name`]
    if (name !== undefined) return { kind, id: `${object.metadata.labels?.[`${GROUPS[kind]}/namespace`] ?? ''}/${name}` }
  }
  return undefined
}
