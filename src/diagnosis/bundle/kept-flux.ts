// What is kept of an object of Flux: what a diagnosis reads, and what a person looks for beside it. Values, variables, patches and addresses of chats are none of it.
import { each, either, type Shape, texts } from './keep.ts'

const REFERENCE = texts('apiVersion', 'kind', 'name', 'namespace')
const NAME: Shape = texts('name')
const CONDITIONS: Shape = [texts('type', 'status', 'reason', 'message', 'lastTransitionTime', 'observedGeneration')]

const ACTION: Shape = {
  ...texts(
    'timeout',
    'disableWait',
    'disableHooks',
    'crds',
    'createNamespace',
    'cleanupOnFail',
    'force',
    'keepHistory',
    'recreate',
    'replace',
    'skipCRDs',
  ),
  remediation: texts('retries', 'ignoreTestFailures', 'remediateLastFailure', 'strategy'),
  strategy: either('text', texts('name', 'retryInterval')),
}

const CHART: Shape = {
  metadata: 'hidden',
  spec: { ...texts('chart', 'version', 'interval', 'reconcileStrategy'), sourceRef: REFERENCE, verify: texts('provider') },
}

const POST_BUILD: Shape = {
  // Names of variables are no secret, and an unset one is found by them.
  substitute: each((name) => /^[A-Za-z_]\w{0,100}$/.test(name), 'hidden'),
  substituteFrom: [{ ...texts('kind', 'name', 'optional') }],
}

const SPEC: Shape = {
  ...texts(
    'suspend',
    'interval',
    'retryInterval',
    'timeout',
    'url',
    'type',
    'provider',
    'path',
    'prune',
    'force',
    'wait',
    'insecure',
    'image',
  ),
  ...texts('targetNamespace', 'storageNamespace', 'serviceAccountName', 'releaseName', 'maxHistory', 'version', 'reconcileStrategy'),
  ...texts('bucketName', 'endpoint', 'region', 'prefix', 'recurseSubmodules', 'sparseCheckout', 'eventSeverity', 'deletionPolicy'),
  ref: texts('branch', 'tag', 'semver', 'commit', 'name', 'digest'),
  layerSelector: texts('mediaType', 'operation'),
  include: [{ ...texts('fromPath', 'toPath'), repository: NAME }],
  verify: { ...texts('mode', 'provider'), secretRef: NAME },
  sourceRef: REFERENCE,
  chartRef: REFERENCE,
  chart: either('text', CHART),
  dependsOn: [texts('name', 'namespace', 'readyExpr')],
  decryption: { ...texts('provider'), secretRef: NAME, serviceAccountName: 'text' },
  ...Object.fromEntries(
    ['secretRef', 'certSecretRef', 'proxySecretRef', 'providerRef', 'imageRepositoryRef'].map((key) => [key, texts('name', 'namespace')]),
  ),
  kubeConfig: { secretRef: texts('name', 'key'), configMapRef: NAME },
  values: 'hidden',
  valuesFiles: ['text'],
  valuesFrom: [texts('kind', 'name', 'valuesKey', 'targetPath', 'optional')],
  postBuild: POST_BUILD,
  healthChecks: [REFERENCE],
  install: ACTION,
  upgrade: ACTION,
  rollback: ACTION,
  uninstall: ACTION,
  test: texts('enable', 'timeout', 'ignoreFailures'),
  driftDetection: texts('mode'),
  policy: each((key) => ['semver', 'numerical', 'alphabetical'].includes(key), texts('range', 'order')),
  filterTags: texts('pattern', 'extract'),
  sources: [{ ...REFERENCE, ...texts('alias') }],
  artifacts: [texts('name', 'revision', 'originRevision')],
  update: texts('path', 'strategy'),
  git: { checkout: { ref: texts('branch', 'tag', 'semver', 'commit', 'name') }, push: texts('branch', 'refspec') },
  eventSources: [REFERENCE],
  resources: [REFERENCE],
}

const SNAPSHOT_OF_RELEASE = texts(
  ...[
    'name',
    'namespace',
    'version',
    'chartName',
    'chartVersion',
    'appVersion',
    'status',
    'digest',
    'ociDigest',
    'firstDeployed',
    'lastDeployed',
    'deleted',
  ],
  ...['lastReconciledStatus', 'lastReconciled', 'firstReconciled', 'lastReconciledDuration', 'totalReconciliations', 'action'],
)

const STATUS: Shape = {
  conditions: CONDITIONS,
  ...texts(
    'observedGeneration',
    'lastHandledReconcileAt',
    'lastHandledForceAt',
    'lastHandledResetAt',
    'lastAppliedRevision',
    'lastAttemptedRevision',
  ),
  ...texts(
    'lastAppliedOriginRevision',
    'lastAttemptedGeneration',
    'lastAttemptedReleaseAction',
    'lastAttemptedRevisionDigest',
    'lastReleaseRevision',
  ),
  ...texts(
    'failures',
    'installFailures',
    'upgradeFailures',
    'helmChart',
    'storageNamespace',
    'observedChartName',
    'latestImage',
    'lastAutomationRunTime',
  ),
  ...texts('lastPushCommit', 'lastPushTime', 'canonicalImageName'),
  history: [{ ...SNAPSHOT_OF_RELEASE, metadata: texts('revision', 'originRevision') }],
  inventory: { entries: [texts('id', 'v')] },
  artifact: texts('revision', 'digest', 'lastUpdateTime', 'path', 'size'),
  lastScanResult: texts('scanTime', 'tagCount', 'revision'),
  latestRef: texts('name', 'tag', 'digest'),
}

export const fluxShape = (metadata: Shape): Shape => ({ ...texts('apiVersion', 'kind'), metadata, spec: SPEC, status: STATUS })
