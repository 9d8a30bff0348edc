// What was deleted and does not go, and what is to be applied where everything goes.
import { configMap, helmRelease, kustomization, type Place, type Scenario, source } from '../scenario.ts'

/** Nothing of that name may be deleted in this namespace. */
export const KEPT = ({ namespace }: Place): object[] => [
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: `kept-${namespace}` },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['DELETE'], resources: ['configmaps'] }] },
      validations: [{ expression: "oldObject.metadata.name != 'app'", message: 'nobody may delete that' }],
    },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: `kept-${namespace}` },
    spec: {
      policyName: `kept-${namespace}`,
      validationActions: ['Deny'],
      matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } },
    },
  },
]

const gone = ({ namespace }: Place): string => `${namespace}-gone`

export const deletions: readonly Scenario[] = [
  {
    id: 'deletion-stuck',
    title: 'Kustomization that cannot prune what it has applied',
    files: { 'a.yaml': configMap('app') },
    before: KEPT,
    objects: (place) => [source(place), kustomization(place, 'app')],
    later: () => ({ once: 'kustomization/app', is: 'ready', deletes: ['kustomization/app'] }),
    mended: ({ namespace }) => ({ deletes: [`validatingadmissionpolicybinding/kept-${namespace}`] }),
    expects: ({ namespace }) => ({
      object: `Kustomization ${namespace}/app`,
      state: 'deletion-stuck',
      blocks: [],
      says: /pruning for deleted resource failed/,
    }),
  },
  {
    id: 'uninstall-stuck',
    title: 'HelmRelease that cannot be uninstalled',
    files: {
      'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 0.1.0\n',
      'templates/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app\n',
    },
    before: KEPT,
    objects: (place) => [
      source(place),
      helmRelease(place, 'app', { chart: { spec: { chart: place.path, sourceRef: { kind: 'GitRepository', name: 'src' } } } }),
    ],
    later: () => ({ once: 'helmrelease/app', is: 'ready', deletes: ['helmrelease/app'] }),
    mended: ({ namespace }) => ({ deletes: [`validatingadmissionpolicybinding/kept-${namespace}`] }),
    expects: ({ namespace }) => ({
      object: `HelmRelease ${namespace}/app`,
      state: 'deletion-stuck',
      blocks: [],
      says: /nobody may delete that/,
    }),
  },
  {
    id: 'namespace-terminating',
    title: 'Kustomization that applies into a namespace that goes',
    files: { 'a.yaml': configMap('app') },
    before: (place) => [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: gone(place) } },
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'held', namespace: gone(place), finalizers: ['example.org/hold'] } },
    ],
    objects: (place) => [source(place), kustomization(place, 'app', { targetNamespace: gone(place), interval: '10s' })],
    later: (place) => ({ once: 'kustomization/app', is: 'ready', deletes: [`namespace/${gone(place)}`] }),
    expects: ({ namespace }) => ({
      object: `Kustomization ${namespace}/app`,
      state: 'namespace-terminating',
      blocks: [],
      says: /because it is being terminated/,
    }),
  },
]
