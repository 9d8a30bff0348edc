// In which ways an object is broken in a storm: the state that has to be named, and the object as its controller leaves it.
import type { KubeObject } from '../../../src/ports/kube.ts'
import { AT, not, object, stalled, suspended } from './objects.ts'

export interface Way {
  readonly state: string
  make(of: KubeObject, hostile: (message: string) => string): KubeObject
  /** Only where others wait for it. */
  readonly needed?: boolean
  /** Only where controllers are split in shards. */
  readonly sharded?: boolean
}

const says = (state: string, reason: string, message: string, ...more: object[]): Way => ({
  state,
  make: (of, hostile) => not(of, reason, hostile(message), more),
})

/** No state has these words. What they name is well. */
const STRANGE = ['the moon is in the wrong house', 'Kustomization/team-0/o3 and "team-1/o4" are as they were', 'x'.repeat(300)]
const strange = STRANGE.map((message) => says('unknown', 'SomethingNew', message))

const spec = (of: KubeObject, more: object): KubeObject => ({ ...of, spec: { ...of.spec, ...more } })
const meta = (of: KubeObject, more: object): KubeObject => ({ ...of, metadata: { ...of.metadata, ...more } })

const LONG_AGO = '2026-11-20T02:51:00Z'

const deleted = (of: KubeObject, finalizer: string): KubeObject => meta(of, { deletionTimestamp: LONG_AGO, finalizers: [finalizer] })

const underWay = {
  type: 'Reconciling',
  status: 'True',
  reason: 'Progressing',
  message: 'Reconciliation in progress',
  lastTransitionTime: AT,
}

/** Tried again right now; what became of the last try is in its history. */
const tried = (of: KubeObject, how: string): KubeObject => {
  const again = not(of, 'Progressing', 'Reconciliation in progress', [underWay])
  const conditions = again.status.conditions.map((one: { type: string }) => (one.type === 'Ready' ? { ...one, status: 'Unknown' } : one))
  return { ...again, status: { ...again.status, conditions, history: [{ lastReconciledStatus: how, lastReconciled: AT }] } }
}

const common: readonly Way[] = [
  {
    state: 'deletion-stuck',
    make: (of, hostile) => deleted(not(of, 'PruneFailed', hostile('delete failed, errors: no')), 'finalizers.fluxcd.io'),
  },
  { state: 'deletion-held', make: (of, hostile) => deleted(not(of, 'Deleting', hostile('gone soon')), 'backup.example/keep') },
  { state: 'never-reconciled', make: (of) => ({ ...meta(of, { creationTimestamp: LONG_AGO }), status: {} }) },
  {
    state: 'dependency-missing',
    make: (of, hostile) =>
      not(
        spec(of, { dependsOn: [...(of.spec.dependsOn ?? []), { name: 'gone' }] }),
        'DependencyNotReady',
        hostile("dependency 'x/gone' not found"),
      ),
  },
  { state: 'suspended-blocker', needed: true, make: (of, hostile) => suspended(not(of, 'SomethingNew', hostile('stopped in the middle'))) },
  ...strange,
]

const failed = (state: string, message: string): Way => says(state, 'ReconciliationFailed', message)
const unbuilt = (state: string, message: string): Way => says(state, 'BuildFailed', message)

const kustomization: readonly Way[] = [
  ...common,
  unbuilt('build-failed', 'kustomize build failed: accumulating resources: no such file'),
  says('path-missing', 'ArtifactFailed', 'kustomization path not found: stat apps: no such file or directory'),
  unbuilt('decryption-secret-missing', 'secrets "sops-age" not found'),
  unbuilt('decryption-key', "decryption failed for 'Secret.v1.[noGrp]/web': no key could decrypt"),
  unbuilt('variable-unset', 'post build failed for web: envsubst error: variable not set (strict mode): "CLUSTER"'),
  unbuilt('variables-missing', "post build failed: substitute from 'ConfigMap/settings' error: configmaps not found"),
  unbuilt('substitution', 'post build failed for web: envsubst error: missing closing brace'),
  failed('decryption-missing', 'Secret/web/token is SOPS encrypted, configuring decryption is required for this secret to be reconciled'),
  failed(
    'immutable-field',
    'Job/default/migrate dry-run failed (Invalid): Job.batch "migrate" is invalid: spec.template: field is immutable',
  ),
  failed(
    'webhook-down',
    'Pod/a/b dry-run failed (InternalError): failed calling webhook "x.example": no endpoints available for service "x"',
  ),
  failed('crd-missing', 'Widget/a/b dry-run failed: no matches for kind "Widget" in version "example/v1"'),
  failed('admission-denied', 'Pod/a/b dry-run failed (Forbidden): admission webhook "p.example" denied the request: no'),
  failed('namespace-terminating', 'ConfigMap/a/b apply failed: unable to create new content in namespace a because it is being terminated'),
  failed(
    'not-permitted',
    'ConfigMap/a/b dry-run failed: User "system:serviceaccount:a:b" cannot patch resource "configmaps" in API group ""',
  ),
  failed('apply-refused', 'Service/a/b dry-run failed (Invalid): spec.ports: required value'),
  says(
    'health-check-failed',
    'HealthCheckFailed',
    "health check failed after 30s: timeout waiting for: [Deployment/default/web status: 'InProgress']",
  ),
  { state: 'health-check-failed', make: (of) => tried(of, 'HealthCheckFailed') },
  { state: 'retried', make: (of) => tried(of, 'BuildFailed') },
  {
    state: 'source-missing',
    make: (of, hostile) =>
      not(
        spec(of, { sourceRef: { kind: 'GitRepository', name: 'gone' } }),
        'ArtifactFailed',
        hostile("Source 'GitRepository/x/gone' not found"),
      ),
  },
  { state: 'shard-unwatched', sharded: true, make: (of) => meta(of, { generation: 2, labels: { 'sharding.fluxcd.io/key': 'typo' } }) },
]

const release: readonly Way[] = [
  ...common,
  says(
    'retries-exhausted',
    'UpgradeFailed',
    'Helm upgrade failed for release: no such field',
    stalled('RetriesExceeded', 'Failed to upgrade after 1 attempt(s)'),
  ),
  says('release-timeout', 'UpgradeFailed', 'Helm upgrade failed for release: context deadline exceeded'),
  says(
    'missing-rollback-target',
    'UpgradeFailed',
    'Helm upgrade failed for release: no',
    stalled('MissingRollbackTarget', 'Failed to perform remediation: missing target release for rollback'),
  ),
  says(
    'values-missing',
    'ValuesError',
    "could not resolve Secret chart values reference 'x/y' with key 'values.yaml': secrets \"y\" not found",
  ),
  says('values-unusable', 'ValuesError', "unable to merge value from key 'a': key map has no value"),
  says('release-locked', 'UpgradeFailed', 'Helm upgrade failed: another operation (install/upgrade/rollback) is in progress'),
  says('helm-action-failed', 'InstallFailed', 'Helm install failed for release: template is broken'),
]

const artifact = (reason: string): readonly Way[] => [
  says('artifact-unreachable', reason, 'failed to fetch: dial tcp: lookup charts.example: no such host'),
  says('artifact-credentials', reason, 'failed to fetch: 401 Unauthorized'),
  says('artifact-missing', reason, 'failed to determine artifact digest: manifest unknown'),
  ...strange,
]

const git = (state: string, message: string): Way =>
  says(state, 'GitOperationFailed', `failed to checkout and determine revision: ${message}`)

export const WAYS: Readonly<Record<string, readonly Way[]>> = {
  GitRepository: [
    git('git-unreachable', 'unable to clone: dial tcp: connect: connection refused'),
    git('git-host-key', 'unable to list remote: ssh: handshake failed: knownhosts: key mismatch'),
    git('git-credentials', 'unable to clone: authentication required'),
    git('git-branch-gone', "unable to clone: couldn't find remote ref refs/heads/main"),
    git('git-repository-gone', 'unable to clone: repository not found'),
    ...strange,
  ],
  HelmRepository: artifact('Failed'),
  OCIRepository: artifact('OCIArtifactPullFailed'),
  Bucket: artifact('BucketOperationFailed'),
  ImageRepository: artifact('ReadOperationFailed'),
  HelmChart: [
    says('artifact-missing', 'InvalidChartReference', "invalid chart reference: no 'web' chart with version matching '9.x' found"),
    ...strange,
  ],
  Receiver: [says('webhook-token', 'TokenNotFound', 'unable to read token from secret'), ...strange],
  Kustomization: kustomization,
  HelmRelease: release,
}

/** A condition or a warning may say whatever somebody has put into a commit, a chart or a name. */
export const HOSTILE = [
  '\u001b[2J\u001b]0;owned\u0007',
  '\u202eevil\u2066',
  '<img src=x onerror=alert(1)>',
  '\r\n✔ all 9 objects ready\n',
  ' y'.repeat(9000),
]

const CONTAINERS = (name: string, more: object): object => ({ status: { containerStatuses: [{ name, restartCount: 4, ...more }] } })

/** In which ways a controller is down: its Deployment, and a pod of it. */
export const DOWN: readonly { state: string; make: (deployment: KubeObject) => { deployment: KubeObject; pods: KubeObject[] } }[] = [
  { state: 'controller-stopped', make: (of) => ({ deployment: spec(down(of), { replicas: 0 }), pods: [] }) },
  { state: 'controller-down', make: (of) => ({ deployment: down(of), pods: [] }) },
  {
    state: 'controller-crash-looping',
    make: (of) => ({ deployment: down(of), pods: [podOf(of, { lastState: { terminated: { reason: 'Error', exitCode: 1 } } })] }),
  },
  {
    state: 'controller-out-of-memory',
    make: (of) => ({ deployment: down(of), pods: [podOf(of, { lastState: { terminated: { reason: 'OOMKilled', exitCode: 137 } } })] }),
  },
]

const down = (of: KubeObject): KubeObject => ({ ...of, status: { availableReplicas: 0 } })

const podOf = ({ metadata }: KubeObject, container: object): KubeObject => ({
  ...object('Pod', `flux-system/${metadata.name}-1`),
  metadata: { name: `${metadata.name}-1`, namespace: 'flux-system', labels: { app: metadata.name } },
  ...CONTAINERS('manager', container),
})
