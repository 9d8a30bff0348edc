// A rotation that has stopped half-way is told from one that is done.
import { expect, test } from 'vitest'
import { noOtherRotation } from '../../../../runbooks/age-rotate/checks/cluster.ts'
import { sealed } from '../../actions/keys/sealed.ts'
import { nextKey, oldKey, otherKey, RUN } from './a-plan.ts'
import { aWorld, cluster, input, keyFile } from './a-world.ts'

const OURS = { 'a.sops.yaml': await sealed([oldKey]) }
const ask = (entries: Readonly<Record<string, string>>, files: Readonly<Record<string, string>> = OURS, cut: readonly string[] = []) =>
  noOtherRotation.probe(aWorld(files, { kube: cluster(entries) }, cut), { ...input, old: oldKey.recipient })

test('keys of people are no rotation', async () => {
  expect(await ask({ 'second.agekey': keyFile(otherKey) })).toEqual({ status: 'pass' })
})

test('the key that an earlier run has made is the one that is replaced now', async () => {
  expect(await ask({ 'age.agekey': '', [`${RUN}.agekey`]: keyFile(oldKey) })).toEqual({ status: 'pass' })
})

test.each([
  ['nothing is sealed to', OURS],
  ['files are sealed to, beside the old one', { 'a.sops.yaml': await sealed([oldKey, nextKey]) }],
])('the key of a run that %s is one that has stopped', async (_which, files) => {
  expect(await ask({ [`${RUN}.agekey`]: keyFile(nextKey) }, files)).toMatchObject({
    status: 'fail',
    items: [{ where: `Secret flux-system/sops-age, entry ${RUN}.agekey`, what: `is the new key of run ${RUN}` }],
    hints: expect.arrayContaining(['runbooks/age-rotate/README.md#no-other-rotation']),
  })
})

test('a run that has replaced another key of the Secret is done', async () => {
  const files = { ...OURS, 'theirs.sops.yaml': await sealed([nextKey]) }

  expect(await ask({ [`${RUN}.agekey`]: keyFile(nextKey) }, files, [RUN])).toEqual({ status: 'pass' })
})
