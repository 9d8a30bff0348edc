// A pull request whose run dies, that is closed, or that is taken back. One sandbox, put back before each test.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { World } from '../../src/adapters/context.ts'
import { cloneOf, type ForgeDesk, forgeDesk } from './forge-desk.ts'

/** Stands for the death of the process: the pull request is there, and nothing after it happens. */
const dieOnceOpened = (world: World): World => ({
  ...world,
  forge: {
    ...world.forge,
    open: async (repo, draft) => {
      await world.forge.open(repo, draft)
      throw new Error('died')
    },
  },
})

describe('a pull request', () => {
  let desk: ForgeDesk
  let clone: string[]
  beforeAll(async () => {
    desk = await forgeDesk('pin')
  })
  beforeEach(async () => {
    await desk.reset()
    clone = await cloneOf(desk)
  })
  afterAll(async () => desk?.remove())

  test('that was opened by a run which died before it wrote that down is found again', async () => {
    const dead = await desk.upgrade({ decorate: dieOnceOpened })

    const resumed = await desk.again('resume', dead.runId)

    expect(dead.outcome).toBe('failed')
    expect(resumed).toMatchObject({ outcome: 'waiting' })
    const pulls = await desk.pulls()
    expect(pulls).toHaveLength(1)
    expect(resumed.state.facts['open-pull-request']).toMatchObject({ number: pulls[0]?.number })
  })

  test('that was closed stops the run, which can then be taken back', async () => {
    const { runId } = await desk.upgrade()
    await desk.close((await desk.pulls())[0]?.number ?? 0)

    await expect(desk.again('resume', runId)).rejects.toMatchObject({ code: 'pull-request-closed', exit: 'refused' })
    const back = await desk.again('abandon', runId)

    expect(back).toMatchObject({ outcome: 'abandoned', exit: 'done' })
    expect(await desk.branches()).toEqual(['main'])
    expect(await cloneOf(desk)).toEqual(clone)
  })

  test('that is open is closed by an abandon, which deletes its branch and leaves the clone as it was', async () => {
    const { runId } = await desk.upgrade()

    const back = await desk.again('abandon', runId)

    const said = back.events.flatMap((event) => (event.type === 'note' ? [event.text] : [])).join('\n')
    expect(said).toMatch(/takes back: close http:.*\/pulls\/\d+ without merging it/)
    expect(said).toContain('takes back: delete branch flux-ops/upgrade-flux-')
    expect(back).toMatchObject({ outcome: 'abandoned', exit: 'done' })
    expect((await desk.pulls()).map(({ state, merged }) => ({ state, merged }))).toEqual([{ state: 'closed', merged: false }])
    expect(await desk.branches()).toEqual(['main'])
    expect(await cloneOf(desk)).toEqual(clone)
    expect((await desk.git('worktree', 'list')).trim().split('\n')).toHaveLength(1)
  })

  test('that is merged cannot be abandoned: the run goes on, by rebase as by any other merge', async () => {
    const { runId } = await desk.upgrade()
    await desk.merge((await desk.pulls())[0]?.number ?? 0, 'rebase')

    await expect(desk.again('abandon', runId)).rejects.toMatchObject({ code: 'pull-request-merged', exit: 'refused' })
    const done = await desk.again('resume', runId)

    expect(done.error?.message).toBeUndefined()
    expect(done.outcome).toBe('done')
  })

  test('is refused before anything is changed when the token may not push', async () => {
    const refused = await desk.upgrade({ env: { FLUX_OPS_FORGE_TOKEN: 'not-a-token-of-anybody' } })

    expect(refused).toMatchObject({ outcome: 'checks-failed', exit: 'checks' })
    const check = refused.state.checks.find((each) => each.id === 'forge-ready')
    expect(check?.result).toMatchObject({
      status: 'fail',
      hints: expect.arrayContaining([expect.stringContaining('FLUX_OPS_FORGE_TOKEN')]),
    })
    expect(await desk.pulls()).toEqual([])
  })
})
