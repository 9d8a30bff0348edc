// cluster/flux of style `pin`: Flux looks after itself from an OCI artifact, then after the rest of the repository.
import { chartRepository } from './applications.ts'
import type { FileTexts, RepositoryFacts } from './content.ts'

const flux = ({ fluxVersion, registryHost }: RepositoryFacts): string => `---
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata:
  name: flux-manifests
  namespace: flux-system
spec:
  interval: 10m
  url: oci://${registryHost}/fluxcd/flux-manifests
  insecure: true
  ref:
    tag: v${fluxVersion} # keep in step with ../../bootstrap/kustomization.yaml
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: flux
  namespace: flux-system
spec:
  interval: 10m
  path: ./
  prune: true
  wait: true
  timeout: 5m
  sourceRef:
    kind: OCIRepository
    name: flux-manifests
  patches:
    # Cilium has the network policies
    - patch: |
        $patch: delete
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata:
          name: all
      target:
        group: networking.k8s.io
        kind: NetworkPolicy
    # images are bumped by Renovate, nothing here writes to git
    - patch: |
        $patch: delete
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: all
      target:
        kind: Deployment
        name: image-.*|source-watcher
    # more at a time, and no waiting for our own rate limit
    - patch: |
        - op: add
          path: /spec/template/spec/containers/0/args/-
          value: --concurrent=8
        - op: add
          path: /spec/template/spec/containers/0/args/-
          value: --kube-api-qps=500
        - op: add
          path: /spec/template/spec/containers/0/args/-
          value: --kube-api-burst=1000
        - op: add
          path: /spec/template/spec/containers/0/args/-
          value: --requeue-dependency=1s
      target:
        kind: Deployment
        name: (kustomize-controller|helm-controller|source-controller)
    - patch: |
        - op: add
          path: /spec/template/spec/containers/0/args/-
          value: --log-level=debug
      target:
        kind: Deployment
        name: helm-controller
`

const cluster = ({ gitUrl }: RepositoryFacts): string => `---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: home-cluster
  namespace: flux-system
spec:
  interval: 30m
  url: ${gitUrl}
  ref:
    branch: main
  secretRef:
    name: github-deploy-key
  ignore: |
    # only what is for the cluster
    /*
    !/cluster
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: cluster
  namespace: flux-system
spec:
  interval: 30m
  path: ./cluster/flux
  prune: true
  wait: false
  sourceRef:
    kind: GitRepository
    name: home-cluster
  decryption:
    provider: sops
    secretRef:
      name: age-key
  postBuild:
    substituteFrom:
      - kind: Secret
        name: cluster-secrets
        optional: true # the first reconcile brings it
`

/** All applications; every child gets decryption and the cluster's variables. */
export const clusterApps = (at: { path: string; source: string; secret: string }): string => `---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: cluster-apps
  namespace: flux-system
spec:
  interval: 30m
  path: ${at.path}
  prune: true
  wait: false
  sourceRef:
    kind: GitRepository
    name: ${at.source}
  decryption:
    provider: sops
    secretRef:
      name: ${at.secret}
  postBuild:
    substituteFrom:
      - kind: Secret
        name: cluster-secrets
  patches:
    # every child gets decryption and the cluster's variables, unless it says no by label
    - patch: |
        apiVersion: kustomize.toolkit.fluxcd.io/v1
        kind: Kustomization
        metadata:
          name: all
        spec:
          decryption:
            provider: sops
            secretRef:
              name: ${at.secret}
          postBuild:
            substituteFrom:
              - kind: Secret
                name: cluster-secrets
      target:
        group: kustomize.toolkit.fluxcd.io
        kind: Kustomization
        labelSelector: substitution.flux.home.arpa/disabled notin (true)
`

export const resources = (...names: string[]): string =>
  ['apiVersion: kustomize.config.k8s.io/v1beta1', 'kind: Kustomization', 'resources:', ...names.map((name) => `  - ./${name}`), ''].join(
    '\n',
  )

export const CHARTS = 'home-charts'

export const fluxFiles = (facts: RepositoryFacts): FileTexts => ({
  'cluster/flux/config/flux.yaml': flux(facts),
  'cluster/flux/config/cluster.yaml': cluster(facts),
  'cluster/flux/config/kustomization.yaml': resources('flux.yaml', 'cluster.yaml'),
  'cluster/flux/repositories/kustomization.yaml': resources('helm'),
  'cluster/flux/repositories/helm/kustomization.yaml': resources(`${CHARTS}.yaml`),
  [`cluster/flux/repositories/helm/${CHARTS}.yaml`]: chartRepository(CHARTS, facts.registryHost),
  'cluster/flux/vars/kustomization.yaml': resources('cluster-secrets.sops.yaml'),
  'cluster/flux/apps.yaml': clusterApps({ path: './cluster/apps', source: 'home-cluster', secret: 'age-key' }),
})
