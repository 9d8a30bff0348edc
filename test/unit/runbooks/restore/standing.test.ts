// Whose an object of the cluster is that has the name of one of the backup.
import { expect, test } from 'vitest'
import { isMade, standsAs } from '../../../../runbooks/restore/standing.ts'
import { SECRET } from '../../../../src/actions/resources.ts'
import type { Kept } from '../../../../src/flux/installation/content.ts'
import type { KubeObject, ManagedField } from '../../../../src/ports/kube.ts'

const LOST = '2026-11-01T08:00:00Z'
const NOW = '2026-11-22T12:00:00Z'

const secret = (value: string, manager: string, time: string, more: Partial<KubeObject['metadata']> = {}): KubeObject => {
  const managedFields: ManagedField[] = [{ manager, operation: 'Update', time }]
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a', namespace: 'flux-system', managedFields, ...more }, data: { value } }
}

const kept: Kept = { resource: SECRET, object: secret('b25l', 'kubectl-create', LOST) }

test('one with a field manager of the lost cluster is ours, whatever has become of it', () => {
  expect(isMade(secret('dHdv', 'kubectl-create', LOST), kept)).toBe(true)
})

test('one that somebody has made by the same tool is theirs', () => {
  expect(isMade(secret('b25l', 'kubectl-create', NOW), kept)).toBe(false)
})

test('one that was made a moment ago, and has not got its managers yet, is ours, also while it is being deleted', () => {
  expect(isMade(secret('b25l', 'flux-ops', NOW), kept)).toBe(true)
  expect(isMade(secret('b25l', 'flux-ops', NOW, { deletionTimestamp: NOW }), kept)).toBe(true)
})

test('one that another command of this tool has made meanwhile, with another value, is not', () => {
  expect(isMade(secret('dHdv', 'flux-ops', NOW), kept)).toBe(false)
})

test('what is being deleted is in the way', () => {
  expect(standsAs(secret('b25l', 'kubectl-create', NOW), kept)).toBe('same')
  expect(standsAs(secret('b25l', 'kubectl-create', NOW, { deletionTimestamp: NOW }), kept)).toBe('other')
})

test('the account that Kubernetes makes with a namespace is not there yet', () => {
  const account = (managedFields: ManagedField[]): KubeObject => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace: 'apps', managedFields },
    imagePullSecrets: managedFields.length > 0 ? [{ name: 'registry' }] : undefined,
  })
  const wanted: Kept = { resource: { ...SECRET, plural: 'serviceaccounts', kind: 'ServiceAccount' }, object: account([{ manager: 'git' }]) }

  expect(standsAs(account([]), wanted)).toBe('missing')
  expect(standsAs(account([{ manager: 'somebody' }]), wanted)).toBe('same')
})
