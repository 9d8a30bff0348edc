// The applications by namespace, in two levels: a folder for each namespace, a Flux Kustomization for each application in it.
import { DASHBOARDS } from '../registry/fill.ts'
import { dashboardsSource, HELLO_SECRET, helloApp, namespaceManifest, volumesApp } from './applications.ts'
import { type FileTexts, type RepositoryContent, secretManifest } from './content.ts'

export interface AppsLayout {
  /** Folder of the applications: `cluster/apps`. */
  readonly root: string
  /** GitRepository that the Kustomizations follow. */
  readonly source: string
  /** HelmRepository, in flux-system, that serves the chart of `hello`. */
  readonly charts: string
  readonly registryHost: string
}

const namespaceFolder = ({ root }: AppsLayout, name: string, ...applications: string[]): FileTexts => ({
  [`${root}/${name}/namespace.yaml`]: namespaceManifest(name),
  [`${root}/${name}/kustomization.yaml`]: [
    'apiVersion: kustomize.config.k8s.io/v1beta1',
    'kind: Kustomization',
    'resources:',
    '  - ./namespace.yaml',
    ...applications.map((application) => `  - ./${application}/ks.yaml`),
    '',
  ].join('\n'),
})

const appKustomization = ({ root, source }: AppsLayout, namespace: string, app: string, dependsOn?: string): string => `---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: cluster-apps-${app}
  namespace: flux-system
spec:
  path: ./${root}/${namespace}/${app}/app
  sourceRef:
    kind: GitRepository
    name: ${source}
${dependsOn === undefined ? '' : `  dependsOn:\n    - name: cluster-apps-${dependsOn}\n`}  interval: 30m
  retryInterval: 1m
  timeout: 3m
  prune: true
  wait: true
`

const dashboardsKustomization = `---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: cluster-apps-dashboards
  namespace: flux-system
  labels:
    # dashboards have variables of their own
    substitution.flux.home.arpa/disabled: "true"
spec:
  path: ./
  targetNamespace: monitoring
  sourceRef:
    kind: OCIRepository
    name: ${DASHBOARDS.repository.split('/')[1]}
  dependsOn:
    - name: cluster-apps-hello
  interval: 30m
  retryInterval: 1m
  prune: true
  wait: true
`

/** Volumes, a web page that needs them, and dashboards that need the page. */
export const namespacedApps = (layout: AppsLayout): RepositoryContent => ({
  plain: {
    ...namespaceFolder(layout, 'storage', 'volumes'),
    [`${layout.root}/storage/volumes/ks.yaml`]: appKustomization(layout, 'storage', 'volumes'),
    ...volumesApp(`${layout.root}/storage/volumes/app`),
    ...namespaceFolder(layout, 'default', 'hello'),
    [`${layout.root}/default/hello/ks.yaml`]: appKustomization(layout, 'default', 'hello', 'volumes'),
    ...helloApp(`${layout.root}/default/hello/app`, layout.charts),
    ...namespaceFolder(layout, 'monitoring', 'dashboards'),
    [`${layout.root}/monitoring/dashboards/ks.yaml`]: `${dashboardsSource(layout.registryHost)}${dashboardsKustomization}`,
  },
  sealed: { [`${layout.root}/default/hello/app/secret.sops.yaml`]: secretManifest(HELLO_SECRET) },
})
