// What a namespace holds that nobody may delete with it.
import { expect, test } from 'vitest'
import { heldIn } from '../../../src/actions/held-in.ts'
import { OpsError } from '../../../src/errors.ts'
import type { KubeObject, ManagedField } from '../../../src/ports/kube.ts'
import { FakeKube } from './fakes.ts'

const object = (kind: string, name: string, metadata: Partial<KubeObject['metadata']> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'apps', ...metadata },
})

const by = (manager: string): { managedFields: ManagedField[] } => ({ managedFields: [{ manager, operation: 'Update' }] })

/** As Kubernetes makes it. */
function namespace(): FakeKube {
  const kube = new FakeKube()
  kube.put('serviceaccounts', object('ServiceAccount', 'default'))
  kube.put('configmaps', object('ConfigMap', 'kube-root-ca.crt', by('kube-controller-manager')))
  return kube
}

const held = (kube: FakeKube): Promise<string | undefined> => heldIn(kube as never, 'apps')

test("what Kubernetes puts into every namespace is nobody's", async () => {
  expect(await held(namespace())).toBeUndefined()
})

test('a claim is named', async () => {
  const kube = namespace()
  kube.put('persistentvolumeclaims', object('PersistentVolumeClaim', 'data', by('velero-server')))

  expect(await held(kube)).toBe('PersistentVolumeClaim apps/data')
})

test("an account that somebody has added to is somebody's", async () => {
  const kube = namespace()
  kube.put('serviceaccounts', object('ServiceAccount', 'default', by('kubectl-patch')))

  expect(await held(kube)).toBe('ServiceAccount apps/default')
})

test('what belongs to another object, or goes already, does not count', async () => {
  const kube = namespace()
  kube.put('pods', object('Pod', 'web-1', { ownerReferences: [{ kind: 'ReplicaSet', name: 'web', uid: 'u' }] }))
  kube.put('secrets', object('Secret', 'gone', { deletionTimestamp: '2026-11-22T12:00:00Z' }))

  expect(await held(kube)).toBeUndefined()
})

test('what may not be listed may be there', async () => {
  const kube = namespace()
  const forbidden = new OpsError({ code: 'kube-forbidden', message: 'no', hints: ['ask'] })
  kube.list = ({ plural }) => (plural === 'secrets' ? Promise.reject(forbidden) : Promise.resolve([]))

  expect(await held(kube)).toBe('perhaps secrets, which you may not list')
})
