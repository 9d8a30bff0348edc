// The repository of style `helm`: a HelmRelease in git that manages the very chart by which Flux was installed, and the sync beside it.
import { FLUX_CHART, fluxChartVersion } from '../registry/flux-chart.ts'
import { CLUSTER_PATH, prodContent } from './bootstrap-content.ts'
import type { RepositoryContent, RepositoryFacts } from './content.ts'

export const GIT_SECRET = 'flux-system'
export const SOPS_SECRET = 'sops-age'
export const RELEASE = FLUX_CHART.name
/** Added to the arguments of each. */
export const TUNED = {
  controllers: ['source-controller', 'kustomize-controller', 'helm-controller'],
  args: ['--concurrent=8', '--requeue-dependency=1s'],
}

export const SYNC_FILE = `${CLUSTER_PATH}/flux-system/sync.yaml`
export const RELEASE_FILE = `${CLUSTER_PATH}/flux-system/flux2.yaml`

const release = ({ fluxVersion, registryHost }: RepositoryFacts): string => `---
# Flux itself. It was installed by hand once (helm install flux2), since then the release looks after itself.
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata:
  name: ${RELEASE}
  namespace: flux-system
spec:
  interval: 1h
  url: oci://${registryHost}/${FLUX_CHART.repository}/${FLUX_CHART.name}
  insecure: true
  layerSelector:
    mediaType: application/vnd.cncf.helm.chart.content.v1.tar+gzip
    operation: copy
  ref:
    tag: "${fluxChartVersion(fluxVersion)}" # of the chart, not of Flux
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: ${RELEASE}
  namespace: flux-system
spec:
  interval: 1h
  chartRef:
    kind: OCIRepository
    name: ${RELEASE}
  values:
    installCRDs: true
${['sourceController', 'kustomizeController', 'helmController'].map(tuned).join('')}`

const tuned = (controller: string): string => `    ${controller}:
      container:
        additionalArgs:
${TUNED.args.map((arg) => `          - ${arg}\n`).join('')}`

const sync = ({ gitUrl }: RepositoryFacts): string => `---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 1m
  url: ${gitUrl}
  ref:
    branch: main
  secretRef:
    name: ${GIT_SECRET}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 10m
  path: ./${CLUSTER_PATH}
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
  decryption:
    provider: sops
    secretRef:
      name: ${SOPS_SECRET}
`

/** `recipient` is the public half of the age key. */
export const helmContent = (facts: RepositoryFacts, recipient: string): RepositoryContent =>
  prodContent(
    facts,
    recipient,
    { [SYNC_FILE]: sync(facts), [RELEASE_FILE]: release(facts) },
    `Flux is installed by a Helm chart: \`${RELEASE_FILE}\` says which, \`${CLUSTER_PATH}\` is what the cluster follows.`,
  )
