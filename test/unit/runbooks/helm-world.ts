// A small cluster whose Flux is kept by the chart flux2, from an OCIRepository that git has.
import { gzipSync } from 'node:zlib'
import type { ChartReader } from '../../../src/ports/charts.ts'
import type { Context } from '../../../src/ports/context.ts'
import { crdObject, FakeKube, fakeContext } from '../actions/fakes.ts'
import { condition, deployment, flux } from '../flux/objects.ts'

const URL = 'https://git.test/x'
export const input = { to: '2.9.2', repo: '/repo', backupRecipients: [], timeoutSeconds: 300 }
const git = {
  root: async () => '/repo',
  head: async () => 'a'.repeat(40),
  branch: async () => 'main',
  upstream: async () => ({ remote: 'origin', branch: 'main', url: URL }),
}
const LABELS = { 'kustomize.toolkit.fluxcd.io/name': 'flux-system', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' }
const OWNED = {
  annotations: { 'meta.helm.sh/release-name': 'flux2', 'meta.helm.sh/release-namespace': 'flux-system' },
  labels: { 'app.kubernetes.io/managed-by': 'Helm' },
}

/** As Helm keeps a release: JSON, gzip, base64, and base64 once more by the API server. */
export const recordOf = (content: object): string => Buffer.from(gzipSync(JSON.stringify(content)).toString('base64')).toString('base64')

export interface World {
  /** Version of the chart -> appVersion. */
  readonly charts?: Readonly<Record<string, string>> | Error
  readonly tag?: string
  readonly upgrade?: Record<string, unknown>
  readonly values?: Record<string, unknown>
  readonly record?: string
}

const reader = (charts: World['charts']): ChartReader => ({
  versions: async () => {
    if (charts instanceof Error) throw charts
    return Object.keys(charts ?? {})
  },
  appVersion: async (_chart, version) => {
    if (charts instanceof Error) throw charts
    return charts?.[version]
  },
})

export const CHARTS = { '2.17.3': '2.7.3', '2.18.4': '2.8.5', '2.19.1': 'v2.9.2', '2.19.2': '2.9.2', '2.20.0': '2.10.0' }

export function helmWorld({
  charts = CHARTS,
  tag = '2.17.3',
  upgrade = {},
  values = {},
  record,
}: World = {}): Context & { kube: FakeKube } {
  const kube = new FakeKube()
  for (const [plural, kind, group] of [
    ['kustomizations', 'Kustomization', 'kustomize.toolkit.fluxcd.io'],
    ['gitrepositories', 'GitRepository', 'source.toolkit.fluxcd.io'],
    ['ocirepositories', 'OCIRepository', 'source.toolkit.fluxcd.io'],
    ['helmreleases', 'HelmRelease', 'helm.toolkit.fluxcd.io'],
  ] as const)
    kube.put(
      'customresourcedefinitions',
      crdObject(plural, group, kind, {
        versions: [kind === 'HelmRelease' ? 'v2' : 'v1', 'v1beta2'],
        storage: kind === 'HelmRelease' ? 'v2' : 'v1',
        stored: [kind === 'HelmRelease' ? 'v2' : 'v1'],
      }),
    )
  for (const [component, image] of [
    ['source-controller', 'v1.7.3'],
    ['kustomize-controller', 'v1.7.2'],
  ] as const)
    kube.put('deployments', deployment(component, image, OWNED))
  kube.put('gitrepositories', flux('GitRepository', 'flux-system', { spec: { url: URL, ref: { branch: 'main' } } }))
  kube.put(
    'kustomizations',
    flux('Kustomization', 'flux-system', { spec: { path: '.', sourceRef: { kind: 'GitRepository', name: 'flux-system' } } }),
  )
  kube.put('ocirepositories', flux('OCIRepository', 'flux2', { spec: { url: 'oci://registry.test/charts/flux2' } }))
  const history = [{ name: 'flux2', namespace: 'flux-system', version: 3, status: 'deployed', chartVersion: '2.17.3+0123abcd' }]
  kube.put(
    'helmreleases',
    flux('HelmRelease', 'flux2', {
      labels: LABELS,
      spec: { chartRef: { kind: 'OCIRepository', name: 'flux2' }, upgrade },
      status: {
        observedGeneration: 1,
        history,
        storageNamespace: 'flux-system',
        conditions: [condition('True', { observedGeneration: 1 })],
      },
    }),
  )
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'sh.helm.release.v1.flux2.v3', namespace: 'flux-system' } }
  const kept = record ?? recordOf({ manifest: MANIFEST, config: values, hooks: [{ name: 'test', manifest: 'kind: Job' }] })
  if (kept !== '') kube.put('secrets', { ...secret, data: { release: kept } })
  const text = `kind: OCIRepository\nmetadata:\n  name: flux2\nspec:\n  url: oci://registry.test/charts/flux2\n  ref:\n    tag: ${tag}\n`
  return fakeContext({ kube, git, files: new Map([['/repo/flux2.yaml', text]]), charts: reader(charts) }) as unknown as Context & {
    kube: FakeKube
  }
}

export const MANIFEST = `---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: source-controller
---
apiVersion: v1
kind: Secret
metadata:
  name: token
stringData:
  token: s3cret-of-the-chart
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: crd-controller
`
