// One object of each kind that a diagnosis reads, every one of them in trouble: what is made of them is up to a test.
import type { Snapshot } from '../../../src/diagnosis/snapshot.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { AT, dependsOn, not, object, snapshotOf, stalled } from './objects.ts'

const git = { sourceRef: { kind: 'GitRepository', name: 'home', namespace: 'flux-system' } }

const flux = (message: string): KubeObject[] => [
  not(object('GitRepository', 'flux-system/home', { url: 'https://a.example', secretRef: { name: 'a' } }), 'GitOperationFailed', message),
  not(object('HelmRepository', 'flux-system/charts', { url: 'https://b.example' }), 'FetchFailed', message),
  not(object('HelmChart', 'flux-system/flux-system-web', { chart: 'web', ...git }), 'ChartPullError', message),
  not(object('Kustomization', 'flux-system/build', { path: './a', ...git }), 'BuildFailed', message),
  not(object('Kustomization', 'flux-system/apply', git), 'ReconciliationFailed', message),
  {
    ...not(object('Kustomization', 'flux-system/health', git), 'HealthCheckFailed', message),
    metadata: { name: 'health', namespace: 'flux-system', generation: 1, annotations: { a: 'b' }, labels: { a: 'b' } },
  },
  not(object('Kustomization', 'flux-system/waits', { ...git, ...dependsOn('build', 'gone') }), 'DependencyNotReady', message),
  not(
    object('Kustomization', 'flux-system/again', { ...git, interval: '1m', retryInterval: '1m', timeout: '1m' }),
    'Progressing',
    message,
    [{ type: 'Reconciling', status: 'True', reason: 'Progressing', message, lastTransitionTime: AT }],
  ),
  {
    ...object('Kustomization', 'flux-system/all', git, {
      inventory: { entries: [{ id: 'flux-system_web_helm.toolkit.fluxcd.io_HelmRelease', v: 'v2' }] },
      history: [{ lastReconciledStatus: 'HealthCheckFailed', metadata: { revision: 'a' } }],
    }),
    metadata: { name: 'all', namespace: 'flux-system', deletionTimestamp: AT, finalizers: ['finalizers.fluxcd.io'] },
  },
  not(
    object('HelmRelease', 'flux-system/web', { chart: { spec: { chart: 'web', ...git } } }, { helmChart: 'flux-system/flux-system-web' }),
    'UpgradeFailed',
    message,
    [stalled('RetriesExceeded', message)],
  ),
  not(object('HelmRelease', 'flux-system/ref', { chartRef: { kind: 'OCIRepository', name: 'a' } }), 'InstallFailed', message),
]

const event = (kind: string, name: string, message: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: `of-${name}`, namespace: 'flux-system', creationTimestamp: AT },
  reason: 'HealthCheckFailed',
  message,
  involvedObject: { kind, name, namespace: 'flux-system' },
  firstTimestamp: AT,
  lastTimestamp: AT,
  eventTime: null,
  series: { lastObservedTime: AT },
})

const deployment: KubeObject = {
  ...object('Deployment', 'flux-system/helm-controller', {
    replicas: 1,
    selector: { matchLabels: { app: 'helm-controller' } },
    template: { spec: { containers: [{ image: 'ghcr.io/fluxcd/helm-controller:v1.3.0' }] } },
  }),
  status: { availableReplicas: 0, conditions: [{ type: 'Available', status: 'False', reason: 'a', message: 'b', lastTransitionTime: AT }] },
}

const pod = (message: string): KubeObject => ({
  ...object('Pod', 'flux-system/helm-controller-1'),
  metadata: { name: 'helm-controller-1', namespace: 'flux-system', labels: { app: 'helm-controller' } },
  status: {
    containerStatuses: [
      {
        name: 'manager',
        restartCount: 3,
        state: { waiting: { reason: 'CrashLoopBackOff', message } },
        lastState: { terminated: { reason: 'OOMKilled', exitCode: 137, finishedAt: AT, message } },
      },
    ],
  },
})

/** `message`: what every one of them says. */
export const troubled = (message: string): Snapshot =>
  snapshotOf(flux(message), {
    deployments: [deployment],
    pods: [pod(message)],
    events: [event('Kustomization', 'again', message), event('Pod', 'helm-controller-1', message)],
  })
