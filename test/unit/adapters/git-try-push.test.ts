import { afterEach, beforeEach, expect, test } from 'vitest'
import { OpsError } from '../../../src/errors.ts'
import { type GitDesk, gitDesk } from './git-desk.ts'

let desk: GitDesk

beforeEach(async () => {
  desk = await gitDesk()
})

afterEach(() => desk.remove())

const remoteHead = (): string => desk.run(['rev-parse', 'main'], desk.remote)

test('a push that is tried sends nothing, although the clone is ahead', async () => {
  const before = remoteHead()
  await desk.commit('b.yaml', 'two: 2\n', 'not to be pushed')

  await desk.git.tryPush(desk.clone, 'origin', 'main')

  expect(remoteHead()).toBe(before)
})

test('it runs no hook of the person, as nothing is pushed', async () => {
  await desk.hook('clone', 'pre-push', 'touch "$GIT_DIR/ran"; exit 1')

  await desk.git.tryPush(desk.clone, 'origin', 'main')

  expect(() => desk.run(['rev-parse', '--verify', '--quiet', 'ran'])).toThrow()
})

test('it is a race where somebody else pushed in between, which is not a refusal', async () => {
  const dir = await desk.other()
  await desk.commit('c.yaml', 'three: 3\n', 'theirs', dir)
  desk.run(['push', '--quiet'], dir)

  await expect(desk.git.tryPush(desk.clone, 'origin', 'main')).rejects.toMatchObject({ code: 'git-raced' })
})

test('it fails with an OpsError where the remote is not there', async () => {
  desk.run(['remote', 'set-url', 'origin', '/no/such/place.git'])

  await expect(desk.git.tryPush(desk.clone, 'origin', 'main')).rejects.toBeInstanceOf(OpsError)
})
