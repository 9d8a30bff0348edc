// The backup of a run as what a rehearsal begins with.
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { FileReader } from '../../../src/ports/files.ts'
import { readBackup } from '../../../src/rehearsal/from-backup.ts'
import { flux } from './objects.ts'

const sum = (text: string): string => createHash('sha256').update(text).digest('hex')
const listOf = (...items: object[]): string => JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
const named = (kind: string, name: string): object => ({ apiVersion: 'v1', kind, metadata: { name, namespace: 'flux-system' } })

const CONTENT: Readonly<Record<string, string>> = {
  'backup/crds.json': listOf(),
  'backup/flux-objects.json': listOf(flux('Kustomization', 'apps', { decryption: { secretRef: { name: 'age' } } })),
  'backup/namespace.json': listOf(
    named('Namespace', 'flux-system'),
    named('ServiceAccount', 'default'),
    named('ServiceAccount', 'source-controller'),
  ),
  'manifests/old.yaml': 'kind: ClusterRole\nmetadata:\n  name: crd-controller\n---\nkind: Deployment\nmetadata:\n  name: x\n',
}

function runFolder(changes: Readonly<Record<string, string>> = {}): { files: FileReader } {
  const files = Object.fromEntries(Object.entries(CONTENT).map(([path, text]) => [path, sum(text)]))
  const index = { commit: 'c0ffee', namespace: 'flux-system', files, objects: 1, crds: 0, secrets: null }
  const all: Record<string, string> = { ...CONTENT, 'backup/index.json': JSON.stringify(index), ...changes }
  const at = (path: string): string => all[path.replace('/run/', '')] ?? ''
  const reader = {
    exists: async (path: string) => at(path) !== '',
    readText: async (path: string) => at(path),
    sha256: async (path: string) => sum(at(path)),
  }
  return { files: reader as unknown as FileReader }
}

test.each(['/run', '/run/backup', '/run/'])('is read from %s', async (dir) => {
  const { captured, commit } = await readBackup(runFolder(), dir)

  expect(commit).toBe('c0ffee')
  expect(captured.system.map(({ object }) => `${object.kind} ${object.metadata.name}`)).toEqual([
    'ServiceAccount source-controller',
    'ClusterRole crd-controller',
  ])
})

test('of the Secrets that it refers to the names are known, and no keys', async () => {
  const { captured } = await readBackup(runFolder(), '/run')

  expect(captured.secrets).toEqual([{ namespace: 'flux-system', name: 'age', type: 'Opaque', keys: undefined }])
})

test('one that was changed is refused, with the file', async () => {
  await expect(readBackup(runFolder({ 'backup/crds.json': listOf({}) }), '/run')).rejects.toMatchObject({
    code: 'backup-broken',
    message: expect.stringContaining('backup/crds.json'),
  })
})

test('a folder without one is refused', async () => {
  await expect(readBackup(runFolder({ 'backup/index.json': '' }), '/run')).rejects.toMatchObject({ code: 'backup-missing', exit: 'usage' })
})
