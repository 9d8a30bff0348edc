// Kustomizations that cannot be built or applied, as kustomize-controller 1.9.3 says it.
import { not } from '../objects.ts'
import { common, tried } from './applied.ts'
import { elsewhere, FAR, having, meta, says, spec, stalls, type Way } from './way.ts'

const failed = (state: string, message: string): Way => says(state, 'ReconciliationFailed', message)
const unbuilt = (state: string, message: string): Way => says(state, 'BuildFailed', message)

export const kustomization: readonly Way[] = [
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
  failed('namespace-missing', 'ConfigMap/nowhere/a dry-run failed (NotFound): namespaces "nowhere" not found'),
  failed(
    'quota-exceeded',
    'ConfigMap/a/b dry-run failed (Forbidden): configmaps "b" is forbidden: exceeded quota: none, requested: count/configmaps=1, used: count/configmaps=0, limited: count/configmaps=0',
  ),
  failed('webhook-dry-run', 'Pod/a/b dry-run failed (BadRequest): admission webhook "w.example" does not support dry run: Pod "b"'),
  says(
    'prune-failed',
    'PruneFailed',
    `ConfigMap/a/b delete failed: configmaps "b" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'p' denied request: nobody may delete that`,
  ),
  having(FAR, failed('kubeconfig-missing', `unable to read KubeConfig secret 'team-0/far' error: secrets "far" not found`)),
  having(FAR, failed('kubeconfig-missing', "KubeConfig secret 'team-0/far' does not contain a 'value' key with a kubeconfig")),
  having(FAR, failed('remote-cluster-unreachable', 'Get "https://far.example/api": dial tcp 192.0.2.1:443: connect: connection refused')),
  having(
    (of) => ({ sourceRef: { kind: 'GitRepository', name: 'src', namespace: elsewhere(of) } }),
    stalls('access-denied', 'AccessDenied', "can't access 'GitRepository/team-0/src', cross-namespace references have been blocked"),
  ),
  stalls(
    'feature-gate-disabled',
    'FeatureGateDisabled',
    'to use spec.decryption.serviceAccountName for decryption authentication please enable the ObjectLevelWorkloadIdentity feature gate in the controller',
  ),
  { state: 'shard-unwatched', sharded: true, make: (of) => meta(of, { generation: 2, labels: { 'sharding.fluxcd.io/key': 'typo' } }) },
]
