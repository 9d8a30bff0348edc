// A rotation beside others who push, and one that is taken back. More of it, what repositories look like, and a watcher with both releases: npm run test:faults -- rotate.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { RotationDesk } from '../runbooks/age-rotate/desk.ts'
import { meanwhile } from '../runbooks/age-rotate/meanwhile.ts'
import { watched } from '../runbooks/age-rotate/watcher.ts'
import type { Driven } from '../runbooks/desk.ts'

const VARS = 'cluster/flux/vars/cluster-secrets.sops.yaml'

let desk: RotationDesk

beforeAll(async () => {
  desk = await RotationDesk.open('pin')
})
afterAll(() => desk?.close())
beforeEach(() => desk.fresh())

test('an edit of a secret that is pushed meanwhile is kept and sealed anew, and nothing fails to decrypt', async () => {
  const race = meanwhile('push-cut', async () => {
    const keys = await desk.inCluster()
    await desk.colleague('Another domain', (dir) => desk.setValue(dir, VARS, '["stringData"]["SECRET_DOMAIN"]', 'elsewhere.example', keys))
  })
  let done: Driven | undefined

  const seen = await watched(desk, async () => {
    done = await desk.rotate({}, race)
  })

  expect(done?.error?.message).toBeUndefined()
  expect(done?.outcome).toBe('done')
  expect(seen.failures).toEqual([])
  expect(seen.reconciliations['cluster-apps-hello']).toBeGreaterThan(1)
  const keys = await desk.inCluster()
  expect(keys).toHaveLength(1)
  expect((await desk.clearTexts(keys))[VARS]).toContain('elsewhere.example')
  expect(await desk.losses()).toEqual([])
})

test('a rotation that waits for a date is taken back, behind the second commit as well', async () => {
  const until = new Date(Date.now() + 7 * 86_400_000).toISOString()
  const waiting = await desk.rotate({ keepOldUntil: until })

  const back = await desk.abandon(waiting.runId)

  expect(back.error?.message).toBeUndefined()
  expect(await desk.recipientsInCluster()).toEqual([desk.old])
  expect(new Set(Object.values((await desk.recipients()).remote).flat())).toEqual(new Set([desk.old]))
  expect(await desk.losses()).toEqual([])
})
