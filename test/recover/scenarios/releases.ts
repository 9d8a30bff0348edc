// HelmReleases that their chart, their values or their history hold up.
import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { helmRelease, kustomization, type Place, type Scenario, source } from '../scenario.ts'

const CHART = 'apiVersion: v2\nname: web\nversion: 0.1.0\n'
const FINE = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n  a: {{ .Values.a | quote }}\n'
/** The API server refuses it: a name has no capitals. */
const REFUSED = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: NotAName\n'

const chart = (template: string): Record<string, string> => ({
  'Chart.yaml': CHART,
  'values.yaml': 'a: b\n',
  'templates/a.yaml': template,
})

const release = (place: Place, spec: object = {}): object =>
  helmRelease(place, 'app', {
    chart: { spec: { chart: place.path, reconcileStrategy: 'Revision', sourceRef: { kind: 'GitRepository', name: 'src' } } },
    ...spec,
  })

const failing = (
  id: string,
  title: string,
  state: string,
  says: RegExp,
  template: string,
  spec: object,
  more: Readonly<Record<string, string>> = {},
): Scenario => ({
  id,
  title,
  files: { ...chart(template), ...more },
  objects: (place) => [
    source(place),
    release(place, spec),
    helmRelease(place, 'behind', {
      dependsOn: [{ name: 'app' }],
      chart: { spec: { chart: place.path, sourceRef: { kind: 'GitRepository', name: 'src' } } },
    }),
  ],
  expects: ({ namespace }) => ({ object: `HelmRelease ${namespace}/app`, state, blocks: [`HelmRelease ${namespace}/behind`], says }),
  mended: (place) => ({
    files: { ...chart(FINE), ...Object.fromEntries(Object.keys(more).map((name) => [name, ''])) },
    objects: [release(place)],
  }),
})

/** A release of somebody else, as Helm keeps it: helm-controller has no history of it, and so nothing to go back to. */
const KEPT = ({ namespace }: Place): object => {
  const info = { first_deployed: '2026-01-01T00:00:00Z', last_deployed: '2026-01-01T00:00:00Z', description: '', status: 'deployed' }
  const metadata = { name: 'web', version: '0.0.1', apiVersion: 'v2' }
  const kept = { name: 'app', namespace, version: 1, info, manifest: '', config: {}, chart: { metadata, templates: [], values: {} } }
  const packed = gzipSync(JSON.stringify(kept)).toString('base64')
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'helm.sh/release.v1',
    metadata: { name: 'sh.helm.release.v1.app.v1', namespace, labels: { name: 'app', owner: 'helm', status: 'deployed', version: '1' } },
    data: { release: Buffer.from(packed).toString('base64') },
  }
}

const chartSource = (kind: string, { namespace }: Place, spec: object): object => ({
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind,
  metadata: { name: 'charts', namespace },
  spec: { interval: '1m', timeout: '10s', ...spec },
})

const ofCharts = (chart: string, version: string): object => ({
  chart: { spec: { chart, version, sourceRef: { kind: 'HelmRepository', name: 'charts' } } },
})

/** Nobody can make it smaller. */
const LARGE = randomBytes(1_500_000).toString('base64')

const NO_SUCH_KIND = 'apiVersion: example.org/v1\nkind: Nothing\nmetadata:\n  name: {{ .Release.Name }}\n'

const NEVER_READY = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
      annotations: {sandbox.flux-ops.dev/fail: never-ready}
    spec:
      containers: [{name: web, image: example.org/web:1}]
`

/** A HelmRelease whose chart is not what it should be. */
const ofChart = (
  id: string,
  title: string,
  state: string,
  says: RegExp,
  files: Readonly<Record<string, string>>,
  spec: object,
): Scenario => ({
  id,
  title: `HelmRelease ${title}`,
  files,
  objects: (place) => [
    source(place),
    helmRelease(place, 'app', {
      chart: { spec: { chart: place.path, sourceRef: { kind: 'GitRepository', name: 'src' }, reconcileStrategy: 'Revision', ...spec } },
    }),
  ],
  expects: ({ namespace }) => ({
    object: `HelmChart ${namespace}/${namespace}-app`,
    state,
    blocks: [`HelmRelease ${namespace}/app`],
    says,
  }),
  mended: (place) => ({ files: { ...files, ...chart(FINE) }, objects: [release(place)] }),
})

export const releases: readonly Scenario[] = [
  ofChart('chart-path-missing', 'of a folder that is not there', 'chart-path-missing', /no such file or directory/, chart(FINE), {
    chart: './no/such/folder',
  }),
  ofChart('chart-values-file', 'with a file of values that is not in the chart', 'chart-values-file', /no-such/, chart(FINE), {
    valuesFiles: ['no-such-values.yaml'],
  }),
  ofChart(
    'chart-dependency',
    'of a chart that depends on one that cannot be had',
    'chart-dependency',
    /dependency/,
    {
      ...chart(FINE),
      'Chart.yaml': `${CHART}dependencies:\n  - name: another\n    version: 1.x\n    repository: http://127.0.0.1:1/charts\n`,
    },
    {},
  ),
  ofChart(
    'chart-invalid',
    'of a chart that is none',
    'chart-invalid',
    /chart/i,
    { ...chart(FINE), 'Chart.yaml': 'name: [not a chart\n' },
    {},
  ),
  failing(
    'release-too-large',
    'HelmRelease that is larger than a Secret may be',
    'release-too-large',
    /[Tt]oo (?:long|large)/,
    FINE,
    {},
    {
      'large.txt': LARGE,
    },
  ),
  failing(
    'release-crd-missing',
    'HelmRelease of a kind that the cluster does not know',
    'release-crd-missing',
    /no matches for kind/,
    NO_SUCH_KIND,
    {},
  ),
  failing(
    'release-timeout',
    'HelmRelease that is not ready in time',
    'release-timeout',
    /context deadline|timeout|timed out/i,
    NEVER_READY,
    {},
  ),
  failing('values-missing', 'HelmRelease with values that are missing', 'values-missing', /not found/i, FINE, {
    valuesFrom: [{ kind: 'ConfigMap', name: 'not-there' }],
  }),
  {
    ...failing('values-unusable', 'HelmRelease with values that are no YAML', 'values-unusable', /mapping values/, FINE, {
      valuesFrom: [{ kind: 'ConfigMap', name: 'wrong' }],
    }),
    before: ({ namespace }) => [
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'wrong', namespace }, data: { 'values.yaml': 'a: b: c' } },
    ],
  },
  failing('retries-exhausted', 'HelmRelease with its retries exhausted', 'retries-exhausted', /NotAName/, REFUSED, {}),
  {
    ...failing('missing-rollback-target', 'HelmRelease without a release to go back to', 'missing-rollback-target', /NotAName/, REFUSED, {
      upgrade: { remediation: { retries: 2, strategy: 'rollback' } },
    }),
    before: (place) => [KEPT(place)],
  },
  {
    id: 'release-dependency-missing',
    title: 'HelmRelease with a missing dependency',
    files: chart(FINE),
    objects: (place) => [source(place), release(place, { dependsOn: [{ name: 'gone' }] })],
    mended: (place) => ({ objects: [release(place)] }),
    expects: ({ namespace }) => ({ object: `HelmRelease ${namespace}/app`, state: 'dependency-missing', blocks: [], says: /not found/ }),
  },
  {
    id: 'chart-unreachable',
    title: 'HelmRelease with a chart that cannot be pulled',
    objects: (place) => [
      chartSource('HelmRepository', place, { url: 'http://127.0.0.1:1/charts' }),
      helmRelease(place, 'app', ofCharts('web', '1.x')),
    ],
    expects: ({ namespace }) => ({
      object: `HelmRepository ${namespace}/charts`,
      state: 'artifact-unreachable',
      blocks: [`HelmChart ${namespace}/${namespace}-app`, `HelmRelease ${namespace}/app`],
      says: /connection refused/,
    }),
  },
  ...[
    { id: 'chart-version-missing', title: 'a chart version', chart: ofCharts('web', '9.x') },
    { id: 'chart-missing', title: 'a chart', chart: ofCharts('another', '*') },
  ].map(
    (one): Scenario => ({
      id: one.id,
      title: `HelmRelease of ${one.title} that does not exist`,
      objects: (place) => [chartSource('HelmRepository', place, { url: place.charts }), helmRelease(place, 'app', one.chart)],
      expects: ({ namespace }) => ({
        object: `HelmChart ${namespace}/${namespace}-app`,
        state: 'artifact-missing',
        blocks: [`HelmRelease ${namespace}/app`],
        says: /chart/,
      }),
    }),
  ),
  ...[
    {
      id: 'oci-tag-missing',
      title: 'is not there',
      state: 'artifact-missing',
      says: /not found|unknown/i,
      of: ({ registry }: Place) => registry,
    },
    {
      id: 'oci-unreachable',
      title: 'cannot be pulled',
      state: 'artifact-unreachable',
      says: /connection refused/,
      of: () => '127.0.0.1:1',
    },
  ].map(
    ({ id, title, state, says, of }): Scenario => ({
      id,
      title: `HelmRelease of a chart from an OCIRepository that ${title}`,
      objects: (place) => [
        chartSource('OCIRepository', place, { url: `oci://${of(place)}/charts/web`, insecure: true, ref: { tag: '0.1.0' } }),
        helmRelease(place, 'app', { chartRef: { kind: 'OCIRepository', name: 'charts' } }),
      ],
      expects: ({ namespace }) => ({ object: `OCIRepository ${namespace}/charts`, state, blocks: [`HelmRelease ${namespace}/app`], says }),
    }),
  ),
  {
    id: 'release-unhealthy',
    title: 'Kustomization whose health check waits for a HelmRelease that fails',
    files: {
      ...Object.fromEntries(Object.entries(chart(REFUSED)).map(([name, text]) => [`chart/${name}`, text])),
      'apps/release.yaml': JSON.stringify({
        apiVersion: 'helm.toolkit.fluxcd.io/v2',
        kind: 'HelmRelease',
        metadata: { name: 'web' },
        spec: {
          interval: '1m',
          timeout: '10s',
          chart: {
            spec: {
              chart: './scenarios/release-unhealthy/chart',
              reconcileStrategy: 'Revision',
              sourceRef: { kind: 'GitRepository', name: 'src' },
            },
          },
        },
      }),
    },
    mended: () => ({ files: Object.fromEntries(Object.entries(chart(FINE)).map(([name, text]) => [`chart/${name}`, text])) }),
    objects: (place) => [
      source(place),
      kustomization(place, 'app', { path: `${place.path}/apps`, wait: true, timeout: '30s' }),
      kustomization(place, 'behind', { dependsOn: [{ name: 'app' }] }),
    ],
    expects: ({ namespace }) => ({
      object: `HelmRelease ${namespace}/web`,
      state: 'retries-exhausted',
      blocks: [`Kustomization ${namespace}/app`, `Kustomization ${namespace}/behind`],
      says: /NotAName/,
    }),
  },
]
