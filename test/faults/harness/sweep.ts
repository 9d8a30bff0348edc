// Every point on its own: reset, run until killed, take up, compare. Points before anything is changed share one run.
// A relay is the quick way: every n-th point in the same run, n runs in all.
import { appendFileSync } from 'node:fs'
import type { SandboxPaths } from '../../../src/sandbox/index.ts'
import type { EndState } from './end-state.ts'
import type { KillPoint, Listed } from './points.ts'
import { type Again, type Look, NotReached, type Person, ride } from './ride.ts'

export interface Sweep {
  readonly paths: SandboxPaths
  /** Puts the world where the run begins, and returns its arguments. */
  readonly begin: () => Promise<readonly string[]>
  readonly listed: Listed
  readonly end: EndState | Readonly<Record<string, unknown>>
  /** The end that a run has reached. */
  readonly endOf: (runId: string) => Promise<EndState | Readonly<Record<string, unknown>>>
  /** Asked after each kill. */
  readonly look?: Look
  /** Whom the run waits for. */
  readonly person?: Person
  /** Left out: `runs resume`. */
  readonly again?: Again
  /** Only points whose name it matches. */
  readonly only: RegExp
  /** In how many runs all points are to be met; undefined: each on its own. */
  readonly relay?: number | undefined
}

export interface Failure {
  readonly point: string
  readonly why: string
}

const isCheck = (point: KillPoint): boolean => point.where === 'after' && point.event.startsWith('check.finished ')

/** Each ride with its points: all checks in one, every other point alone. */
function alone(points: readonly KillPoint[]): KillPoint[][] {
  const checks = points.filter(isCheck)
  const others = points.filter((point) => !isCheck(point)).map((point) => [point])
  return checks.length > 0 ? [checks, ...others] : others
}

const inRelay = (points: readonly KillPoint[], runs: number): KillPoint[][] =>
  Array.from({ length: runs }, (_, turn) => points.filter((_point, index) => index % runs === turn)).filter((group) => group.length > 0)

const FIELDS = (end: object): [string, string][] => Object.entries(end).map(([key, value]) => [key, JSON.stringify(value, null, 1)])

/** What differs, a line each; empty when nothing does. */
export function differences(end: object, wanted: object): string[] {
  const expected = new Map(FIELDS(wanted))
  return FIELDS(end).flatMap(([key, value]) => (expected.get(key) === value ? [] : [`${key}: ${value}, not ${expected.get(key)}`]))
}

/** Killed with the run's end written but the lease still its own: nobody gives it back, it runs out. */
const leavesLease = (points: readonly KillPoint[]): boolean =>
  points.some(
    (point) =>
      (point.where === 'after' && point.event === 'run.finished') || (point.where === 'middle' && point.step === 'give-lease-back'),
  )

async function rideOf({ paths, begin, end, endOf, look, person, again }: Sweep, points: readonly KillPoint[]): Promise<string[]> {
  const args = await begin()
  const { runId } = await ride(paths, args, points, look, person, again)
  const reached = await endOf(runId)
  const isLeft = leavesLease(points) && 'leaseHolder' in reached
  return differences(isLeft ? { ...reached, leaseHolder: '' } : reached, end)
}

/** Moments that a run does not have when it finds the effect of the step there already. */
const isOfEffect = (point: KillPoint): boolean =>
  point.where === 'middle' || (point.where !== 'before' && /^(step|undo)\.started /.test(point.event))

/**
 * After other kills the run comes to a step later than it would, and Flux may have done by itself what that step writes: then a moment of the effect
 * does not come. It is met in a run of its own, where Flux may still be first: only what does not come in eight of them is a failure.
 */
async function rideAll(work: Sweep, points: readonly KillPoint[], tries = 8): Promise<string[]> {
  try {
    return await rideOf(work, points)
  } catch (error) {
    const missed = error instanceof NotReached && isOfEffect(error.point) ? error.point : undefined
    if (missed === undefined) return [(error as Error).message]
    if (points.length === 1) return tries > 1 ? rideAll(work, points, tries - 1) : [(error as Error).message]
    const rest = points.filter((point) => point !== missed)
    return [...(await rideAll(work, rest)), ...(await rideAll(work, [missed]))]
  }
}

function say(text: string): void {
  console.log(text)
  const file = process.env.FLUX_OPS_SWEEP_LOG
  if (file !== undefined) appendFileSync(file, `${text}\n`)
}

/** Prints each point as it is done, and their number. */
export async function sweep(work: Sweep): Promise<Failure[]> {
  const { listed, only, relay } = work
  const points = listed.points.filter((point) => only.test(listed.name(point)))
  say(`${points.length} of ${listed.points.length} points`)
  const failures: Failure[] = []
  for (const group of relay === undefined ? alone(points) : inRelay(points, relay)) {
    const start = performance.now()
    const wrong = await rideAll(work, group)
    const took = `${((performance.now() - start) / 1000).toFixed(1)} s`
    for (const point of group) say(`${wrong.length === 0 ? '✔' : '✗'} ${listed.points.indexOf(point) + 1} ${listed.name(point)}  ${took}`)
    if (wrong.length > 0) say(wrong.join('\n'))
    for (const point of wrong.length > 0 ? group : []) failures.push({ point: listed.name(point), why: wrong.join('\n') })
  }
  return failures
}
