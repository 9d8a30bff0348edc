// Sources that cannot be fetched, as source-controller 1.9.3 says it, and image-reflector-controller of an image.
import { LONG_AGO, stalls, strange, unbuiltChart, unfetched, unsigned, unstored, type Way } from './way.ts'

const lost: Way = {
  state: 'artifact-lost',
  lost: true,
  make: (of) => ({ ...of, status: { ...of.status, artifact: { revision: 'main@sha1:1', lastUpdateTime: LONG_AGO } } }),
}

const stored: readonly Way[] = [
  unstored('ArchiveOperationFailed', 'unable to archive artifact to storage: write /data/a.tar.gz: no space left on device'),
  unstored('DirectoryCreationFailed', 'failed to create artifact directory: mkdir /data/a: read-only file system'),
  lost,
]

const unauthenticated = (state: string, message: string): Way => unfetched(state, 'AuthenticationFailed', message)
const disabled = (field: string): Way =>
  stalls(
    'feature-gate-disabled',
    'FeatureGateDisabled',
    `to use spec.${field} please enable the ObjectLevelWorkloadIdentity feature gate in the controller`,
  )
const workload = disabled('serviceAccountName for provider authentication')

const artifact = (reason: string): readonly Way[] => [
  unfetched('artifact-unreachable', reason, 'failed to fetch: dial tcp: lookup charts.example: no such host'),
  unfetched('artifact-credentials', reason, 'failed to fetch: 401 Unauthorized'),
  unfetched('artifact-missing', reason, 'failed to determine artifact digest: manifest unknown'),
  ...strange,
]

const git = (state: string, message: string): Way =>
  unfetched(state, 'GitOperationFailed', `failed to checkout and determine revision: ${message}`)

const gitRepository: readonly Way[] = [
  ...strange,
  ...stored,
  git('git-unreachable', 'unable to clone: dial tcp: connect: connection refused'),
  git('git-host-key', 'unable to list remote: ssh: handshake failed: knownhosts: key mismatch'),
  git('git-host-unknown', "unable to list remote for 'ssh://git@git.example/home.git': ssh: handshake failed: knownhosts: key is unknown"),
  git('git-credentials', 'unable to clone: authentication required'),
  git('git-branch-gone', "unable to clone: couldn't find remote ref refs/heads/main"),
  git('git-repository-gone', 'unable to clone: repository not found'),
  unfetched('git-empty', 'EmptyGitRepository', 'git repository is empty'),
  unfetched(
    'git-path-missing',
    'GitOperationFailed',
    "failed to sparse checkout directories : sparse checkout dir 'apps' does not exist in repository: stat /data/a/apps: no such file or directory",
  ),
  stalls('url-invalid', 'URLInvalid', `failed to parse url 'http://git.example:port/a.git': invalid port ":port" after host`),
  unauthenticated('source-secret-missing', `failed to get secret 'team-0/git': secrets "git" not found`),
  unauthenticated(
    'source-secret-incomplete',
    "failed to configure authentication options: invalid 'ssh' auth option: 'known_hosts' is required",
  ),
  unauthenticated(
    'source-secret-incomplete',
    "failed to configure authentication options: invalid 'https' auth option: 'password' requires 'username' to be set",
  ),
  unauthenticated('ssh-key-encrypted', "SSH identity key is encrypted but no 'password' field was provided in the secret 'team-0/ssh'"),
  git('ssh-key-encrypted', 'unable to construct auth method with options: bcrypt_pbkdf: empty password'),
  stalls(
    'source-provider',
    'InvalidProviderConfiguration',
    'secretRef with github app data must be specified when provider is set to github',
  ),
  unfetched(
    'source-provider',
    'InvalidProviderConfiguration',
    "secretRef 'team-0/git' has github app data but provider is not set to github",
  ),
  workload,
  unsigned(
    'InvalidCommitSignature',
    "signature verification of commit 'abc' failed: unable to verify payload with any of the given key rings",
  ),
  unsigned('VerificationError', 'public keys secret error: secrets "signers" not found'),
]

const ociRepository: readonly Way[] = [
  ...artifact('OCIArtifactPullFailed'),
  ...stored,
  unfetched(
    'artifact-missing',
    'ReadOperationFailed',
    "failed to determine the artifact tag for 'oci://a.example/b': no match found for semver: 9.x",
  ),
  unfetched(
    'artifact-layer-missing',
    'OCIArtifactLayerOperationFailed',
    "failed to find layer with media type 'application/vnd.example' in artifact",
  ),
  stalls('url-invalid', 'URLInvalid', "URL validation failed for 'oci://a.example/b:1': URL must not contain a tag; remove ':1'"),
  unauthenticated('source-secret-missing', `failed to get credential: failed to get secret 'team-0/oci': secrets "oci" not found`),
  workload,
  unsigned(
    'VerificationError',
    "failed to verify the signature using provider 'cosign': no matching signatures were found for 'a.example/b:1'",
  ),
]

const helmRepository: readonly Way[] = [
  ...artifact('Failed'),
  ...stored,
  unfetched(
    'index-unreadable',
    'IndexationFailed',
    'failed to load Helm repository from index YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string',
  ),
  stalls('url-invalid', 'URLInvalid', 'invalid Helm repository URL: parse "http://a.example:port": invalid port ":port" after host'),
  unauthenticated('source-secret-missing', `failed to get authentication secret 'team-0/charts': secrets "charts" not found`),
]

const bucket: readonly Way[] = [
  ...artifact('BucketOperationFailed'),
  ...stored,
  unfetched('artifact-missing', 'BucketOperationFailed', "bucket 'apps' not found"),
  unauthenticated('source-secret-missing', `failed to get secret 'team-0/bucket': secrets "bucket" not found`),
  workload,
]

const imageRepository: readonly Way[] = [
  ...artifact('ReadOperationFailed'),
  stalls('url-invalid', 'ImageURLInvalid', 'could not parse reference: a.example/B'),
]

const ofKind =
  (kind: string) =>
  (way: Way): Way => ({ ...way, only: ({ spec }) => spec.sourceRef.kind === kind })

const ofGit: readonly Way[] = [
  stalls('chart-path-missing', 'InvalidChartReference', 'invalid chart reference: stat charts/web: no such file or directory'),
  stalls(
    'chart-values-file',
    'ValuesFilesError',
    "values files merge error: no values file found at path '/charts/web/prod.yaml' (reference '/prod.yaml')",
  ),
  unbuiltChart(
    'chart-dependency',
    'DependencyBuildError',
    "dependency build error: failed to add remote dependency 'redis': failed to get chart repository for URL 'http://a.example': 404 Not Found",
  ),
  stalls(
    'chart-invalid',
    'InvalidChartReference',
    "invalid chart reference: cannot load 'Chart.yaml': error converting YAML to JSON: yaml: line 1: did not find expected ',' or ']'",
  ),
  unbuiltChart('chart-invalid', 'ChartPackageError', 'chart package error: failed to package chart: chart.metadata.version is required'),
].map(ofKind('GitRepository'))

const ofRepository: readonly Way[] = [
  stalls(
    'artifact-missing',
    'InvalidChartReference',
    "invalid chart reference: failed to get chart version for remote reference: no 'web' chart with version matching '9.x' found",
  ),
  stalls('chart-values-file', 'ValuesFilesError', "values files merge error: no values file found at path 'prod.yaml'"),
  unsigned('ChartVerificationError', 'chart verification error: failed to verify oci://a.example/web:1: no matching signatures were found'),
].map(ofKind('HelmRepository'))

export const SOURCES: Readonly<Record<string, readonly Way[]>> = {
  GitRepository: gitRepository,
  OCIRepository: ociRepository,
  HelmRepository: helmRepository,
  Bucket: bucket,
  ImageRepository: imageRepository,
  HelmChart: [...strange, ...stored, ...ofGit, ...ofRepository],
}
