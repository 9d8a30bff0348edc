// A run that is killed, and what is then: nothing that a person suspended may stay resumed without a run that says so.

import { fluxOps } from '../../faults/harness/cli.ts'
import { type KillPoint, listPoints } from '../../faults/harness/points.ts'
import { ride } from '../../faults/harness/ride.ts'
import type { Look, SuspensionDesk } from './desk.ts'

export const NOTES = {
  'flux-ops.dev/suspended-by': 'bob',
  'flux-ops.dev/suspended-reason': 'restore',
  'flux-ops.dev/suspended-at': '2026-11-20T00:00:00Z',
}
export const STILL: Look = { suspend: true, notes: NOTES }
export const FREE: Look = { suspend: false, notes: {} }

export interface Flow {
  readonly name: string
  readonly args: (desk: SuspensionDesk) => readonly string[]
  /** How b and c are before, and how they are at the end, run ids and times as `*`. */
  readonly before: Look
  readonly after: Look
}

const named = (desk: SuspensionDesk): string[] => ['b', 'c'].map((name) => desk.name(name))

export const FLOWS: readonly Flow[] = [
  {
    name: 'suspend',
    args: (desk) => ['suspend', ...named(desk), '--reason', 'disk', '--owner', 'me', '--yes'],
    before: FREE,
    after: {
      suspend: true,
      notes: {
        'flux-ops.dev/suspended-at': '*',
        'flux-ops.dev/suspended-by': 'me',
        'flux-ops.dev/suspended-reason': 'disk',
        'flux-ops.dev/suspended-run': '*',
      },
    },
  },
  {
    name: 'resume',
    args: (desk) => ['resume', ...named(desk), '--yes'],
    before: STILL,
    after: { suspend: false, notes: { 'flux-ops.dev/resumed-run': '*' } },
  },
  { name: 'resume --once', args: (desk) => ['resume', '--once', ...named(desk), '--yes'], before: STILL, after: STILL },
]

export async function begin(desk: SuspensionDesk, { before }: Flow): Promise<void> {
  await desk.leaseIsFree()
  await desk.free('b', 'c')
  if (before.suspend) await Promise.all(['b', 'c'].map((name) => desk.set(name, before.notes)))
}

const starred = ({ suspend, notes }: Look, { after }: Flow): Look => ({
  suspend,
  notes: Object.fromEntries(Object.entries(notes).map(([key, value]) => [key, after.notes[key] === '*' ? '*' : value])),
})

export const ends = async (desk: SuspensionDesk, flow: Flow): Promise<readonly Look[]> =>
  Object.values(await desk.looks('b', 'c')).map((look) => starred(look, flow))

/** Moments of one run that was not killed; the checks change nothing and are left out. */
export async function pointsOf(
  desk: SuspensionDesk,
  flow: Flow,
): Promise<{ points: readonly KillPoint[]; name(point: KillPoint): string }> {
  await begin(desk, flow)
  const { last } = await ride(desk.paths, flow.args(desk), [])
  const listed = listPoints(last.seen)
  return { points: listed.points.filter((point) => !('event' in point && point.event.startsWith('check.'))), name: listed.name }
}

/** Killed at these, one after another, and taken up to the end. */
export async function takenUp(desk: SuspensionDesk, flow: Flow, points: readonly KillPoint[]): Promise<readonly Look[]> {
  await begin(desk, flow)
  await ride(desk.paths, flow.args(desk), points)
  return ends(desk, flow)
}

/** Killed there and taken back; undefined where the run had come to its end, or had not begun. */
export async function takenBack(desk: SuspensionDesk, flow: Flow, point: KillPoint): Promise<readonly Look[] | undefined> {
  await begin(desk, flow)
  const { seen, signal, output } = await fluxOps(desk.paths, flow.args(desk), point)
  if (signal !== 'SIGKILL') throw new Error(`not killed\n${output.slice(-2000)}`)
  const [run] = seen.flatMap((each) => (each.type === 'run' ? [each.run] : []))
  const last = 'event' in point ? point.event : point.step
  if (run === undefined || /^(run\.started|run\.finished|give-lease-back)/.test(last)) return undefined
  const back = await fluxOps(desk.paths, ['runs', 'abandon', run, '--yes'])
  if (back.code !== 0) throw new Error(`abandon ended with ${back.code}\n${back.output.slice(-2000)}`)
  return Object.values(await desk.looks('b', 'c'))
}
