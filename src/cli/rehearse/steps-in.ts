// How long each step of a run took, from its journal's own times. Pure.
import type { RunState } from '../../engine/run-state.ts'
import type { RehearsedStep } from '../../rehearsal/report.ts'

export const stepsIn = ({ steps, updatedAt = '' }: RunState): RehearsedStep[] =>
  steps.map(({ id, status, startedAt = '', endedAt }) => ({
    id,
    status,
    seconds: Math.max(0, (Date.parse(endedAt ?? updatedAt) - Date.parse(startedAt)) / 1000 || 0),
  }))
