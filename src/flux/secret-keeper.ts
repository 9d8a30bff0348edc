// Who keeps a Secret as it is, by the marks that it leaves on it: what anybody else writes into it would not last.
import type { KubeObject } from '../ports/kube.ts'

export type SecretKeeper =
  /** Applied from git by Flux: `namespace/name` of the Kustomization. */
  | { readonly by: 'kustomization'; readonly id: string }
  | { readonly by: 'release'; readonly id: string }
  /** Anything else, as a phrase: `SealedSecret deploy-key`. */
  | { readonly by: 'owner'; readonly id: string }
  | { readonly by: 'nobody-may' }

/** undefined: nobody, as far as can be seen. */
export function secretKeeper({ metadata, immutable }: KubeObject): SecretKeeper | undefined {
  if (immutable === true) return { by: 'nobody-may' }
  const { labels = {}, annotations = {}, ownerReferences = [] } = metadata
  const kustomization = labels['kustomize.toolkit.fluxcd.io/name']
  const applied =
    annotations['kustomize.toolkit.fluxcd.io/reconcile'] !== 'disabled' && annotations['kustomize.toolkit.fluxcd.io/ssa'] !== 'Ignore'
  if (kustomization !== undefined && applied)
    return { by: 'kustomization', id: `${labels['kustomize.toolkit.fluxcd.io/namespace'] ?? ''}/${kustomization}` }
  const release = annotations['meta.helm.sh/release-name']
  if (release !== undefined) return { by: 'release', id: `${annotations['meta.helm.sh/release-namespace'] ?? ''}/${release}` }
  const [owner] = ownerReferences
  if (owner !== undefined) return { by: 'owner', id: `${owner.kind} ${owner.name}` }
  if (labels['reconcile.external-secrets.io/managed'] === 'true') return { by: 'owner', id: 'External Secrets' }
  return undefined
}
