// What a command that drives or reads runs needs open at once: store, cluster, reporter, prompt.
import { resolve } from 'node:path'
import { systemClock } from '../adapters/clock.ts'
import { buildContext, type OpenWorld, openWorld, operatorName } from '../adapters/context.ts'
import { homeFolder } from '../adapters/crash-log.ts'
import { createLeaseLock } from '../adapters/lease-lock.ts'
import { markOf } from '../adapters/processes.ts'
import { createRedactor } from '../adapters/redactor.ts'
import { createRunStore, runsRoot } from '../adapters/run-store.ts'
import type { LiveEvent, Reporter, RunEvent } from '../engine/events.ts'
import type { Context } from '../ports/context.ts'
import type { Lock, RunStore } from '../ports/runs.ts'
import type { Redactor } from '../ports/secret.ts'
import type { Invocation } from './invocation.ts'
import { openReporter } from './open-reporter.ts'
import type { ClusterFlags, OutputFlags } from './run-flags.ts'

export interface Desk {
  readonly store: RunStore
  readonly operator: string
  readonly emit: (event: RunEvent | LiveEvent) => void
  readonly open: OpenWorld
  /** Takes secrets out of a text that is about to be kept or shown. */
  readonly clean: Redactor['clean']
  contextFor(runId: string): Context
  /** `namespace`: where the lease lies; that of Flux where it is left out. */
  lockFor(runId: string, namespace?: string): Promise<Lock>
  stopDrawing(): void
  close(): void
}

/** The runs of this machine; no cluster is needed to read them. */
export const openRunStore = (invocation: Invocation, redactor: Redactor = createRedactor()): RunStore =>
  createRunStore({ root: runsRoot(invocation.env, homeFolder(invocation.env)), clock: systemClock, redactor, pid: process.pid })

export async function openDesk(invocation: Invocation, flags: ClusterFlags & OutputFlags): Promise<Desk> {
  const redactor = createRedactor()
  let reporter: Reporter | undefined
  const emit = (event: RunEvent | LiveEvent): void => reporter?.event(event)
  const open = await openWorld({
    ...flags,
    // Tools may run in another folder.
    kubeconfig: flags.kubeconfig === undefined ? undefined : resolve(flags.kubeconfig),
    env: invocation.env,
    runs: openRunStore(invocation, redactor),
    redactor,
    signal: invocation.signal,
    userAgent: `flux-ops/${invocation.version}`,
    onOutage: (text) => emit({ type: 'note', level: 'warning', text }),
    decorate: invocation.decorate,
  })
  reporter = await openReporter(flags, invocation.env, redactor)
  const { world, target } = open
  const operator = operatorName(invocation.env)
  const lockFor = async (runId: string, namespace = target.namespace): Promise<Lock> => {
    const owner = { run: runId, ...(await markOf(process.pid)) }
    const { kube, clock } = world
    const waiting = ({ waitingFor, lastSeen }: { waitingFor: string; lastSeen?: string }) =>
      emit({ type: 'step.progress', id: 'lease', waitingFor, ...(lastSeen !== undefined && { lastSeen }) })
    const note = (text: string) => emit({ type: 'note', level: 'warning', text })
    return createLeaseLock({ kube, clock, owner, namespace, signal: invocation.signal, progress: waiting, note })
  }
  return {
    store: world.runs,
    operator,
    emit,
    open,
    clean: redactor.clean,
    contextFor: (runId) => buildContext(open, { runDir: world.runs.dir(runId), operator }),
    lockFor,
    stopDrawing: () => reporter?.stop(),
    close: () => {
      reporter?.stop()
      open.close()
    },
  }
}
