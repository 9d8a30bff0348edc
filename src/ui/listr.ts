// For a terminal: the same lasting lines as everywhere, and below them a moving picture of what is under way.
import type { LiveEvent, Reporter, RunEvent } from '../engine/events.ts'
import { activityLine, createActivityTracker } from './activity.ts'
import { createPaint } from './paint.ts'
import { createPicture, type Picture } from './picture.ts'
import { everySoOften, type ReporterOptions } from './plain.ts'
import { createTranscript, type Line } from './transcript.ts'

export interface ListrOptions extends ReporterOptions {
  /** A terminal: the picture is drawn here. */
  readonly err: NodeJS.WriteStream
  readonly color?: boolean | undefined
  readonly picture?: (stream: NodeJS.WriteStream) => Picture
}

export const listrReporter = ({ out, err, now, color, every = everySoOften, picture: make = createPicture }: ListrOptions): Reporter => {
  const transcript = createTranscript(createPaint({ color, stream: err }))
  const activity = createActivityTracker()
  let picture: Picture | undefined
  let broken = false

  /** A picture that cannot be drawn must not stop a run: the lines tell everything. */
  const safely = (draw: () => void): void => {
    if (broken) return
    try {
      draw()
    } catch {
      broken = true
      picture = undefined
    }
  }
  const wipe = (): void =>
    safely(() => {
      picture?.end()
      picture = undefined
    })
  const draw = (): void =>
    safely(() => {
      const current = activity.current()
      if (!current) return wipe()
      picture ??= make(err)
      picture.show(activityLine(current, now().getTime()))
    })
  const write = (lines: readonly Line[]): void => {
    if (lines.length > 0) wipe()
    for (const { to, text } of lines) (to === 'out' ? out : err).write(`${text}\n`)
  }
  let stopTimer: (() => void) | undefined

  const event = (event: RunEvent | LiveEvent): void => {
    stopTimer ??= every(1_000, draw)
    const at = now().getTime()
    activity.seen(event, at)
    write(transcript.lines(event, at))
    draw()
  }
  const stop = (): void => {
    stopTimer?.()
    stopTimer = undefined
    write(transcript.rest())
    wipe()
  }
  return { event, stop }
}
