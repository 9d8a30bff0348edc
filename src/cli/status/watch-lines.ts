// A watch for a log: what is at first, and then only what became different, a line each with its time; or the same as lines of JSON.
import type { Clock } from '../../ports/clock.ts'
import { duration } from '../../ui/duration.ts'
import { jsonLine } from '../../ui/json.ts'
import { sanitise } from '../../ui/sanitise.ts'
import { type Change, changesOf, countText } from './changes.ts'
import type { Reading } from './read.ts'
import type { View } from './watch.ts'

interface Out {
  write(text: string): unknown
}

/** Lines of one look: what changes all at once has one cause, and that comes first. */
const MOST = 12
const LONGEST = 300

const BAD = new Set(['failed', 'unknown', 'stopped', 'forgotten', 'terminating'])
const UNDER_WAY = new Set(['progressing', 'rolling'])

function markOf({ what, to }: Change): string {
  if (what === 'cause') return to === null ? '✔' : '✗'
  if (what === 'suspended') return to === null ? '►' : '⚠'
  if (what === 'key') return to === 'well' ? '✔' : '⚠'
  if (to === null || to === 'gone' || what === 'flux' || what === 'count') return '►'
  return BAD.has(to) ? '✗' : UNDER_WAY.has(to) ? '◎' : '✔'
}

const NAMES: Partial<Record<Change['what'], string>> = { cause: 'cause', controller: 'controller', key: 'Secret' }

const changeLine = (change: Change): string => {
  const { what, object, says } = change
  const subject = [NAMES[what] ?? '', object].filter((part) => part !== '').join(' ')
  return `${markOf(change)} ${subject === '' ? says : `${subject}: ${says}`}`
}

const firstLines = ({ status }: Reading): string[] => [
  `► ${status.cluster.context}: Flux ${status.flux.version ?? status.flux.status}, ${countText(status)}, ${status.suspended.length} suspended`,
  ...status.causes.map(({ object, says, blocks }) => `✗ cause ${object}: ${says}${blocks === 0 ? '' : `; blocks ${blocks}`}`),
  ...status.unseen.map(({ what, why }) => `? not seen: ${what}: ${why}`),
]

const capped = (lines: readonly string[]): string[] =>
  lines.length > MOST ? [...lines.slice(0, MOST - 1), `… and ${lines.length - MOST + 1} more changes: flux-ops status`] : [...lines]

/** Each outage is told once, and its end. */
export function lineView(out: Out, clock: Pick<Clock, 'now'>): View {
  let told: Date | undefined
  const write = (lines: readonly string[]): void => {
    const at = clock.now().toISOString().slice(11, 19)
    for (const line of lines) out.write(`${at}Z ${sanitise(line.replaceAll(/\s+/g, ' '), LONGEST)}\n`)
  }
  return {
    seen: (reading, before) => write(capped(before === undefined ? firstLines(reading) : changesOf(before, reading).map(changeLine))),
    lost: (since, why) => {
      if (told !== since) write([`? not answered since ${since.toISOString().slice(11, 19)}Z: ${why}`])
      told = since
    },
    back: (since) => write([`✔ answered again, after ${duration(clock.now().getTime() - since.getTime())}`]),
  }
}

/** Every line: `at` (RFC 3339) and `type`: `status` at first, with the whole document; then `change`, `lost` and `back`. */
export function jsonView(out: Out, clock: Pick<Clock, 'now'>): View {
  let told: Date | undefined
  const write = (event: object): void => void out.write(jsonLine({ at: clock.now().toISOString(), ...event }))
  return {
    seen: (reading, before) => {
      if (before === undefined) write({ type: 'status', status: reading.status })
      else for (const change of changesOf(before, reading)) write({ type: 'change', ...change })
    },
    lost: (since, why) => {
      if (told !== since) write({ type: 'lost', since: since.toISOString(), why })
      told = since
    },
    back: (since) => write({ type: 'back', since: since.toISOString() }),
  }
}
