// A Flux controller as a real process: started, probed, watched, started again with a growing pause when it ends, as a kubelet does it.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../../errors.ts'
import { isAlive } from '../process-identity.ts'
import { endProcess, lastLines, type ProcessExit } from '../processes.ts'
import type { ContainerRunner } from './container-runner.ts'
import { identityOf, type LaunchInput, launchController, podFolder, removePodFolder } from './controller-launch.ts'
import { PENDING } from './pod-status.ts'
import type { ContainerState, ContainerView } from './pod-types.ts'
import { answers, probeUrl } from './probe.ts'
import { memoryOf } from './process-memory.ts'
import { parseQuantity } from './quantity.ts'
import type { ControllerRecord } from './records.ts'
import { RENEW_EVERY_MS, renewToken } from './service-account.ts'

const FIRST_PAUSE_MS = 1000
const LAST_PAUSE_MS = 30_000
/** A process that lived this long starts the pauses anew. */
const STABLE_MS = 60_000
const LOOK_EVERY_MS = 100

export function processRunner(input: Omit<LaunchInput, 'restartCount'>, onChange: () => void): ContainerRunner {
  const stopped = new AbortController()
  let view: ContainerView = PENDING
  let current: ControllerRecord | undefined
  const tell = (next: ContainerView): void => {
    view = next
    if (!stopped.signal.aborted) onChange()
  }
  const update = (record: ControllerRecord | undefined): void => {
    current = record
  }
  const loop = keepRunning(input, { signal: stopped.signal, view: () => view, tell, update })
  return {
    view: () => view,
    httpPort: () => (view.ready ? current?.ports.http : undefined),
    stop: async (graceMs) => {
      stopped.abort()
      await loop
      if (current !== undefined) await endProcess(current, graceMs)
      await input.node.records.drop(input.pod.metadata.uid, input.container.name)
      await removePodFolder(input.node, input.pod, input.controller)
    },
  }
}

interface Loop {
  readonly signal: AbortSignal
  view(): ContainerView
  tell(view: ContainerView): void
  update(record: ControllerRecord | undefined): void
}

async function keepRunning(input: Omit<LaunchInput, 'restartCount'>, loop: Loop): Promise<void> {
  const { node, pod, container } = input
  let pause = FIRST_PAUSE_MS
  let restartCount = node.records.get(pod.metadata.uid, container.name)?.restartCount ?? 0
  let adopted = findRunning(input)
  while (!loop.signal.aborted) {
    try {
      let exit: ProcessExit | undefined
      const onExit = (told: ProcessExit): void => {
        exit = told
      }
      const record: ControllerRecord = adopted ?? (await launchController({ ...input, restartCount, onExit }))
      loop.update(record)
      adopted = undefined
      const outOfMemory = await watchProcess(input, record, loop)
      if (loop.signal.aborted) return
      await sleep(20) // the exit code arrives just after the process is gone
      restartCount += 1
      if (Date.now() - Date.parse(record.startedAt) > STABLE_MS) pause = FIRST_PAUSE_MS
      loop.tell(crashView(input, record, { exit, outOfMemory, restartCount, pauseMs: pause }))
    } catch (error) {
      node.log(`${pod.metadata.name}: ${messageOf(error)}`)
      const message = messageOf(error)
      loop.tell({ ...loop.view(), state: { waiting: { reason: 'CreateContainerError', message } }, ready: false })
    }
    await sleep(pause, undefined, { signal: loop.signal }).catch(() => {})
    pause = Math.min(pause * 2, LAST_PAUSE_MS)
  }
}

/** A process that an earlier agent started for this very container. */
function findRunning({ node, pod, container }: Omit<LaunchInput, 'restartCount'>): ControllerRecord | undefined {
  const record = node.records.get(pod.metadata.uid, container.name)
  return record !== undefined && record.image === container.image && isAlive(record) ? record : undefined
}

/**
 * Returns when the process has ended or the runner is stopped; keeps readiness, token and memory figure up to date until then.
 * True: it was killed here, as it used more memory than its container may.
 */
async function watchProcess(input: Omit<LaunchInput, 'restartCount'>, record: ControllerRecord, loop: Loop): Promise<boolean> {
  const url = probeUrl(input.container, record.ports)
  const state: ContainerState = { running: { startedAt: record.startedAt } }
  // An adopted process is ready all along; a new one does not answer yet.
  loop.tell({ ...loop.view(), state, ready: await answers(url), restartCount: record.restartCount })
  let nextRenewal = Date.now() + RENEW_EVERY_MS
  let outOfMemory = false
  for (let round = 0; !loop.signal.aborted && isAlive(record); round += 1) {
    const { ready } = loop.view()
    // Not ready: look often, it is waited for. Ready: once a second is what a kubelet does at its quickest.
    if (!ready || round % 10 === 0) {
      const now = await answers(url)
      if (now !== ready && isAlive(record)) loop.tell({ ...loop.view(), ready: now })
      outOfMemory = await watchMemory(input, record)
    }
    if (Date.now() > nextRenewal) {
      nextRenewal = Date.now() + RENEW_EVERY_MS
      await renewToken(identityOf(input)).catch((error: unknown) => {
        nextRenewal = Date.now() + 10_000
        input.node.log(`${record.pod}: token not renewed: ${messageOf(error)}`)
      })
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal: loop.signal }).catch(() => {})
  }
  return outOfMemory
}

/** There is no cgroup here that has the limit: the agent kills in place of the kernel. Whether it did. */
async function watchMemory(input: Omit<LaunchInput, 'restartCount'>, record: ControllerRecord): Promise<boolean> {
  const { resident, anonymous } = await memoryOf(record.pid)
  if (record.argv.some((arg) => arg.startsWith('--oom-watch-current-memory-path')))
    await writeFile(join(podFolder(input.node, input.pod, input.controller), 'memory.current'), String(resident)).catch(() => {})
  const limit = input.container.resources?.limits?.memory
  if (limit === undefined || anonymous <= parseQuantity(limit)) return false
  await endProcess(record, 0)
  return true
}

interface Crash {
  /** undefined for an adopted process: nobody but its parent is told. */
  readonly exit: ProcessExit | undefined
  readonly outOfMemory: boolean
  readonly restartCount: number
  readonly pauseMs: number
}

function crashView(input: Omit<LaunchInput, 'restartCount'>, record: ControllerRecord, crash: Crash): ContainerView {
  const exitCode = crash.outOfMemory ? 137 : (crash.exit?.code ?? 255)
  const terminated = {
    exitCode,
    reason: crash.outOfMemory ? 'OOMKilled' : exitCode === 0 ? 'Completed' : 'Error',
    message: lastLines(record.log, 10),
    startedAt: record.startedAt,
    finishedAt: new Date().toISOString(),
  }
  const pod = `${input.pod.metadata.namespace}/${input.pod.metadata.name}`
  const message = `back-off ${crash.pauseMs / 1000}s restarting failed container ${input.container.name} of ${pod}`
  const waiting = { reason: 'CrashLoopBackOff', message }
  return { state: { waiting }, lastState: { terminated }, ready: false, restartCount: crash.restartCount }
}
