// kill -9 of the program itself while a change is proposed, waited for and taken, and `runs resume` after each: one pull request, merged once, proven.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fluxOps, type Spoken } from '../faults/harness/cli.ts'
import type { KillPoint } from '../faults/harness/points.ts'
import { TO } from '../runbooks/fixture.ts'
import { cloneOf, type ForgeDesk, forgeDesk } from './forge-desk.ts'

const within = (step: string, what: string): KillPoint => ({ where: 'middle', step, what })
const at = (where: 'after' | 'before' | 'torn', event: string): KillPoint => ({ where, event })

/** In the order in which a run meets them. */
const PROPOSING: readonly KillPoint[] = [
  within('worktree', 'git worktree'),
  at('before', 'step.finished worktree'),
  within('push-branch', 'git push'),
  at('before', 'step.finished push-branch'),
  within('open-pull-request', 'open a pull request'),
  at('before', 'step.finished open-pull-request'),
  at('torn', 'step.waiting merged'),
  at('after', 'step.waiting merged'),
]
const TAKING: readonly KillPoint[] = [
  at('before', 'step.finished merged'),
  within('checkout-merge', 'git fetch'),
  at('before', 'step.finished checkout-merge'),
  at('after', 'step.finished checkout-merge'),
]
const TIDYING: readonly KillPoint[] = [within('tidy-clone', 'git merge'), within('tidy-clone', 'git worktree')]

const RESUMED = 'step.waiting merged'

describe('a change that is proposed, killed again and again', () => {
  let desk: ForgeDesk
  let upgrade: string
  let rollback: string
  let clone: string[]

  /** Until the run ends by itself: killed at each point in turn. */
  const ride = async (begin: readonly string[], points: readonly KillPoint[]): Promise<{ run: string; last: Spoken }> => {
    let run: string | undefined
    const go = async (point?: KillPoint): Promise<Spoken> => {
      const spoken = await fluxOps(desk.paths, run === undefined ? begin : ['runs', 'resume', run, '--yes'], point)
      run ??= spoken.seen.flatMap((each) => (each.type === 'run' ? [each.run] : []))[0]
      return spoken
    }
    for (const point of points) {
      const { signal, output } = await go(point)
      expect(signal, `${JSON.stringify(point)} was not reached\n${output.slice(-2000)}`).toBe('SIGKILL')
    }
    return { last: await go(), run: run ?? '' }
  }
  const resume = (run: string, points: readonly KillPoint[]) => ride(['runs', 'resume', run, '--yes'], points)
  const mergeOpen = async (how: 'merge' | 'squash' | 'rebase'): Promise<void> => {
    const [pull] = (await desk.pulls()).filter((each) => each.state === 'open')
    await desk.merge(pull?.number ?? 0, how)
  }
  const worktrees = async (): Promise<number> => (await desk.git('worktree', 'list')).trim().split('\n').length

  beforeAll(async () => {
    desk = await forgeDesk('bootstrap')
    await desk.reset()
    await desk.guardMain()
    clone = await cloneOf(desk)
  })
  afterAll(async () => desk?.remove())

  test('an upgrade ends in waiting, with one pull request of its branch, and leaves the clone as it was', async () => {
    const { run, last } = await ride(['upgrade', '--to', TO, '--pr', '--yes'], PROPOSING)
    upgrade = run

    expect(last.code, last.output.slice(-2000)).toBe(4)
    expect(last.seen).toContainEqual({ type: 'event', event: RESUMED })
    expect((await desk.pulls()).map(({ state, head }) => [state, head.label])).toEqual([['open', `flux-ops/upgrade-flux-${TO}-${run}`]])
    expect(await desk.branches()).toEqual([`flux-ops/upgrade-flux-${TO}-${run}`, 'main'])
    expect(await cloneOf(desk)).toEqual(clone)
    expect(await worktrees()).toBe(2)
  })

  test('merged by rebase, it comes to its proof and its end', async () => {
    await mergeOpen('rebase')

    const { last } = await resume(upgrade, [...TAKING, ...TIDYING])

    expect(last.code, last.output.slice(-2000)).toBe(0)
    expect(await cloneOf(desk)).toEqual([`${await desk.remoteHead()}\n`, 'main\n', ''])
    expect(await worktrees()).toBe(1)
    expect((await desk.git('log', '--format=%H', `--grep=^Flux-Ops-Run: ${upgrade}$`, 'main')).trim().split('\n')).toHaveLength(1)
    expect((await desk.processes()).join()).not.toContain('2.7.3')
  })

  test('its rollback ends in waiting as well, with one more pull request', async () => {
    const { run, last } = await ride(['rollback', upgrade, '--yes'], PROPOSING)
    rollback = run

    expect(last.code, last.output.slice(-2000)).toBe(4)
    expect((await desk.pulls()).map(({ state }) => state).sort()).toEqual(['closed', 'open'])
    expect((await desk.images()).join()).toContain('source-controller:v1.9')
  })

  test('merged by merge commit, the older version runs, proven, and nothing is held', async () => {
    await mergeOpen('merge')

    const { last } = await resume(rollback, [...TAKING, at('before', 'step.finished hold'), ...TIDYING])

    expect(last.code, last.output.slice(-2000)).toBe(0)
    expect((await desk.images()).join()).toContain('source-controller:v1.7')
    expect(await cloneOf(desk)).toEqual([`${await desk.remoteHead()}\n`, 'main\n', ''])
    expect(await worktrees()).toBe(1)
    const suspended = ['get', 'kustomizations.kustomize.toolkit.fluxcd.io', '-A', '-o', 'jsonpath={.items[*].spec.suspend}']
    expect((await desk.run('kubectl', ...suspended)).trim()).toBe('')
  })

  test('an abandon that is killed closes and deletes all the same when it is asked again', async () => {
    const { run } = await ride(['upgrade', '--to', TO, '--pr', '--yes'], [])
    const closing = await fluxOps(desk.paths, ['runs', 'abandon', run, '--yes'], at('before', 'undo.finished open-pull-request'))

    const again = await fluxOps(desk.paths, ['runs', 'abandon', run, '--yes'])

    expect(closing.signal).toBe('SIGKILL')
    expect(again.code, again.output.slice(-2000)).toBe(0)
    expect((await desk.pulls()).filter((each) => each.state === 'open')).toEqual([])
    expect(await desk.branches()).toEqual(['main'])
    expect(await worktrees()).toBe(1)
  })
})
