// Clusters in which a remedy has something to do: a cause that stands, and whose reason is gone.
import type { KubeObject } from '../../../src/ports/kube.ts'
import type { RecoverDesk } from '../../recover/desk.ts'
import { configMap, helmRelease, kustomization, type Place, type Provoked, source } from '../../recover/scenario.ts'

/** Nothing is tried again by itself while a test lasts. */
const RARELY = { interval: '1h', retryInterval: '1h' }

export const LATE = 'late-credential'

const named = (name: string, namespace: string, { data, type }: KubeObject): object => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace },
  type,
  data,
})

export interface State extends Provoked {
  /** `Kind namespace/name` of the cause. */
  cause(place: Place): string
  /** Once its objects are ready: what brings it into the state. */
  break?(desk: RecoverDesk, place: Place): Promise<void>
  /** What a person mends, which nobody takes up by himself. */
  mend?(desk: RecoverDesk, place: Place): Promise<void>
}

/** A credential that was not there when it was asked for, and is now: the source is not tried again for an hour. */
export const lateCredential: State = {
  id: 'late-credential',
  title: 'a source whose credential has come late',
  files: { 'a.yaml': configMap('app') },
  objects: (place) => [
    source(place, 'src', { interval: '1h', secretRef: { name: LATE } }),
    kustomization(place, 'app', { ...RARELY, interval: '1h' }),
  ],
  cause: ({ namespace }) => `GitRepository ${namespace}/src`,
  mend: async (desk, { namespace, credential }) => {
    const secret = JSON.parse(await desk.kubectl('get', 'secret', credential, '-n', namespace, '-o', 'json')) as KubeObject
    await desk.apply([named(LATE, namespace, secret)])
  },
}

/** A field that cannot be changed, and was changed in git. */
export const immutable: State = {
  id: 'immutable',
  title: 'a Kustomization that changes what cannot be changed',
  files: { 'a.yaml': configMap('fixed', { immutable: true }) },
  objects: (place) => [source(place), kustomization(place, 'app', RARELY)],
  cause: ({ namespace }) => `Kustomization ${namespace}/app`,
  break: async (desk, { namespace }) => {
    await desk.kubectl('wait', 'kustomization/app', '-n', namespace, '--for=condition=Ready', '--timeout=60s')
    await desk.push({ ...immutable, files: { 'a.yaml': configMap('fixed', { immutable: true, data: { a: 'changed' } }) } })
    await desk.kubectl('annotate', 'gitrepository/src', '-n', namespace, '--overwrite', 'reconcile.fluxcd.io/requestedAt=broken')
  },
}

/** A chart that has failed as often as it may, on a Deployment that was refused, and that is no longer. */
export const exhausted: State = {
  id: 'exhausted',
  title: 'a HelmRelease that has given up',
  files: {
    'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 0.1.0\n',
    'templates/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app\n  namespace: {{ .Values.into }}\n',
  },
  objects: (place) => [
    source(place),
    helmRelease(place, 'app', {
      interval: '1h',
      chart: { spec: { chart: place.path, sourceRef: { kind: 'GitRepository', name: 'src' } } },
      values: { into: `${place.namespace}-later` },
    }),
  ],
  cause: ({ namespace }) => `HelmRelease ${namespace}/app`,
  mend: (desk, { namespace }) => desk.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: `${namespace}-later` } }]),
}

/** What it has applied may not be deleted, so that it is not done with its own deletion. */
export const undeletable: State = {
  id: 'undeletable',
  title: 'a Kustomization that cannot prune',
  files: { 'a.yaml': configMap('kept') },
  before: ({ namespace }) => [
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: `kept-${namespace}` },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['DELETE'], resources: ['configmaps'] }] },
        validations: [{ expression: "oldObject.metadata.name != 'kept'", message: 'nobody may delete that' }],
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
  ],
  objects: (place) => [source(place), kustomization(place, 'app', RARELY)],
  later: () => ({ once: 'kustomization/app', is: 'ready', deletes: ['kustomization/app'] }),
  cause: ({ namespace }) => `Kustomization ${namespace}/app`,
}

/** A release that is well. */
export const installed: Provoked = {
  id: 'installed',
  title: 'a HelmRelease that is installed',
  files: {
    'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 0.1.0\n',
    'templates/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app\n',
  },
  objects: (place) => [
    source(place),
    helmRelease(place, 'app', {
      interval: '1h',
      chart: { spec: { chart: place.path, sourceRef: { kind: 'GitRepository', name: 'src' } } },
    }),
  ],
}
