// What a line needs to know of the events before it: titles, places, start times, and the checks that are not told yet.
import type { LiveEvent, RunEvent, StepLine } from '../engine/events.ts'
import type { CheckReport } from './check-lines.ts'

export interface Memory {
  seen(event: RunEvent | LiveEvent, now: number): void
  title(id: string): string
  /** `3/9 `, or nothing where the plan's steps are not known. */
  place(id: string): string
  stepStart(id: string): number | undefined
  takeChecks(): CheckReport[]
  readonly run: string | undefined
  readonly runbook: string | undefined
  readonly startedAt: number | undefined
  readonly dryRun: boolean
}

export const createMemory = (): Memory => {
  let steps: readonly StepLine[] = []
  let checks: CheckReport[] = []
  let about: { run?: string; runbook?: string; startedAt?: number; dryRun?: boolean } = {}
  const starts = new Map<string, number>()

  const seen = (event: RunEvent | LiveEvent, now: number): void => {
    if (event.type === 'run.started') about = { run: event.run, runbook: event.runbook, startedAt: now, dryRun: event.dryRun }
    if (event.type === 'run.taken-up') about = { run: event.run, runbook: event.runbook, startedAt: now }
    if (event.type === 'run.taken-up' || event.type === 'plan.made') steps = event.steps ?? []
    if (event.type === 'check.finished') checks.push(event)
    if (event.type === 'step.started') starts.set(event.id, now)
  }
  const takeChecks = (): CheckReport[] => {
    const taken = checks
    checks = []
    return taken
  }
  const place = (id: string): string => {
    const index = steps.findIndex((step) => step.id === id)
    return index === -1 ? '' : `${index + 1}/${steps.length} `
  }
  return {
    seen,
    takeChecks,
    place,
    title: (id) => steps.find((step) => step.id === id)?.title ?? id,
    stepStart: (id) => starts.get(id),
    get run() {
      return about.run
    },
    get runbook() {
      return about.runbook
    },
    get startedAt() {
      return about.startedAt
    },
    get dryRun() {
      return about.dryRun ?? false
    },
  }
}
