// Kustomizations whose objects the API server does not take, or that are not healthy once they are there.
import { configMap, type Place, type Scenario } from '../scenario.ts'
import { failing } from './failing.ts'

const WEBHOOK = ({ namespace }: Place): object => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  metadata: { name: `down-${namespace}` },
  webhooks: [
    {
      name: 'policy.example.org',
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      failurePolicy: 'Fail',
      timeoutSeconds: 2,
      clientConfig: { service: { name: 'policy', namespace, path: '/' } },
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
      rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['configmaps'] }],
    },
  ],
})

const SERVICE = ({ namespace }: Place): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'policy', namespace },
  spec: { selector: { app: 'nobody' }, ports: [{ port: 443 }] },
})

const POLICY = ({ namespace }: Place): object[] => [
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: `no-${namespace}` },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['configmaps'] }] },
      validations: [{ expression: "object.metadata.name != 'unwanted'", message: 'nobody may have that' }],
    },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: `no-${namespace}` },
    spec: {
      policyName: `no-${namespace}`,
      validationActions: ['Deny'],
      matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } },
    },
  },
]

const RIGHT = ({ namespace }: Place): object => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { name: 'tenant', namespace },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'edit' },
  subjects: [{ kind: 'ServiceAccount', name: 'tenant', namespace }],
})

const NEVER_READY = JSON.stringify({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' }, annotations: { 'sandbox.flux-ops.dev/fail': 'never-ready' } },
      spec: { containers: [{ name: 'web', image: 'example.org/web:1' }] },
    },
  },
})

export const refused: readonly Scenario[] = [
  failing('crd-missing', 'CRD missing', 'crd-missing', /no matches for kind "Nothing"/, {
    files: { 'a.yaml': JSON.stringify({ apiVersion: 'example.org/v1', kind: 'Nothing', metadata: { name: 'a' } }) },
    mended: () => ({ files: { 'a.yaml': configMap('a') } }),
  }),
  failing('immutable-field', 'immutable field', 'immutable-field', /immutable/, {
    files: { 'a.yaml': configMap('fixed') },
    before: ({ namespace }) => [
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'fixed', namespace }, data: { a: 'another' }, immutable: true },
    ],
    mended: () => ({ files: { 'a.yaml': configMap('free') } }),
  }),
  failing('webhook-down', 'webhook without endpoints', 'webhook-down', /failed calling webhook/, {
    files: { 'a.yaml': configMap('a') },
    before: (place) => [SERVICE(place), WEBHOOK(place)],
  }),
  failing('admission-denied', 'policy that denies', 'admission-denied', /nobody may have that/, {
    files: { 'a.yaml': configMap('unwanted') },
    before: POLICY,
    mended: () => ({ files: { 'a.yaml': configMap('wanted') } }),
    // A policy holds some seconds after it was made.
    spec: () => ({ interval: '10s' }),
  }),
  failing('not-permitted', 'service account without the right to apply', 'not-permitted', /cannot patch resource "configmaps"/, {
    files: { 'a.yaml': configMap('a') },
    before: ({ namespace }) => [{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'tenant', namespace } }],
    spec: () => ({ serviceAccountName: 'tenant' }),
    mended: (place) => ({ objects: [RIGHT(place)] }),
  }),
  failing('health-check-failed', 'health check timeout', 'health-check-failed', /Deployment/, {
    files: { 'a.yaml': NEVER_READY },
    mended: () => ({ files: { 'a.yaml': NEVER_READY.replace('never-ready', 'ready-after=1') } }),
    // What it waits for stands there only between two tries.
    spec: () => ({ wait: true, timeout: '10s', retryInterval: '20s' }),
  }),
]
