// What a pod worker needs of a container, and the containers that have no process behind them.
import type { ContainerPlan } from './plan.ts'
import { completed, PENDING } from './pod-status.ts'
import type { ContainerView } from './pod-types.ts'

export interface ContainerRunner {
  view(): ContainerView
  /** Port behind a service of this node, once ready. */
  httpPort(): number | undefined
  /** Ends the process, if there is one; the view is not told again after that. */
  stop(graceMs: number): Promise<void>
}

const running = (ready: boolean): ContainerView => ({
  state: { running: { startedAt: new Date().toISOString() } },
  lastState: {},
  ready,
  restartCount: 0,
})

const waiting = (reason: string, message: string): ContainerView => ({ ...PENDING, state: { waiting: { reason, message } } })

function firstView(plan: ContainerPlan): ContainerView {
  if (plan.kind === 'no-image') return waiting('ImagePullBackOff', plan.message)
  if (plan.kind === 'crash-loop') return crashed()
  if (plan.kind === 'completes') return completed(new Date().toISOString())
  return running(plan.kind !== 'never-ready' && !(plan.kind === 'pretend' && plan.readyAfterMs > 0))
}

function crashed(): ContainerView {
  const at = new Date().toISOString()
  const message = 'back-off 30s restarting failed container'
  const lastState = { terminated: { exitCode: 1, reason: 'Error', message: 'asked for by annotation', startedAt: at, finishedAt: at } }
  return { state: { waiting: { reason: 'CrashLoopBackOff', message } }, lastState, ready: false, restartCount: 3 }
}

/** A container that is only reported. `startedAt`: when the pod was first seen, so that ready-after survives an agent restart. */
export function pretendRunner(plan: ContainerPlan, startedAt: number, onChange: () => void): ContainerRunner {
  let view = firstView(plan)
  let timer: NodeJS.Timeout | undefined
  if (plan.kind === 'pretend' && plan.readyAfterMs > 0) {
    const becomeReady = (): void => {
      view = { ...view, ready: true }
      onChange()
    }
    timer = setTimeout(becomeReady, Math.max(0, startedAt + plan.readyAfterMs - Date.now()))
  }
  return {
    view: () => view,
    httpPort: () => undefined,
    stop: async () => clearTimeout(timer),
  }
}
