// The target's kustomize-controller ends right after its start: told early, and taken back without it.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { release } from '../../src/flux/catalogue/index.ts'
import { drive } from '../runbooks/desk.ts'
import { type Fixture, FROM, fixture, TO } from '../runbooks/fixture.ts'

let sandbox: Fixture
beforeAll(async () => {
  sandbox = await fixture('pin')
})
afterAll(async () => {
  await sandbox?.faults({})
  await sandbox?.remove()
})

const tagOf = (version: string): string => release(version).controllers.find((each) => each.component === 'kustomize-controller')?.tag ?? ''

test('a controller that crashes on its start is told at once, and the rollback ends on the old version, verified', async () => {
  await sandbox.faults({ crash: [`kustomize-controller:${tagOf(TO)}`] })
  const start = performance.now()

  const failed = await drive({
    dir: sandbox.paths.dir,
    runbook: 'upgrade',
    input: { to: TO, repo: sandbox.paths.repo, timeoutSeconds: 240 },
  })

  console.log(`the crash was told after ${((performance.now() - start) / 1000).toFixed(1)} s`)
  expect(failed.outcome).toBe('failed')
  expect(failed.error?.code).toBe('rollout-crashed')
  expect(failed.error?.hints.join()).toContain(`flux-ops rollback ${failed.runId}`)

  const back = await drive({ dir: sandbox.paths.dir, runbook: 'rollback', input: { run: failed.runId, timeoutSeconds: 240 } })

  expect(back.error?.message).toBeUndefined()
  expect(back.outcome).toBe('done')
  expect((await sandbox.images()).find((image) => image.includes('kustomize'))).toContain(tagOf(FROM))
})
