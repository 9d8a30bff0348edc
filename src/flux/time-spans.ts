// How long a person says that something is to last: `4h`, `2d`, `1d12h`.
import { usageError } from '../errors.ts'

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 }

const LONGEST_MS = 366 * 86_400_000

/** RFC 3339 with a zone: a time without one is another moment on every machine. */
const MOMENT = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)$/

/** Milliseconds. Throws OpsError (usage) `time-span-invalid`. */
export function parseSpan(value: string): number {
  const bad = (why: string): Error =>
    usageError('time-span-invalid', `"${value}" is no span of time: ${why}`, 'such as  30m, 4h, 2d, 1w or 1d12h')
  if (!/^(\d{1,6}[mhdw])+$/.test(value)) throw bad('a number with m, h, d or w')
  const ms = [...value.matchAll(/(\d+)([mhdw])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (UNITS[unit as string] as number),
    0,
  )
  if (ms === 0) throw bad('it is over at once')
  if (ms > LONGEST_MS) throw bad('longer than a year')
  return ms
}

/** RFC 3339 in UTC, whole seconds. Throws OpsError (usage) `moment-invalid`. */
export function parseMoment(value: string, now: Date): string {
  const bad = (why: string): Error =>
    usageError('moment-invalid', `"${value}" is no moment to come: ${why}`, `such as  ${rfc3339(new Date(now.getTime() + 86_400_000))}`)
  const at = MOMENT.test(value) ? Date.parse(value) : Number.NaN
  if (Number.isNaN(at)) throw bad('a date, a time and a zone')
  if (at <= now.getTime()) throw bad('it is over')
  if (at - now.getTime() > LONGEST_MS) throw bad('more than a year from now')
  return rfc3339(new Date(at))
}

/** Whole seconds, UTC. */
export const rfc3339 = (at: Date): string => at.toISOString().replace(/\.\d+Z$/, 'Z')

const SPANS: readonly (readonly [string, number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
]

/** `3 days`, `1 hour`, `under a minute`. */
export function spanText(ms: number): string {
  for (const [unit, of] of SPANS) {
    const count = Math.floor(ms / of)
    if (count >= 1) return `${count} ${unit}${count === 1 ? '' : 's'}`
  }
  return 'under a minute'
}
