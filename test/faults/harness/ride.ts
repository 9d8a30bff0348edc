// A run that is killed at one point after another, taken up each time, and in the end left alone until it is over.
import type { SandboxPaths } from '../../../src/sandbox/index.ts'
import { fluxOps, type Spoken } from './cli.ts'
import { type KillPoint, pointName, type Seen } from './points.ts'

export interface Ride {
  readonly runId: string
  /** What the part of the run said that came to the end. */
  readonly last: Spoken
  /** Seconds from the start to each kill, and to the end. */
  readonly seconds: readonly number[]
  /** All that its parts have passed. */
  readonly seen: readonly Seen[]
}

const idOf = ({ seen }: Spoken): string | undefined => seen.flatMap((each) => (each.type === 'run' ? [each.run] : []))[0]

const NO_KINDS = new Map<string, string>()

/** The program came to its end without the moment of `point`: for one inside an effect, because Flux had done the same meanwhile. */
export class NotReached extends Error {
  readonly point: KillPoint

  constructor(point: KillPoint, spoken: Spoken) {
    const tail = spoken.output.slice(-3000)
    super(`the point was not reached: ${pointName(point, NO_KINDS)}; the program ended with ${spoken.code}\n${tail}`)
    this.point = point
  }
}

function assertKilled(spoken: Spoken, point: KillPoint): void {
  if (spoken.signal !== 'SIGKILL') throw new NotReached(point, spoken)
}

/** A run whose first line was never written cannot be taken up: it changed nothing and is begun again. */
const neverBegan = ({ where, ...point }: KillPoint): boolean => 'event' in point && point.event === 'run.started' && where !== 'after'

/** Asked after each kill, before the run is taken up: throws when something is lost. */
export type Look = (point: KillPoint) => Promise<void>

/** What somebody does whom the run waits for (exit 4), before it is taken up again. */
export type Person = () => Promise<void>

const WAITING = 4
const MOST_WAITS = 5

/** How a run goes on that was killed. */
export type Again = (runId: string) => readonly string[]

const RESUME: Again = (runId) => ['runs', 'resume', runId, '--yes']

/** Throws when a point is not reached, or when the run does not come to its end. */
export async function ride(
  paths: SandboxPaths,
  args: readonly string[],
  points: readonly KillPoint[],
  look: Look = async () => undefined,
  person?: Person,
  again: Again = RESUME,
): Promise<Ride> {
  const start = performance.now()
  const seconds: number[] = []
  const seen: Seen[] = []
  let runId: string | undefined
  const go = async (point?: KillPoint, waits = 0): Promise<Spoken> => {
    const spoken = await fluxOps(paths, runId === undefined ? args : again(runId), point)
    seconds.push(Math.round((performance.now() - start) / 100) / 10)
    if (point && neverBegan(point)) runId = undefined
    else runId ??= idOf(spoken)
    seen.push(...spoken.seen)
    if (spoken.code !== WAITING || person === undefined || waits === MOST_WAITS) return spoken
    await person()
    return go(point, waits + 1)
  }
  for (const point of points) {
    assertKilled(await go(point), point)
    await look(point)
  }
  const last = await go()
  if (last.code !== 0 || runId === undefined) throw new Error(`exit ${last.code} ${last.signal ?? ''}\n${last.output.slice(-4000)}`)
  return { runId, last, seconds, seen }
}
