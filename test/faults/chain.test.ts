// A chain of hops that is killed anywhere, that fails in its second hop, that is left at the stop.
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { release } from '../../src/flux/catalogue/index.ts'
import { type Fixture, fixture, TO } from '../runbooks/fixture.ts'
import { CHAIN, imagesOf, lastToken, OLD, STOP } from '../runbooks/upgrade/chain-sandbox.ts'
import { fluxOps } from './harness/cli.ts'
import { endState } from './harness/end-state.ts'
import { listPoints } from './harness/points.ts'
import { reference } from './harness/reference.ts'
import { sweep } from './harness/sweep.ts'

const HOURS = 3_600_000
const { FLUX_OPS_KILL_ONLY = '', FLUX_OPS_KILL_RELAY = '7' } = process.env

const tagOf = (component: string): string => release(TO).controllers.find((each) => each.component === component)?.tag ?? ''

describe('a chain of two hops', () => {
  let sandbox: Fixture
  beforeAll(async () => {
    sandbox = await fixture('pin', OLD)
  })
  beforeEach(async () => {
    await sandbox.faults({})
    await sandbox.reset()
  })
  afterAll(async () => {
    await sandbox?.faults({})
    await sandbox?.remove()
  })

  const commits = async (): Promise<number> => {
    const bare = join(sandbox.paths.git, 'home-ops.git')
    return (await sandbox.run('git', '-C', bare, 'log', '--format=%H', '--grep=^Flux-Ops-Run: ', 'main')).split('\n').filter(Boolean).length
  }
  const idIn = (text: string): string => text.match(/\d{8}-\d{6}-upgrade-[0-9a-f]{4}/)?.[0] ?? ''
  /** Runs until the stop is proven, and is killed there. */
  const untilStop = async (): Promise<string> => {
    const spoken = await fluxOps(sandbox.paths, CHAIN, { where: 'after', event: 'step.finished verify-2-7-3' })
    return spoken.seen.flatMap((each) => (each.type === 'run' ? [each.run] : []))[0] ?? ''
  }

  test('whose second hop crashes goes back to the stop, which is proven again', async () => {
    await sandbox.faults({ crash: [`kustomize-controller:${tagOf('kustomize-controller')}`] })

    const failed = await fluxOps(sandbox.paths, CHAIN)
    const run = idIn(failed.output)
    const back = await fluxOps(sandbox.paths, ['rollback', run, '--yes'])

    expect(failed.code).toBe(1)
    expect(failed.output).toContain(`back to Flux ${STOP}, which was proven:  flux-ops rollback ${run}`)
    expect(back.output).toMatch(/no further than 2\.7\.3: /)
    expect(back.code, back.output.slice(-2000)).toBe(0)
    expect(await sandbox.images()).toEqual(imagesOf(STOP))
  })

  test('whose second push is refused can be left at the stop', async () => {
    const run = await untilStop()
    await sandbox.faults({ push: 'reject' })

    const failed = await fluxOps(sandbox.paths, ['runs', 'resume', run, '--yes'])
    const left = await fluxOps(sandbox.paths, ['runs', 'abandon', run, '--yes'])

    expect(failed.output).toContain(`to stay at Flux ${STOP}, which was proven:  flux-ops runs abandon ${run}`)
    expect(left.code, left.output.slice(-2000)).toBe(0)
    expect(await sandbox.images()).toEqual(imagesOf(STOP))
    expect(await commits()).toBe(1)
    expect(await sandbox.git('status', '--porcelain')).toBe('')
    expect((await sandbox.git('rev-list', '--count', 'origin/main..HEAD')).trim()).toBe('0')
  })

  test('takes along what others push between its hops', async () => {
    const run = await untilStop()
    const clone = join(sandbox.paths.dir, 'evidence', `other-${run}`)
    await sandbox.run('git', 'clone', '--quiet', (await sandbox.git('remote', 'get-url', 'origin')).trim(), clone)
    const other = (...args: string[]): Promise<string> => sandbox.run('git', '-C', clone, ...args)
    await sandbox.run('sed', '-i', '1i# a line of somebody else', join(clone, 'cluster/bootstrap/kustomization.yaml'))
    await other('commit', '--quiet', '--all', '--message', 'docs: say something')
    await other('push', '--quiet', 'origin', 'HEAD:main')
    await sandbox.git('pull', '--quiet', '--ff-only')

    const resumed = await fluxOps(sandbox.paths, ['runs', 'resume', run, '--yes'])

    expect(resumed.code, resumed.output.slice(-2000)).toBe(0)
    expect(await sandbox.images()).toEqual(imagesOf(TO))
    expect(await sandbox.git('show', 'HEAD:cluster/bootstrap/kustomization.yaml')).toMatch(/^# a line of somebody else\n/)
  })

  test('that is killed anywhere and taken up ends as the one that was not', { timeout: 6 * HOURS }, async () => {
    const { end, seen } = await reference(sandbox, 'chain', CHAIN, lastToken)
    const begin = async (): Promise<readonly string[]> => {
      await sandbox.reset()
      return CHAIN
    }
    const which = { only: new RegExp(FLUX_OPS_KILL_ONLY), relay: Number(FLUX_OPS_KILL_RELAY) || undefined }

    const failures = await sweep({
      paths: sandbox.paths,
      endOf: (runId) => endState(sandbox, runId, lastToken(runId)),
      begin,
      listed: listPoints(seen),
      end,
      ...which,
    })

    expect(failures).toEqual([])
  })
})
