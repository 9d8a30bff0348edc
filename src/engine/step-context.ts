// The context one step sees: the run's own, with progress addressed to that step.
import type { Context, Progress } from '../ports/context.ts'
import type { Recorder } from './recorder.ts'

export const stepContext = (ctx: Context, recorder: Recorder, id: string): Context => {
  const progress = ({ waitingFor, lastSeen }: Progress): void =>
    recorder.live({ type: 'step.progress', id, waitingFor, ...(lastSeen !== undefined && { lastSeen }) })
  const { target, kube, exec, git, files, forge, charts, clock, env, runs, runDir, operator, signal } = ctx
  return { target, kube, exec, git, files, forge, charts, clock, env, runs, runDir, operator, signal, progress }
}
