// The applications that both styles run: volumes, a web page from a Helm chart that needs them, and dashboards from an OCI artifact whose source is
// still written in an API version that Flux 2.8 and later do not serve.

import { DASHBOARDS } from '../registry/fill.ts'
import { CHART } from '../registry/hello-chart.ts'
import type { FileTexts } from './content.ts'

export const volumesApp = (folder: string): FileTexts => ({
  [`${folder}/kustomization.yaml`]: `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ./provisioner.yaml
`,
  [`${folder}/provisioner.yaml`]: `---
apiVersion: v1
kind: ConfigMap
metadata:
  name: volume-provisioner
  namespace: storage
data:
  path: /var/mnt/volumes
  domain: \${SECRET_DOMAIN}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: volume-provisioner
  namespace: storage
spec:
  replicas: 1
  selector:
    matchLabels:
      app.kubernetes.io/name: volume-provisioner
  template:
    metadata:
      labels:
        app.kubernetes.io/name: volume-provisioner
    spec:
      containers:
        - name: provisioner
          image: registry.home.arpa/volume-provisioner:0.9.1
          envFrom:
            - configMapRef:
                name: volume-provisioner
`,
})

/** `repository` is the HelmRepository, in flux-system, that serves the chart. */
export const helloApp = (folder: string, repository: string): FileTexts => ({
  [`${folder}/kustomization.yaml`]: `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: default
resources:
  - ./secret.sops.yaml
  - ./helmrelease.yaml
`,
  [`${folder}/helmrelease.yaml`]: `---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: hello
spec:
  interval: 30m
  chart:
    spec:
      chart: ${CHART.name}
      version: ${CHART.version}
      sourceRef:
        kind: HelmRepository
        name: ${repository}
        namespace: flux-system
  install:
    remediation:
      retries: 3
  upgrade:
    cleanupOnFail: true
    remediation:
      strategy: rollback
      retries: 3
  valuesFrom:
    - kind: Secret
      name: hello-values
  values:
    replicas: 1
    # one page for everybody in the house
    message: hello from \${SECRET_DOMAIN}
`,
})

export const HELLO_SECRET = { name: 'hello-values', namespace: 'default', data: { 'values.yaml': 'service:\n  port: 8080\n' } }

/** The line on which the old API version stands is not the first one, and comments stand around it: an edit has to leave them as they are. */
export const dashboardsSource = (host: string): string => `---
# Dashboards are built elsewhere and arrive as an OCI artifact.
apiVersion: source.toolkit.fluxcd.io/v1beta2   # as the guide had it when this was set up
kind: OCIRepository
metadata:
  name: dashboards
  namespace: flux-system
spec:
  interval: 30m
  url: oci://${host}/${DASHBOARDS.repository}
  insecure: true   # plain HTTP, inside the house only
  ref:
    tag: "${DASHBOARDS.tag}"   # quoted: 1.10 would be a number
`

export const chartRepository = (name: string, host: string): string => `---
apiVersion: source.toolkit.fluxcd.io/v1beta2
kind: HelmRepository
metadata:
  name: ${name}
  namespace: flux-system
spec:
  type: oci
  interval: 2h
  insecure: true
  url: oci://${host}/charts
`

export const namespaceManifest = (name: string): string => `---
apiVersion: v1
kind: Namespace
metadata:
  name: ${name}
  annotations:
    # what lives in it is worth more than a clean-up
    kustomize.toolkit.fluxcd.io/prune: disabled
`
