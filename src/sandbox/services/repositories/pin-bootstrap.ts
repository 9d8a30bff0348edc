// cluster/bootstrap of style `pin`: what a person applies once to a fresh cluster.
import { type FileTexts, type RepositoryFacts, secretManifest } from './content.ts'

// As people write it who let the OCI artifact take over later: the names of the artifact, and nothing that they do not run.
const kustomization = (version: string): string => `# Applied by hand to a fresh cluster, once:
#   kubectl apply --server-side --kustomize ./cluster/bootstrap
# From then on Flux upgrades itself from the OCI artifact, see ../flux/config/flux.yaml.
---
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  # keep in step with spec.ref.tag in ../flux/config/flux.yaml
  - github.com/fluxcd/flux2/manifests/install?ref=v${version}
patches:
  # Cilium has the network policies
  - target:
      group: networking.k8s.io
      kind: NetworkPolicy
    patch: |
      $patch: delete
      apiVersion: networking.k8s.io/v1
      kind: NetworkPolicy
      metadata:
        name: all
  # images are bumped by Renovate, nothing here writes to git
  - target:
      kind: Deployment
      name: image-.*|source-watcher
    patch: |
      $patch: delete
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: all
  # the names that the OCI artifact uses, so that it takes over these and makes no second ones
  - target:
      kind: ResourceQuota
      name: critical-pods
    patch: |
      - op: replace
        path: /metadata/name
        value: critical-pods-flux-system
  - target:
      kind: ClusterRole
      name: crd-controller
    patch: |
      - op: replace
        path: /metadata/name
        value: crd-controller-flux-system
  - target:
      kind: ClusterRole
      name: flux-edit
    patch: |
      - op: replace
        path: /metadata/name
        value: flux-edit-flux-system
  - target:
      kind: ClusterRole
      name: flux-view
    patch: |
      - op: replace
        path: /metadata/name
        value: flux-view-flux-system
  - target:
      kind: ClusterRoleBinding
      name: crd-controller
    patch: |
      - op: replace
        path: /metadata/name
        value: crd-controller-flux-system
      - op: replace
        path: /roleRef/name
        value: crd-controller-flux-system
  - target:
      kind: ClusterRoleBinding
      name: cluster-reconciler
    patch: |
      - op: replace
        path: /metadata/name
        value: cluster-reconciler-flux-system
`

export const bootstrapFiles = (facts: RepositoryFacts): FileTexts => ({
  'cluster/bootstrap/kustomization.yaml': kustomization(facts.fluxVersion),
})

export interface BootstrapSecrets {
  /** The text of the age key file. */
  readonly ageKey: string
  readonly user: string
  readonly password: string
}

export const bootstrapSecrets = ({ ageKey, user, password }: BootstrapSecrets): FileTexts => ({
  'cluster/bootstrap/age-key.sops.yaml': secretManifest({ name: 'age-key', data: { 'age.agekey': ageKey } }),
  'cluster/bootstrap/github-deploy-key.sops.yaml': secretManifest({
    name: 'github-deploy-key',
    data: { username: user, password },
  }),
})
