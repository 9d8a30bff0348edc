// What the controllers of Flux 2.7.3 and 2.9.2 have said in test/recover, word for word where it counts.
import { expect, test } from 'vitest'
import { diagnosed, not, object, stalled } from './objects.ts'

test.each([
  ['ArtifactFailed', 'kustomization path not found: stat no/such/folder: no such file or directory', 'path-missing'],
  ['BuildFailed', "decryption failed for 'sealed': cannot get sops data key: Failed to get the data key", 'decryption-key'],
  ['BuildFailed', "decryption failed for 'Secret.v1.[noGrp]/sealed': cannot get sops data key: Failed to get it", 'decryption-key'],
  ['BuildFailed', "post build failed for 'a': envsubst error: variable substitution failed: missing closing brace", 'substitution'],
  ['BuildFailed', `post build failed for 'ConfigMap.v1.[noGrp]/a': variable not set (strict mode): "not_set"`, 'variable-unset'],
  ['BuildFailed', `post build failed for 'a': substitute from 'ConfigMap/b' error: configmaps "b" not found`, 'variables-missing'],
  ['BuildFailed', 'secrets "not-there" not found', 'decryption-secret-missing'],
  ['BuildFailed', 'kustomize build failed: accumulating resources', 'build-failed'],
  ['ReconciliationFailed', 'Secret/a/b is SOPS encrypted, configuring decryption is required for this secret', 'decryption-missing'],
  ['ReconciliationFailed', 'ConfigMap/a/b dry-run failed (Invalid): field is immutable when `immutable` is set', 'immutable-field'],
  [
    'ReconciliationFailed',
    `ConfigMap/a/b dry-run failed (Invalid): configmaps "b" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'p' denied request: no`,
    'admission-denied',
  ],
  [
    'ReconciliationFailed',
    'ConfigMap/a/b dry-run failed (Forbidden): unable to create new content in namespace a because it is being terminated',
    'namespace-terminating',
  ],
  [
    'ReconciliationFailed',
    'ConfigMap/a/b dry-run failed (Forbidden): User "system:serviceaccount:a:tenant" cannot patch resource "configmaps" in API group ""',
    'not-permitted',
  ],
  ['ReconciliationFailed', 'Deployment/a/b dry-run failed (Invalid): spec.selector: Required value', 'apply-refused'],
])('a Kustomization that says %s %s is in the state %s', (reason, message, state) => {
  expect(diagnosed([not(object('Kustomization', 'a/app'), reason, message)]).causes).toMatchObject([{ state }])
})

test.each([
  [
    'ValuesError',
    `could not resolve ConfigMap chart values reference 'a/b' with key 'values.yaml': configmaps "b" not found`,
    'values-missing',
  ],
  ['ValuesError', `could not resolve Secret chart values reference 'a/b' with key 'values.yaml': key not found`, 'values-missing'],
  [
    'ValuesError',
    `could not resolve ConfigMap chart values reference 'a/b' with key 'v': mapping values are not allowed`,
    'values-unusable',
  ],
  ['InstallFailed', 'Helm install failed for release a/app with chart web@0.1.0: no', 'helm-action-failed'],
])('a HelmRelease that says %s %s is in the state %s', (reason, message, state) => {
  expect(diagnosed([not(object('HelmRelease', 'a/app'), reason, message)]).causes).toMatchObject([{ state }])
})

test.each([
  ['RetriesExceeded', 'retries-exhausted'],
  ['MissingRollbackTarget', 'missing-rollback-target'],
])('a HelmRelease that is stalled by %s is in the state %s, whatever Helm has said', (reason, state) => {
  const release = not(object('HelmRelease', 'a/app'), 'UpgradeFailed', 'Helm upgrade failed', [stalled(reason, 'Failed')])

  expect(diagnosed([release]).causes).toMatchObject([{ state, certainty: 'certain' }])
})

test.each([
  ["invalid chart reference: failed to get chart version for remote reference: no 'web' chart with version matching '9.x' found"],
  ['invalid chart reference: failed to get chart version for remote reference: no chart name found'],
])('a HelmChart that says %s is not there', (message) => {
  expect(diagnosed([not(object('HelmChart', 'a/app'), 'InvalidChartReference', message)]).causes).toMatchObject([
    { state: 'artifact-missing' },
  ])
})
