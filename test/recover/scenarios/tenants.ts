// What a tenant's spec runs into: accounts, other clusters, expressions, quotas, and what may not be deleted.
import { configMap, helmRelease, kustomization, type Place, type Scenario, source } from '../scenario.ts'
import { KEPT } from './deletions.ts'
import { failing } from './failing.ts'

const CHART = {
  'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 0.1.0\n',
  'templates/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app\n',
}

const release = (place: Place, spec: object): object =>
  helmRelease(place, 'app', { chart: { spec: { chart: place.path, sourceRef: { kind: 'GitRepository', name: 'src' } } }, ...spec })

const ofRelease = (
  id: string,
  title: string,
  state: string,
  says: RegExp,
  spec: object,
  before?: (place: Place) => object[],
): Scenario => ({
  id,
  title: `HelmRelease ${title}`,
  files: CHART,
  ...(before === undefined ? {} : { before }),
  objects: (place) => [source(place), release(place, spec)],
  expects: ({ namespace }) => ({ object: `HelmRelease ${namespace}/app`, state, blocks: [], says }),
  mended: (place) => ({ objects: [release(place, {})] }),
})

const ACCOUNT = ({ namespace }: Place): object[] => [{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'tenant', namespace } }]

const NOWHERE = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'far',
  clusters: [{ name: 'far', cluster: { server: 'https://127.0.0.1:1' } }],
  contexts: [{ name: 'far', context: { cluster: 'far', user: 'far' } }],
  users: [{ name: 'far', user: { token: 'none' } }],
})

const FAR = ({ namespace }: Place): object[] => [
  { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'far', namespace }, stringData: { value: NOWHERE } },
]

const QUOTA = ({ namespace }: Place): object[] => [
  { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'none', namespace }, spec: { hard: { 'count/configmaps': '0' } } },
]

const back = (place: Place): object => kustomization(place, 'app')

const gone = { kubeConfig: { secretRef: { name: 'not-there' } } }
const far = { kubeConfig: { secretRef: { name: 'far' } } }

export const tenants: readonly Scenario[] = [
  failing('namespace-missing', 'namespace that is not there', 'namespace-missing', /namespaces "nowhere" not found/, {
    files: { 'a.yaml': configMap('a') },
    spec: () => ({ targetNamespace: 'nowhere' }),
    mended: (place) => ({ objects: [back(place)] }),
  }),
  failing('quota-exceeded', 'quota that is used up', 'quota-exceeded', /exceeded quota/, {
    files: { 'a.yaml': configMap('a') },
    before: QUOTA,
    // A quota holds some seconds after it was made.
    spec: () => ({ interval: '10s' }),
    mended: () => ({ deletes: ['resourcequota/none'] }),
  }),
  failing('account-missing', 'service account that is not there', 'not-permitted', /cannot patch resource "configmaps"/, {
    files: { 'a.yaml': configMap('a') },
    spec: () => ({ serviceAccountName: 'not-there' }),
    mended: (place) => ({ objects: [back(place)] }),
  }),
  failing('kubeconfig-missing', 'kubeconfig that is not there', 'kubeconfig-missing', /KubeConfig secret/, {
    files: { 'a.yaml': configMap('a') },
    spec: () => gone,
    mended: (place) => ({ objects: [back(place)] }),
  }),
  failing('remote-cluster-unreachable', 'other cluster that does not answer', 'remote-cluster-unreachable', /connection refused/, {
    files: { 'a.yaml': configMap('a') },
    before: FAR,
    spec: () => far,
    mended: (place) => ({ objects: [back(place)] }),
  }),
  failing('health-expression-invalid', 'expression of a health check that cannot be read', 'expression-invalid', /expression|CEL/i, {
    files: { 'a.yaml': configMap('a') },
    spec: () => ({ wait: true, healthCheckExprs: [{ apiVersion: 'v1', kind: 'ConfigMap', current: 'no ( expression' }] }),
    mended: (place) => ({ objects: [back(place)] }),
  }),
  {
    id: 'ready-expression-invalid',
    title: 'expression of a dependency that cannot be read',
    files: { 'a.yaml': configMap('a') },
    objects: (place) => [
      source(place),
      kustomization(place, 'other'),
      kustomization(place, 'app', { dependsOn: [{ name: 'other', readyExpr: 'no ( expression' }] }),
    ],
    expects: ({ namespace }) => ({
      object: `Kustomization ${namespace}/app`,
      state: 'expression-invalid',
      blocks: [],
      says: /expression|evaluate/i,
    }),
    mended: (place) => ({ objects: [back(place)] }),
  },
  {
    id: 'ready-expression',
    title: 'expression of a dependency that never holds',
    files: { 'a.yaml': configMap('a') },
    objects: (place) => [
      source(place),
      kustomization(place, 'other'),
      kustomization(place, 'app', { dependsOn: [{ name: 'other', readyExpr: 'dep.metadata.name == "another"' }] }),
    ],
    expects: ({ namespace }) => ({
      object: `Kustomization ${namespace}/app`,
      state: 'ready-expression',
      blocks: [],
      says: /readyExpr eval/,
    }),
    mended: (place) => ({ objects: [back(place)] }),
  },
  {
    id: 'prune-failed',
    title: 'Kustomization that may not delete what is no longer there',
    // Before 1.9.0 kustomize-controller says so once, and forgets it.
    on: ['2.9.2'],
    files: { 'one/a.yaml': configMap('app'), 'two/a.yaml': configMap('another') },
    before: KEPT,
    objects: (place) => [source(place), kustomization(place, 'app', { path: `${place.path}/one` })],
    later: (place) => ({ once: 'kustomization/app', is: 'ready', objects: [kustomization(place, 'app', { path: `${place.path}/two` })] }),
    expects: ({ namespace }) => ({
      object: `Kustomization ${namespace}/app`,
      state: 'prune-failed',
      blocks: [],
      says: /nobody may delete that/,
    }),
    mended: ({ namespace }) => ({ deletes: [`validatingadmissionpolicybinding/kept-${namespace}`] }),
  },
  ofRelease('release-kubeconfig-missing', 'with a kubeconfig that is not there', 'kubeconfig-missing', /KubeConfig secret/, gone),
  ofRelease(
    'release-remote-unreachable',
    'into another cluster that does not answer',
    'remote-cluster-unreachable',
    /connection refused/,
    far,
    FAR,
  ),
  ofRelease(
    'release-not-permitted',
    'by an account without the right to it',
    'release-not-permitted',
    /cannot \w+ resource/,
    { serviceAccountName: 'tenant' },
    ACCOUNT,
  ),
]
