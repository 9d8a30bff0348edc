// A watch for a person: the whole status on a screen of its own, and in the last row how old it is. Whatever ends it, the terminal is as it was.
import type { Clock } from '../../ports/clock.ts'
import { duration } from '../../ui/duration.ts'
import { sanitise } from '../../ui/sanitise.ts'
import { createScreen, type Terminal } from '../../ui/screen.ts'
import { statusLines } from './draw.ts'
import type { Reading } from './read.ts'
import type { View } from './watch.ts'

const timeOf = (at: Date | string): string => `${new Date(at).toISOString().slice(11, 19)}Z`

interface Lost {
  readonly since: Date
  readonly why: string
}

export interface ScreenView extends View {
  enter(): void
  /** Draws anew: the age in the last row, or another size. */
  tick(): void
  leave(): void
}

export function screenView(
  terminal: Terminal,
  clock: Pick<Clock, 'now'>,
  { intervalMs, canType }: { intervalMs: number; canType: boolean },
): ScreenView {
  const screen = createScreen(terminal)
  let last: Reading | undefined
  let lost: Lost | undefined
  const footer = (): string => {
    const ends = canType ? 'q ends' : 'Ctrl-C ends'
    if (last === undefined) return `◎ waiting for the API server   ${ends}`
    const age = clock.now().getTime() - Date.parse(last.status.takenAt)
    const seen = `as of ${timeOf(last.status.takenAt)}, ${duration(age).replace(/\.\d/, '')} ago`
    return lost === undefined ? `${seen}   every ${duration(intervalMs).replace(/\.0/, '')}   ${ends}` : `? ${seen}   ${ends}`
  }
  const draw = (): void => {
    const outage =
      lost === undefined ? [] : [`? not answered since ${timeOf(lost.since)}: ${sanitise(lost.why.replaceAll(/\s+/g, ' '), 300)}`, '']
    screen.draw([...outage, ...(last === undefined ? [] : statusLines(last.status))], footer())
  }
  return {
    enter: () => {
      screen.enter()
      draw()
    },
    tick: draw,
    leave: () => screen.leave(),
    seen: (reading) => {
      last = reading
      draw()
    },
    lost: (since, why) => {
      lost = { since, why }
      draw()
    },
    back: () => {
      lost = undefined
    },
  }
}
