// What is done for each cell: commands of the built CLI as a person types them, and then a look at the world by git and kubectl.
import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { stateHome } from '../faults/harness/cli.ts'
import { type EndState, endState } from '../faults/harness/end-state.ts'
import type { KillPoint } from '../faults/harness/points.ts'
import { ride } from '../faults/harness/ride.ts'
import { runBuilt, type Said } from '../helpers/built-program.ts'
import { type Fixture, TO } from '../runbooks/fixture.ts'
import { runIn } from '../runbooks/upgrade/faults/desk.ts'
import type { StyleRow } from './styles.ts'

/** How long the program took, without what the test itself looks at; `undefined`: the program cannot do it yet. */
export type Told = { readonly seconds: number; readonly note?: string } | undefined

export interface Cells {
  plan(): Promise<Told>
  rehearsal(): Promise<Told>
  upgrade(): Promise<Told>
  rollback(): Promise<Told>
  kill(): Promise<Told>
}

const at = (where: 'after' | 'before' | 'torn', event: string): KillPoint => ({ where, event })
const middle = (step: string, call: number | string): KillPoint => ({
  where: 'middle',
  step,
  ...(typeof call === 'number' ? { call } : { what: call }),
})

/** In the order of a run; each write step is met before, in the middle of or after its effect. */
export const pointsOf = ({ applies }: Pick<StyleRow, 'applies'>): readonly KillPoint[] => [
  at('torn', 'plan.accepted'),
  at('after', 'step.started backup'),
  middle('backup', 'write crds.json'),
  middle('migrate-storage', 1),
  at('before', 'step.finished migrate-storage'),
  middle('pin', 1),
  at('after', 'step.started commit'),
  middle('commit', 'git commit'),
  at('after', 'step.started push'),
  middle('push', 'git push'),
  at('before', 'step.finished push'),
  applies,
  middle('reconcile', 3),
  at('torn', 'step.finished verify'),
]

const MANIFEST = new URL('../../oclif.manifest.json', import.meta.url)

/** Asked of the snapshot of the command surface, which a test compares with the program. */
export function canRehearse(): boolean {
  const { commands } = JSON.parse(readFileSync(MANIFEST, 'utf8')) as { commands: Record<string, { flags?: Record<string, unknown> }> }
  return commands['upgrade:plan']?.flags?.rehearse !== undefined
}

type Timed = Said & { readonly seconds: number }

const end = (said: Said): string => said.text.slice(-3000)

/** Objects of Flux that are neither well nor suspended on purpose. */
const unwell = ({ objects }: EndState): string[] => objects.filter((each) => !each.endsWith(': ready, reconciled for this run'))

export function cellsOf(sandbox: Fixture, row: StyleRow): Cells {
  const fluxOps = async (...args: string[]): Promise<Timed> => {
    const start = performance.now()
    const said = await runBuilt(sandbox.paths, args, { state: stateHome(sandbox.paths) })
    return { ...said, seconds: Math.round((performance.now() - start) / 100) / 10 }
  }
  const tree = async (): Promise<string> => (await sandbox.git('rev-parse', 'HEAD^{tree}')).trim()
  const world = async (): Promise<unknown> => [
    await sandbox.git('ls-remote', 'origin'),
    await sandbox.git('status', '--porcelain=v1', '--branch'),
    await tree(),
    await sandbox.images(),
    await sandbox.storedVersions(),
  ]
  let first: { images: readonly string[]; tree: string } | undefined
  let upgraded: { runId: string; end: EndState } | undefined

  const planned = async (...more: string[]): Promise<Timed> => {
    const before = await world()
    const said = await fluxOps('upgrade', 'plan', '--to', TO, ...more)
    expect(said.code, end(said)).toBe(0)
    expect(await world()).toEqual(before)
    return said
  }

  return {
    plan: async () => {
      const { stdout, seconds } = await planned()
      expect(stdout).toContain(TO)
      return { seconds }
    },
    rehearsal: async () => {
      if (!canRehearse()) return undefined
      return { seconds: (await planned('--rehearse')).seconds }
    },
    upgrade: async () => {
      first = { images: await sandbox.images(), tree: await tree() }
      const said = await fluxOps('upgrade', '--to', TO, '--yes')
      expect(said.code, end(said)).toBe(0)
      const runId = runIn(said.text)
      upgraded = { runId, end: await endState(sandbox, runId) }
      expect(upgraded.end).toMatchObject({
        commits: 1,
        pushes: 1,
        workTree: '',
        inStep: true,
        outcome: 'done',
        endedTwice: [],
        leaseHolder: '',
      })
      expect(unwell(upgraded.end)).toEqual([])
      expect(upgraded.end.images).not.toEqual(first.images)
      return { seconds: said.seconds }
    },
    rollback: async () => {
      if (upgraded === undefined || first === undefined) throw new Error('there is no upgrade to take back')
      const said = await fluxOps('rollback', upgraded.runId, '--yes')
      expect(said.code, end(said)).toBe(0)
      const back = await endState(sandbox, runIn(said.text))
      expect([back.images, await tree(), back.inStep, back.workTree]).toEqual([first.images, first.tree, true, ''])
      expect(unwell(back)).toEqual([])
      return { seconds: said.seconds }
    },
    kill: async () => {
      if (upgraded === undefined) throw new Error('there is no upgrade to compare with')
      const points = pointsOf(row)
      const { runId, seconds } = await ride(sandbox.paths, ['upgrade', '--to', TO, '--yes'], points)
      expect(await endState(sandbox, runId)).toEqual(upgraded.end)
      return { seconds: seconds.at(-1) ?? 0, note: `${points.length} kills` }
    },
  }
}
