// Where a stopped run stands: read before the question whether to go on.
import type { LiveEvent } from '../engine/events.ts'
import { ago, plural } from './duration.ts'
import { mark, type Paint } from './paint.ts'
import { sanitise } from './sanitise.ts'

type TakenUp = Extract<LiveEvent, { type: 'run.taken-up' }>

const numberOf = ({ steps }: TakenUp, id: string): string => {
  const index = steps.findIndex((step) => step.id === id)
  return index === -1 ? '' : `${index + 1} `
}

/** `1–5 done` when they are the first ones, the names otherwise. */
const doneText = ({ steps, done }: TakenUp): string => {
  const first = steps.slice(0, done.length).every((step) => done.includes(step.id))
  if (!first || steps.length === 0) return `done: ${done.map((id) => sanitise(id)).join(', ')}`
  return done.length === 1 ? '1 done' : `1–${done.length} done`
}

const nextLine = (event: TakenUp): string => {
  if (event.intent === 'abandon') return '  takes back what was begun, last first'
  const { step } = event.stopped
  if (!event.accepted) return '  starts again at the checks; nothing was accepted yet'
  return step === undefined
    ? '  nothing is left to be done but to close it'
    : `  takes up at step ${numberOf(event, step)}${sanitise(step)}`
}

export const takenUpLines = (paint: Paint, event: TakenUp, now: number): string[] => {
  const { run, cluster, stopped, done, inDoubt, tornBytes } = event
  const at = stopped.step === undefined ? '' : ` at step ${numberOf(event, stopped.step)}${stopped.step}`
  const since = Date.parse(stopped.at)
  const when = Number.isNaN(since) ? 'at an unknown time' : ago(now - since)
  return [
    sanitise(`run ${run} on ${cluster} stopped${at} (${stopped.how}, ${when}, by ${stopped.by})`),
    ...(done.length > 0 ? [`  ${mark(paint, 'done')} ${doneText(event)}`] : []),
    ...(inDoubt === undefined ? [] : [`  ${mark(paint, 'unknown')} ${numberOf(event, inDoubt)}${sanitise(inDoubt)} was under way`]),
    ...(tornBytes > 0
      ? [`  ${mark(paint, 'warning')} its last line was torn off in mid-write (${plural(tornBytes, 'byte')}) and is left out`]
      : []),
    nextLine(event),
  ]
}
