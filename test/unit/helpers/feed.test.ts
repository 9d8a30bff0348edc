import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { feed } from '../../helpers/feed.ts'

test('a program that ends before it reads its input is told by its exit code alone', async () => {
  const running = promisify(execFile)('/bin/false', [])
  const ended = running.then(
    () => 0,
    (error) => error.code,
  )
  // More than a pipe holds, so that some of it is still to be written when the program is gone.
  feed(running.child.stdin, 'x'.repeat(2 ** 20))
  expect(await ended).toBe(1)
})

test('a program that reads its input gets all of it', async () => {
  const running = promisify(execFile)('/usr/bin/wc', ['-c'])
  feed(running.child.stdin, 'x'.repeat(2 ** 20))
  expect((await running).stdout.trim()).toBe(String(2 ** 20))
})
