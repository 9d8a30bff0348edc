// A page for whoever adds a service to a base: how source, release and Kustomization are written there.

export const PATTERNS = `# Services

Each folder here is a service: what it is on every cluster. \`../../overlays/CLUSTER/services\` says which of them a cluster has, and what is different there.

## A chart

\`NAME/kustomization.yaml\` lists the files of the service, \`NAME/helmrelease.yaml\` is the release:

\`\`\`yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: cert-manager
  namespace: cert-manager
spec:
  interval: 5m
  timeout: 10m
  driftDetection:
    mode: enabled
  install:
    remediation:
      retries: 3
      remediateLastFailure: true
  upgrade:
    remediation:
      retries: 0 # a person looks at an upgrade that failed
      remediateLastFailure: false
  chart:
    spec:
      chart: cert-manager
      version: v1.18.2 # always one version, never a range
      sourceRef: {kind: HelmRepository, name: cert-manager}
  valuesFrom:
    - kind: Secret
      name: cert-manager-values-base # of this folder, by a secretGenerator
      valuesKey: values.yaml
    - kind: Secret
      name: cert-manager-values-override # of the overlay
      valuesKey: override.yaml
      optional: true
\`\`\`

## On a cluster

\`services/NAME/kustomization.yaml\` of the overlay names the folder of the base and patches it; Secrets there are files \`*.sops.yaml\`.
\`services/NAME.yaml\` applies it, and \`services/kustomization.yaml\` lists that file:

\`\`\`yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: cert-manager-certs
  namespace: flux-system
spec:
  dependsOn:
    - name: cert-manager # its CRDs have to be there
  interval: 5m
  path: ./applications/overlays/CLUSTER/services/cert-manager-certs
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
  decryption:
    provider: sops
    secretRef:
      name: sops-age
\`\`\`

## A base in another repository

A GitRepository names it by a tag, so that a cluster changes only when the tag is raised, and \`sourceRef\` of the Kustomizations names that GitRepository:

\`\`\`yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: cert-manager
  namespace: flux-system
spec:
  interval: 15m
  url: ssh://git@git.example.com/acme/services.git
  ref:
    tag: v1.0.0
  secretRef:
    name: services
\`\`\`
`
