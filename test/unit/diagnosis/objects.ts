// Objects as the controllers leave them, made up: what a state really says is taken from real ones in test/recover.
import { type Diagnosis, diagnose } from '../../../src/diagnosis/diagnose.ts'
import type { Snapshot } from '../../../src/diagnosis/snapshot.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'

export const AT = '2026-11-22T02:51:00Z'

const API: Readonly<Record<string, string>> = {
  GitRepository: 'source.toolkit.fluxcd.io/v1',
  HelmRepository: 'source.toolkit.fluxcd.io/v1',
  HelmChart: 'source.toolkit.fluxcd.io/v1',
  OCIRepository: 'source.toolkit.fluxcd.io/v1',
  Bucket: 'source.toolkit.fluxcd.io/v1',
  ImageRepository: 'image.toolkit.fluxcd.io/v1',
  ImagePolicy: 'image.toolkit.fluxcd.io/v1',
  ImageUpdateAutomation: 'image.toolkit.fluxcd.io/v1',
  Alert: 'notification.toolkit.fluxcd.io/v1beta3',
  Provider: 'notification.toolkit.fluxcd.io/v1beta3',
  Receiver: 'notification.toolkit.fluxcd.io/v1',
  Kustomization: 'kustomize.toolkit.fluxcd.io/v1',
  HelmRelease: 'helm.toolkit.fluxcd.io/v2',
}

export const condition = (type: string, status: string, reason: string, message: string) => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: AT,
  observedGeneration: 1,
})

export function object(kind: string, id: string, spec: object = {}, status: object = {}): KubeObject {
  const [namespace = '', name = ''] = id.split('/')
  return {
    apiVersion: API[kind] ?? 'v1',
    kind,
    metadata: { name, namespace, generation: 1, creationTimestamp: AT, uid: `${kind}-${id}` },
    spec,
    status: { observedGeneration: 1, conditions: [condition('Ready', 'True', 'ReconciliationSucceeded', 'Applied revision')], ...status },
  }
}

export const not = (of: KubeObject, reason: string, message: string, more: object[] = []): KubeObject => ({
  ...of,
  status: { ...of.status, conditions: [condition('Ready', 'False', reason, message), ...more] },
})

export const stalled = (reason: string, message: string): object => condition('Stalled', 'True', reason, message)

export const suspended = (of: KubeObject): KubeObject => ({ ...of, spec: { ...of.spec, suspend: true } })

export const dependsOn = (...names: string[]): object => ({ dependsOn: names.map((name) => ({ name })) })

export const snapshotOf = (objects: readonly KubeObject[], more: Partial<Snapshot> = {}): Snapshot => ({
  takenAt: AT,
  cluster: { context: 'prod-eu', server: 'https://api.example', uid: 'uid', version: 'v1.34.4' },
  namespace: 'flux-system',
  objects,
  deployments: [],
  pods: [],
  events: [],
  namespaces: [],
  unseen: [],
  ...more,
})

export const diagnosed = (objects: readonly KubeObject[], more: Partial<Snapshot> = {}): Diagnosis => diagnose(snapshotOf(objects, more))
