// Artifacts that are gone from the storage of source-controller, which has not noticed.
import { configMap, helmRelease, kustomization, type Scenario, source } from '../scenario.ts'

/** What it has fetched is not fetched again meanwhile. */
const SELDOM = { interval: '1h' }
const OFTEN = { interval: '10s' }

export const lost: readonly Scenario[] = [
  {
    id: 'artifact-lost',
    title: 'artifact of a GitRepository that is gone from the storage',
    files: { 'a.yaml': configMap('a') },
    objects: (place) => [source(place, 'src', SELDOM), kustomization(place, 'app', OFTEN)],
    later: ({ namespace }) => ({ once: 'kustomization/app', is: 'ready', loses: [`gitrepository/${namespace}/src`] }),
    expects: ({ namespace }) => ({
      object: `GitRepository ${namespace}/src`,
      state: 'artifact-lost',
      blocks: [`Kustomization ${namespace}/app`],
      says: /artifact not found/,
    }),
    mended: () => ({}),
  },
  {
    id: 'chart-lost',
    title: 'chart of a HelmRelease that is gone from the storage',
    files: {
      'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 0.1.0\n',
      'templates/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\n',
    },
    objects: (place) => [
      source(place, 'src', SELDOM),
      helmRelease(place, 'app', {
        ...OFTEN,
        chart: { spec: { chart: place.path, interval: '1h', sourceRef: { kind: 'GitRepository', name: 'src' } } },
      }),
    ],
    later: ({ namespace }) => ({ once: 'helmrelease/app', is: 'ready', loses: [`helmchart/${namespace}/${namespace}-app`] }),
    expects: ({ namespace }) => ({
      object: `HelmChart ${namespace}/${namespace}-app`,
      state: 'artifact-lost',
      blocks: [`HelmRelease ${namespace}/app`],
      says: /artifact not found/,
    }),
    mended: () => ({}),
  },
]
