// What is there stays: no key of somebody else is written over, at no moment.
import { expect, test } from 'vitest'
import { restoreSecret } from '../../../../src/actions/keys/restore.ts'
import { planRestore } from '../../../../src/actions/keys/restore-plan.ts'
import type { KubeObject } from '../../../../src/ports/kube.ts'
import type { KeyBundle, KeySet } from '../../../../src/sops/keys/bundle.ts'
import type { Identity } from '../../../../src/sops/keys/identities.ts'
import { conflict, FakeKube } from '../fakes.ts'
import { newKey } from './sealed.ts'

const [ours, theirs, third] = [await newKey(), await newKey(), await newKey()]

const set = (entry: string, identities: readonly Identity[], name = 'sops-age'): KeySet => ({
  source: { kind: 'secret', namespace: 'flux-system', name, entry },
  identities,
})
const fromFile = (identities: readonly Identity[]): KeySet => ({ source: { kind: 'file', name: 'keys.txt' }, identities })
const bundle = (...sets: KeySet[]): KeyBundle => ({ cluster: undefined, taken: undefined, sets })

const base64 = (text: string): string => Buffer.from(text).toString('base64')

function cluster(data: Readonly<Record<string, string>> | undefined, more: Partial<KubeObject> = {}): FakeKube {
  const kube = new FakeKube()
  kube.put('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'flux-system' } })
  if (data !== undefined)
    kube.put('secrets', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'sops-age', namespace: 'flux-system', resourceVersion: '7' },
      data: Object.fromEntries(Object.entries(data).map(([name, text]) => [name, base64(text)])),
      ...more,
    })
  return kube
}

const context = (kube: FakeKube) => ({ kube }) as never

test('entries are added to the very state in which their names were free', async () => {
  const kube = cluster({ 'age.agekey': theirs.secret.reveal() })
  const { secrets } = await planRestore(context(kube), bundle(set('age.agekey', [ours])), undefined)
  kube.onPatch = () => {
    throw conflict()
  }

  const running = restoreSecret(context(kube), secrets[0] as never)

  await expect(running).rejects.toMatchObject({ code: 'kube-conflict' })
  expect(secrets[0]).toMatchObject({ resourceVersion: '7', add: [{ name: 'age-restored.agekey' }] })
})

test('the state that was planned with is told to the API server', async () => {
  const kube = cluster({ other: 'x' })
  const { secrets } = await planRestore(context(kube), bundle(set('age.agekey', [ours])), undefined)

  await restoreSecret(context(kube), secrets[0] as never).catch(() => undefined)

  expect(kube.patches).toMatchObject([{ body: { metadata: { resourceVersion: '7' }, data: { 'age.agekey': expect.any(String) } } }])
})

test('an immutable Secret is refused before anything is asked, and only where something would be added', async () => {
  const kube = cluster({ 'age.agekey': theirs.secret.reveal() }, { immutable: true })

  await expect(planRestore(context(kube), bundle(set('age.agekey', [ours])), undefined)).rejects.toMatchObject({
    code: 'restore-immutable',
  })
  expect(await planRestore(context(kube), bundle(set('age.agekey', [theirs])), undefined)).toMatchObject({ secrets: [{ add: [] }] })
})

test('an entry that Flux cannot read is told with what to do about it, and not a letter of it', async () => {
  const kube = cluster({ 'age.agekey': 'AGE-SECRET-KEY-1CANARY' })

  const running = planRestore(context(kube), bundle(set('age.agekey', [ours])), undefined)

  await expect(running).rejects.toMatchObject({
    code: 'restore-entry-unread',
    message: expect.not.stringContaining('CANARY'),
    hints: expect.arrayContaining([expect.stringContaining('kubectl -n flux-system edit secret sops-age')]),
  })
})

test('keys that came from a file are named where they have no place, and go to the Secret that is named', async () => {
  const both = bundle(set('age.agekey', [ours]), fromFile([third]), fromFile([ours]))

  const without = await planRestore(context(cluster(undefined)), both, undefined)
  const into = await planRestore(context(cluster(undefined)), both, 'flux-system/sops-age')

  expect(without).toMatchObject({ secrets: [{ add: [{ recipients: [ours.recipient] }] }], homeless: [third.recipient] })
  expect(into.homeless).toEqual([])
  expect(into.secrets[0]?.add.flatMap(({ recipients }) => recipients)).toEqual(expect.arrayContaining([ours.recipient, third.recipient]))
})

test('keys of which Flux read none where they were are said to be such', async () => {
  const running = planRestore(context(cluster(undefined)), bundle(set('age.key', [ours])), undefined)

  await expect(running).rejects.toMatchObject({ code: 'restore-nowhere', message: expect.stringContaining('no name ends in .agekey') })
})
