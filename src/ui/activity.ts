// What is under way at this moment, for whoever draws waiting: a check group or one step, since when, and what was seen last.
import type { LiveEvent, RunEvent } from '../engine/events.ts'
import { duration } from './duration.ts'
import { sanitise } from './sanitise.ts'

export interface Activity {
  readonly id: string
  readonly title: string
  /** Milliseconds since the epoch. */
  readonly since: number
  readonly waitingFor?: string
  /** Since when this is waited for. */
  readonly waitingSince: number
  readonly lastSeen?: string
}

export interface ActivityTracker {
  seen(event: RunEvent | LiveEvent, now: number): void
  current(): Activity | undefined
}

const waitingLine = (waitingFor: string, ms: number, lastSeen: string | undefined): string => {
  const seen = lastSeen === undefined ? '' : `, last seen: ${sanitise(lastSeen, 200)}`
  return `waiting for ${sanitise(waitingFor, 200)}, ${duration(ms)}${seen}`
}

/** `waiting for 2 of 6 Deployments, 12 s, last seen: …`; the title where nothing more is known. */
export const activityLine = ({ title, waitingFor, waitingSince, since, lastSeen }: Activity, now: number): string =>
  waitingFor === undefined ? `${sanitise(title, 200)}, ${duration(now - since)}` : waitingLine(waitingFor, now - waitingSince, lastSeen)

export const createActivityTracker = (): ActivityTracker => {
  let step: Activity | undefined
  let checksSince = 0
  const asked = new Map<string, string>()
  const titles = new Map<string, string>()

  const progress = (event: Extract<LiveEvent, { type: 'step.progress' }>, now: number): void => {
    const base = step?.id === event.id ? step : { id: event.id, title: titles.get(event.id) ?? event.id, since: now, waitingSince: now }
    const waitingSince = base.waitingFor === event.waitingFor ? base.waitingSince : now
    const { lastSeen: _old, ...rest } = base
    step = { ...rest, waitingFor: event.waitingFor, waitingSince, ...(event.lastSeen !== undefined && { lastSeen: event.lastSeen }) }
  }

  const seen = (event: RunEvent | LiveEvent, now: number): void => {
    if (event.type === 'plan.made' || event.type === 'run.taken-up') for (const { id, title } of event.steps ?? []) titles.set(id, title)
    if (event.type === 'check.started') {
      if (asked.size === 0) checksSince = now
      asked.set(event.id, event.title)
    } else if (event.type === 'check.finished') asked.delete(event.id)
    else if (event.type === 'step.progress') progress(event, now)
    else if (event.type === 'step.started') step = { id: event.id, title: event.title, since: now, waitingSince: now }
    else if (event.type === 'undo.started')
      step = { id: event.id, title: `take back ${titles.get(event.id) ?? event.id}`, since: now, waitingSince: now }
    else if (event.type !== 'note') step = undefined
  }

  const current = (): Activity | undefined => {
    if (step || asked.size === 0) return step
    const ids = [...asked.keys()]
    const waitingFor = ids.length > 4 ? `${ids.slice(0, 3).join(', ')} and ${ids.length - 3} more` : ids.join(', ')
    return { id: 'checks', title: 'checks', since: checksSince, waitingFor, waitingSince: checksSince }
  }
  return { seen, current }
}
