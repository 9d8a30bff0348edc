// Progress of a rehearsal, line by line on stderr: a sandbox, and in it a run of its own.
import type { LiveEvent, RunEvent } from '../../engine/events.ts'
import type { Progress } from '../../ports/context.ts'
import type { ProgressLine } from '../../sandbox/index.ts'
import { formatLine } from '../../sandbox/progress-line.ts'
import { sanitise } from '../../ui/sanitise.ts'

export interface Teller {
  line(line: ProgressLine): void
  event(event: RunEvent | LiveEvent): void
  wait(progress: Progress): void
}

/** A wait is told once it has lasted this long, and again after some more. */
const FIRST_MS = 1000
const EVERY_MS = 5000

export function teller(json: boolean): Teller {
  let shown = { text: '', due: 0 }
  const line = (one: ProgressLine): void => {
    const safe = { ...one, text: sanitise(one.text) }
    process.stderr.write(json ? `${JSON.stringify({ type: 'rehearsal.progress', ...safe })}\n` : `  ${formatLine(safe)}\n`)
  }
  const wait: Teller['wait'] = ({ waitingFor, lastSeen }) => {
    const now = performance.now()
    if (waitingFor !== shown.text) shown = { text: waitingFor, due: now + FIRST_MS }
    if (now < shown.due) return
    shown = { text: waitingFor, due: now + EVERY_MS }
    line({ mark: '◎', text: lastSeen === undefined ? waitingFor : `${waitingFor}: ${lastSeen}` })
  }
  return {
    line,
    wait,
    event: (event) => {
      if (event.type === 'step.started') line({ mark: '►', text: `${event.id}   ${event.title}` })
      if (event.type === 'step.progress') wait(event)
      if (event.type === 'step.failed') line({ mark: '⚠', text: `${event.id} failed: ${event.error.message.split('\n')[0] ?? ''}` })
    },
  }
}
