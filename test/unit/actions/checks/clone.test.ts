// What is asked of a clone before anything is committed to it.
import { expect, test } from 'vitest'
import { answersOf } from '../../../../src/actions/checks/answers.ts'
import { cleanClone, foundClone, pushAllowedFrom, pushedClone } from '../../../../src/actions/checks/clone.ts'
import { OpsError } from '../../../../src/errors.ts'
import type { GitReader } from '../../../../src/ports/git.ts'
import { flux } from '../../rehearsal/objects.ts'

const answers = answersOf('upgrade')
const UPSTREAM = { remote: 'origin', branch: 'main', url: 'https://git.example.com/fleet.git' }
const CLONE = { root: '/fleet', head: 'a'.repeat(40), branch: 'main', upstream: UPSTREAM }

const asking = (git: Partial<GitReader>) => ({ git: git as GitReader })
const none = { synced: [], objects: [] }

test('a clone without a branch is told which one the cluster follows', () => {
  const objects = [flux('GitRepository', 'flux-system', { url: UPSTREAM.url, ref: { branch: 'production' } })]

  const said = foundClone(answers, { ...CLONE, branch: undefined, upstream: undefined }, { ...none, objects })

  expect(said).toMatchObject({ status: 'fail', detail: expect.stringContaining('detached HEAD') })
  expect(said).toHaveProperty('hints', [
    'git -C /fleet switch production',
    'another clone:  --repo DIR',
    'runbooks/upgrade/README.md#repository-found',
  ])
})

test('a branch that follows none is named', () => {
  expect(foundClone(answers, { ...CLONE, upstream: undefined }, none)).toMatchObject({
    detail: 'branch main, checked out in /fleet, follows no remote branch',
  })
})

test('a clone that nothing applies is shown what the cluster fetches instead', () => {
  const objects = [flux('GitRepository', 'apps', { url: 'https://git.example.com/apps.git' })]

  expect(foundClone(answers, CLONE, { ...none, objects })).toMatchObject({
    status: 'fail',
    items: [{ where: 'GitRepository flux-system/apps', what: 'https://git.example.com/apps.git' }],
  })
})

test('what is changed and what is not tracked is named, and one file is one file', async () => {
  const status = async () => ({ entries: [{ code: '??', path: 'new.yaml' }], inProgress: undefined })

  expect(await cleanClone(asking({ status: status as never }), answers, '/fleet')).toMatchObject({
    detail: '1 file changed or not tracked in /fleet',
    items: [{ where: 'new.yaml', what: 'is not tracked' }],
  })
})

test('a clone that is behind is told where both are', async () => {
  const said = await pushedClone(asking({ remoteHead: async () => 'b'.repeat(40) }), answers, CLONE)

  expect(said).toMatchObject({ status: 'fail', detail: 'the clone is at aaaaaaaaaa, origin/main at bbbbbbbbbb' })
})

test.each([
  ['git-raced', { status: 'pass' }],
  ['git-rejected', { status: 'fail', detail: 'no' }],
])('a push that is tried and met with %s is an answer', async (code, wanted) => {
  const tryPush = () => Promise.reject(new OpsError({ code, message: 'no', hints: ['ask'] }))

  expect(await pushAllowedFrom(asking({ tryPush }), answers, CLONE)).toMatchObject(wanted)
})

test('a remote that is not reached is no answer', async () => {
  const tryPush = () => Promise.reject(new OpsError({ code: 'git-unreachable', message: 'no', hints: ['ask'] }))

  await expect(pushAllowedFrom(asking({ tryPush }), answers, CLONE)).rejects.toMatchObject({ code: 'git-unreachable' })
})
