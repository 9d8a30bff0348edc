// The repository of style `operator`: a FluxInstance in git, which the sync that it makes applies itself.
import { OPERATOR_MANIFESTS, OPERATOR_VERSION } from '../registry/operator-artifacts.ts'
import { CLUSTER_PATH, prodContent } from './bootstrap-content.ts'
import type { RepositoryContent, RepositoryFacts } from './content.ts'

/** Secrets in flux-system that the FluxInstance names. */
export const PULL_SECRET = 'flux-system'
export const AGE_SECRET = 'sops-age'

export const INSTANCE_FILE = `${CLUSTER_PATH}/flux-system/flux-instance.yaml`

/** The distribution artifact of the operator's own version, in the sandbox's registry. */
export const distributionArtifact = (registryHost: string): string => `oci://${registryHost}/${OPERATOR_MANIFESTS}:v${OPERATOR_VERSION}`

const instance = ({ fluxVersion, gitUrl, registryHost }: RepositoryFacts): string => `---
# What runs in this cluster. The operator itself is upgraded apart from it, and before it.
apiVersion: fluxcd.controlplane.io/v1
kind: FluxInstance
metadata:
  name: flux
  namespace: flux-system
  annotations:
    fluxcd.controlplane.io/reconcileEvery: "1h"
    fluxcd.controlplane.io/reconcileTimeout: "5m"
spec:
  distribution:
    version: "${fluxVersion}" # one version and no range: when to upgrade is ours to say
    registry: ghcr.io/fluxcd
    artifact: ${distributionArtifact(registryHost)}
  components:
    - source-controller
    - kustomize-controller
    - helm-controller
    - notification-controller
  cluster:
    type: kubernetes
    networkPolicy: false # Cilium has the network policies
  sync:
    kind: GitRepository
    url: ${gitUrl}
    ref: refs/heads/main
    path: ${CLUSTER_PATH}
    pullSecret: ${PULL_SECRET}
  kustomize:
    patches:
      - target:
          kind: Deployment
          name: (kustomize-controller|helm-controller|source-controller)
        patch: |
          - op: add
            path: /spec/template/spec/containers/0/args/-
            value: --concurrent=8
          - op: add
            path: /spec/template/spec/containers/0/args/-
            value: --requeue-dependency=1s
      # the repository holds encrypted files
      - target:
          kind: Kustomization
          name: flux-system
        patch: |
          - op: add
            path: /spec/decryption
            value:
              provider: sops
              secretRef:
                name: ${AGE_SECRET}
`

/** `recipient` is the public half of the age key. */
export const operatorContent = (facts: RepositoryFacts, recipient: string): RepositoryContent =>
  prodContent(
    facts,
    recipient,
    { [INSTANCE_FILE]: instance(facts) },
    `Flux is installed by the Flux Operator: \`${INSTANCE_FILE}\` says which, \`${CLUSTER_PATH}\` is what the cluster follows.`,
  )
