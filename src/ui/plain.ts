// Lines, one by one, with times: for logs, pipes and NO_COLOR.
import type { LiveEvent, Reporter, RunEvent } from '../engine/events.ts'
import { activityLine, createActivityTracker } from './activity.ts'
import { createPaint, mark } from './paint.ts'
import { createTranscript, type Line } from './transcript.ts'

/** Where lines go; process.stdout and process.stderr are such. */
export interface Sink {
  write(text: string): unknown
}

export interface ReporterOptions {
  /** Results. */
  readonly out: Sink
  /** Progress, failures. */
  readonly err: Sink
  readonly now: () => Date
  /** Calls `work` about every second until the returned function is called; must not keep the process alive. */
  readonly every?: (ms: number, work: () => void) => () => void
}

export interface PlainOptions extends ReporterOptions {
  readonly color: boolean | undefined
  /** A UTC time before each line. */
  readonly times: boolean
}

/** Without a terminal, a wait is told at most this often. */
const WAIT_LINE_MS = 5_000

export const everySoOften = (ms: number, work: () => void): (() => void) => {
  const timer = setInterval(work, ms)
  timer.unref()
  return () => clearInterval(timer)
}

export const plainReporter = ({ out, err, now, color, times, every = everySoOften }: PlainOptions): Reporter => {
  const paint = createPaint({ color })
  const transcript = createTranscript(paint)
  const activity = createActivityTracker()
  let toldAt = now().getTime()

  const write = (lines: readonly Line[]): void => {
    const time = times ? `${now().toISOString().slice(11, 19)}Z ` : ''
    for (const { to, text } of lines) (to === 'out' ? out : err).write(text === '' ? '\n' : `${time}${text}\n`)
    if (lines.length > 0) toldAt = now().getTime()
  }
  const tellWait = (): void => {
    const current = activity.current()
    const at = now().getTime()
    if (!current || at - toldAt < WAIT_LINE_MS) return
    write([{ to: 'err', text: `${mark(paint, 'waiting')} ${activityLine(current, at)}` }])
  }
  let stopTimer: (() => void) | undefined

  const event = (event: RunEvent | LiveEvent): void => {
    stopTimer ??= every(1_000, tellWait)
    const at = now().getTime()
    activity.seen(event, at)
    write(transcript.lines(event, at))
    if (event.type === 'step.progress') tellWait()
  }
  const stop = (): void => {
    stopTimer?.()
    stopTimer = undefined
    write(transcript.rest())
  }
  return { event, stop }
}
