// The proof behind the second push: with what the cluster has, the old key left out.
import { expect, test } from 'vitest'
import { proveCut } from '../../../../runbooks/age-rotate/steps/prove.ts'
import { keyFileOf } from '../../../../src/sops/keys/generate.ts'
import { FakeKube, fakeContext } from '../../actions/fakes.ts'
import { cloneOf, HEAD, inClone, ROOT, sealed } from '../../actions/keys/sealed.ts'
import { aPlan, aView, nextKey, oldKey, otherKey, RUN } from './a-plan.ts'

const base64 = (key: typeof oldKey): string => Buffer.from(keyFileOf(key, '2026-11-22T03:12:00Z').reveal()).toString('base64')

function secrets(...held: Readonly<Record<string, typeof oldKey>>[]): FakeKube {
  const kube = new FakeKube()
  for (const [index, entries] of held.entries())
    kube.put('secrets', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: `age-${index}`, namespace: 'flux-system' },
      data: Object.fromEntries(Object.entries(entries).map(([name, key]) => [name, base64(key)])),
    })
  return kube
}

const BOTH = { 'age.agekey': oldKey, [`${RUN}.agekey`]: nextKey }

function prove(files: Readonly<Record<string, string>>, kube = secrets(BOTH)) {
  const plan = { secrets: [...kube.objects.keys()].map((key) => key.replace('secrets ', '')), repo: { ...aPlan().repo, root: ROOT } }
  const exec = () => ({ exitCode: 51, stderr: 'MAC mismatch. File has A, computed B' })
  const ctx = fakeContext({ kube, git: cloneOf({ committed: files }), files: inClone(files), exec })
  return proveCut.run(ctx, aView(plan))
}

test('it holds when every file of the new key opens without the old one', async () => {
  const files = { 'a.yaml': await sealed([nextKey]), 'b.yaml': await sealed([otherKey, nextKey]), 'people.yaml': await sealed([otherKey]) }

  expect(await prove(files)).toEqual({ files: 2, commit: HEAD, macMismatch: [] })
})

test('a file that opens and was changed without sops is told', async () => {
  const files = { 'a.yaml': `b_unencrypted: by hand\n${await sealed([nextKey])}`, 'b.yaml': await sealed([nextKey]) }

  expect(await prove(files)).toMatchObject({ files: 2, macMismatch: ['a.yaml'] })
})

test('a file that names the new key and opens only with the old one is no proof', async () => {
  const foreign = (await sealed([oldKey, otherKey])).replace(otherKey.recipient, nextKey.recipient)

  await expect(prove({ 'a.yaml': foreign })).rejects.toMatchObject({
    code: 'rotation-unproven',
    message: expect.stringContaining('not every file opens without the old key\n  a.yaml'),
  })
})

test('a Secret without the new key is no proof, though another one has it', async () => {
  await expect(prove({ 'a.yaml': await sealed([nextKey]) }, secrets(BOTH, { 'age.agekey': oldKey }))).rejects.toMatchObject({
    code: 'rotation-unproven',
    message: expect.stringContaining('flux-system/age-1'),
  })
})

test('without the new key in the cluster there is nothing to prove with', async () => {
  await expect(prove({ 'a.yaml': await sealed([nextKey]) }, secrets({ 'age.agekey': oldKey }))).rejects.toMatchObject({
    code: 'rotation-unproven',
    message: 'the new key is not in the cluster any more\n  flux-system/age-0',
  })
})
