// Sources: what source-controller 1.7.3 and 1.9.3 have said in test/recover, or say by their sources (internal/controller), word for word where it counts.
import { expect, test } from 'vitest'
import { diagnosed, not, object, stalled } from './objects.ts'

const cases: readonly (readonly [kind: string, reason: string, message: string, state: string])[] = [
  [
    'GitRepository',
    'GitOperationFailed',
    'failed to checkout and determine revision: unable to construct auth method with options: bcrypt_pbkdf: empty password',
    'ssh-key-encrypted',
  ],
  [
    'GitRepository',
    'AuthenticationFailed',
    `SSH identity key is encrypted but no 'password' field was provided in the secret 'a/ssh'`,
    'ssh-key-encrypted',
  ],
  ['GitRepository', 'AuthenticationFailed', `failed to get secret 'a/b': secrets "b" not found`, 'source-secret-missing'],
  [
    'OCIRepository',
    'AuthenticationFailed',
    `failed to get credential: failed to get secret 'a/b': secrets "b" not found`,
    'source-secret-missing',
  ],
  [
    'GitRepository',
    'AuthenticationFailed',
    `failed to configure authentication options: invalid 'ssh' auth option: 'known_hosts' is required`,
    'source-secret-incomplete',
  ],
  [
    'GitRepository',
    'AuthenticationFailed',
    `failed to configure authentication options: invalid 'https' auth option: 'password' requires 'username' to be set`,
    'source-secret-incomplete',
  ],
  [
    'GitRepository',
    'GitOperationFailed',
    `failed to checkout and determine revision: unable to clone 'ssh://a': ssh: this private key is passphrase protected`,
    'ssh-key-encrypted',
  ],
  [
    'GitRepository',
    'InvalidProviderConfiguration',
    'secretRef with github app data must be specified when provider is set to github',
    'source-provider',
  ],
  ['GitRepository', 'GitOperationFailed', 'unable to clone: ssh: handshake failed: knownhosts: key is unknown', 'git-host-unknown'],
  ['GitRepository', 'GitOperationFailed', 'unable to clone: ssh: handshake failed: knownhosts: key mismatch', 'git-host-key'],
  ['GitRepository', 'EmptyGitRepository', 'git repository is empty', 'git-empty'],
  [
    'GitRepository',
    'GitOperationFailed',
    `failed to sparse checkout directories : sparse checkout dir 'a' does not exist in repository: stat`,
    'git-path-missing',
  ],
  ['GitRepository', 'InvalidCommitSignature', `signature verification of commit 'abc' failed: unable to verify`, 'signature-invalid'],
  ['GitRepository', 'VerificationError', 'PGP public keys secret error: secrets "b" not found', 'signature-invalid'],
  [
    'OCIRepository',
    'VerificationError',
    `failed to verify the signature using provider 'cosign': no matching signatures were found`,
    'signature-invalid',
  ],
  ['OCIRepository', 'OCIArtifactLayerOperationFailed', `failed to find layer with media type 'a/b' in artifact`, 'artifact-layer-missing'],
  [
    'OCIRepository',
    'ReadOperationFailed',
    `failed to determine the artifact tag for 'oci://a': no match found for semver: 9.x`,
    'artifact-missing',
  ],
  ['HelmRepository', 'IndexationFailed', 'failed to load Helm repository from index YAML: error unmarshaling JSON', 'index-unreadable'],
  ['GitRepository', 'ArchiveOperationFailed', 'unable to archive artifact to storage: no space left on device', 'storage-failed'],
  ['HelmChart', 'InvalidChartReference', 'invalid chart reference: stat charts/web: no such file or directory', 'chart-path-missing'],
  ['HelmChart', 'ValuesFilesError', `values files merge error: no values file found at path '/a/b.yaml'`, 'chart-values-file'],
  ['HelmChart', 'DependencyBuildError', 'dependency build error: failed to add remote dependency', 'chart-dependency'],
  ['HelmChart', 'ChartPackageError', 'chart package error: no', 'chart-invalid'],
  ['Bucket', 'BucketOperationFailed', `bucket 'a' not found`, 'artifact-missing'],
  ['ImagePolicy', 'Failure', 'unable to determine latest version from provided list', 'image-policy-no-tag'],
  [
    'ImageUpdateAutomation',
    'GitOperationFailed',
    'failed to update source: command error on refs/heads/main: protected branch',
    'image-push-rejected',
  ],
  ['ImageUpdateAutomation', 'GitOperationFailed', 'failed to update source: authentication required', 'git-credentials'],
  ['ImageUpdateAutomation', 'GitOperationFailed', 'failed to checkout source: unable to clone: connection refused', 'git-unreachable'],
]

test.each(cases)('a %s that says %s %s is in the state %s', (kind, reason, message, state) => {
  expect(diagnosed([not(object(kind, 'a/app', { secretRef: { name: 'b' }, url: 'https://a' }), reason, message)]).causes).toMatchObject([
    { state },
  ])
})

test.each([
  ['OCIRepository', 'URLInvalid', `URL validation failed for 'oci://a/b:1': URL must not contain a tag; remove ':1'`, 'url-invalid'],
  ['ImageRepository', 'ImageURLInvalid', 'could not parse reference', 'url-invalid'],
  ['Kustomization', 'AccessDenied', `can't access 'GitRepository/b/src', cross-namespace references have been blocked`, 'access-denied'],
  ['HelmRelease', 'InvalidCELExpression', 'Reconciliation failed terminally due to configuration error', 'expression-invalid'],
  ['GitRepository', 'FeatureGateDisabled', 'to use spec.serviceAccountName please enable the gate', 'feature-gate-disabled'],
  ['ImagePolicy', 'InvalidPolicy', 'invalid policy', 'image-policy-spec'],
  ['ImageUpdateAutomation', 'InvalidUpdateStrategy', 'unknown update strategy', 'image-update-spec'],
  ['ImageUpdateAutomation', 'RemovedTemplateField', 'template uses removed field', 'image-template'],
])('a %s that is stalled by %s is known, whatever it says: %s', (kind, reason, message, state) => {
  const one = not(object(kind, 'a/app', { url: 'oci://a/b:1' }), reason, message, [stalled(reason, message)])

  expect(diagnosed([one]).causes).toMatchObject([{ state }])
})

test.each([
  ['Kustomization', 'ReconciliationFailed', `ConfigMap/a/b dry-run failed (NotFound): namespaces "a" not found`, 'namespace-missing'],
  [
    'Kustomization',
    'ReconciliationFailed',
    `ConfigMap/a/b dry-run failed (Forbidden): configmaps "b" is forbidden: exceeded quota: q, requested`,
    'quota-exceeded',
  ],
  [
    'Kustomization',
    'ReconciliationFailed',
    `Pod/a/b dry-run failed (BadRequest): admission webhook "w.x" does not support dry run`,
    'webhook-dry-run',
  ],
  ['Kustomization', 'PruneFailed', 'ConfigMap/a/b delete failed: denied', 'prune-failed'],
])('a %s that says %s %s is in the state %s', (kind, reason, message, state) => {
  expect(diagnosed([not(object(kind, 'a/app'), reason, message)]).causes).toMatchObject([{ state }])
})

const FAR = { kubeConfig: { secretRef: { name: 'far' } } }

test.each([
  [
    'Kustomization',
    'ReconciliationFailed',
    `unable to read KubeConfig secret 'a/far' error: secrets "far" not found`,
    'kubeconfig-missing',
  ],
  ['HelmRelease', 'RESTClientError', `could not get KubeConfig secret 'a/far': secrets "far" not found`, 'kubeconfig-missing'],
  [
    'Kustomization',
    'ReconciliationFailed',
    'Get "https://127.0.0.1:1/api": dial tcp 127.0.0.1:1: connect: connection refused',
    'remote-cluster-unreachable',
  ],
])('a %s into another cluster that says %s %s is in the state %s', (kind, reason, message, state) => {
  expect(diagnosed([not(object(kind, 'a/app', FAR), reason, message)]).causes).toMatchObject([{ state }])
})

test.each([
  ['Secret "sh.helm.release.v1.app.v1" is invalid: data: Too long: may not be more than 1048576 bytes', 'release-too-large'],
  [
    'resource mapping not found for name: "a" namespace: "" from "": no matches for kind "Nothing" in version "b/v1"',
    'release-crd-missing',
  ],
  ['configmaps "a" is forbidden: User "system:serviceaccount:a:b" cannot get resource "configmaps"', 'release-not-permitted'],
  ['Helm install failed for release a/app with chart web@0.1.0: context deadline exceeded', 'release-timeout'],
  // What client-go says where the time is too short for the next call.
  [
    'Helm install failed for release a/app with chart web@0.1.0: client rate limiter Wait returned an error: rate: Wait(n=1) would exceed context deadline',
    'release-timeout',
  ],
  ['Helm install failed for release a/app with chart web@0.1.0: no', 'retries-exhausted'],
])('a HelmRelease that is not tried again, and of which Helm says %s, is in the state %s', (message, state) => {
  const release = not(object('HelmRelease', 'a/app'), 'InstallFailed', message, [
    stalled('RetriesExceeded', 'Failed to install after 1 attempt(s)'),
  ])

  expect(diagnosed([release]).causes).toMatchObject([{ state }])
})

test('what waits by an expression of its own is told, with what it waits for, and as no more than likely', () => {
  const waits = not(
    object('Kustomization', 'a/app', { dependsOn: [{ name: 'b' }] }),
    'DependencyNotReady',
    "dependency 'a/b' is not ready according to readyExpr eval",
  )

  expect(diagnosed([waits, object('Kustomization', 'a/b')]).causes).toMatchObject([
    { object: 'Kustomization a/app', state: 'ready-expression', certainty: 'likely' },
  ])
})

test.each([
  [`failed to configure authentication options: invalid 'ssh' auth option: 'known_hosts' is required`, 'its Secret lacks known_hosts'],
  [
    `failed to configure authentication options: invalid 'https' auth option: 'password' requires 'username' to be set`,
    'its Secret lacks username',
  ],
  ['failed to configure proxy options: no', 'its Secret does not have what is needed'],
])('of a Secret that is not whole it is told what is missing: %s', (message, says) => {
  expect(diagnosed([not(object('GitRepository', 'a/src'), 'AuthenticationFailed', message)]).causes).toMatchObject([{ says }])
})
