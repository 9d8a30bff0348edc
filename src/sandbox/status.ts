// What runs in a sandbox, from its own records and /proc; it asks the API only whether it is ready. Changes nothing and needs no lock.
import type { SandboxState, Style } from './contract.ts'
import { openClient } from './control-plane.ts'
import { readRecords } from './node-agent/records.ts'
import { agentStatePath, DEFAULT_NAME, defaultRoot, sandboxDir, sandboxPaths } from './paths.ts'
import { isAlive } from './process-identity.ts'
import { readState } from './state.ts'

export interface ProcessStatus {
  readonly name: string
  readonly pid: number
  readonly alive: boolean
  readonly log: string
}

export interface ControllerStatus extends ProcessStatus {
  readonly pod: string
  readonly namespace: string
  readonly image: string
  /** Absolute path of the binary that really runs. */
  readonly binary: string
  readonly restarts: number
}

export interface SandboxStatus {
  readonly name: string
  readonly exists: boolean
  /** `running`: API ready and every process alive; `partly`: some of it; `stopped`: none. */
  readonly phase: 'running' | 'partly' | 'stopped' | 'missing'
  readonly dir: string
  readonly flux: string | null
  readonly style: Style
  readonly api: { readonly url: string | null; readonly ready: boolean }
  /** Address of its forge; null where the repository is only served by git. */
  readonly forge: string | null
  readonly kubeconfig: string
  readonly gitconfig: string
  readonly repo: string
  readonly stages: readonly string[]
  readonly ports: Readonly<Record<string, number>>
  readonly processes: readonly ProcessStatus[]
  readonly controllers: readonly ControllerStatus[]
}

export async function status(name: string = DEFAULT_NAME, options: { root?: string | undefined } = {}): Promise<SandboxStatus> {
  const dir = sandboxDir(name, options.root ?? defaultRoot())
  const state = await readState(dir)
  const paths = sandboxPaths(dir)
  const files = { dir, kubeconfig: paths.kubeconfig, gitconfig: paths.gitconfig, repo: paths.repo }
  if (state === undefined) {
    const nothing = { flux: null, style: 'none', forge: null, stages: [], ports: {}, processes: [], controllers: [] } as const
    return { name, exists: false, phase: 'missing', ...files, ...nothing, api: { url: null, ready: false } }
  }
  const processes = Object.values(state.processes).map(({ name, pid, startTime, log }) => ({
    name,
    pid,
    alive: isAlive({ pid, startTime }),
    log,
  }))
  const ready = await apiReady(state)
  const alive = processes.filter((process) => process.alive).length
  const phase = alive === 0 ? 'stopped' : ready && alive === processes.length ? 'running' : 'partly'
  const url = state.ports.api === undefined ? null : `https://127.0.0.1:${state.ports.api}`
  const { flux, style, stages, ports } = state
  return {
    name,
    exists: true,
    phase,
    ...files,
    flux,
    style,
    forge: state.forge === true && ports.forge !== undefined ? `http://127.0.0.1:${ports.forge}` : null,
    stages,
    ports,
    processes,
    controllers: await controllers(state),
    api: { url, ready },
  }
}

async function apiReady(state: SandboxState): Promise<boolean> {
  try {
    const client = await openClient({ paths: sandboxPaths(state.dir), state: () => state }, 'admin')
    try {
      return (await client.call<string>('GET', '/readyz')) === 'ok'
    } finally {
      client.close()
    }
  } catch {
    return false
  }
}

/** The processes behind pods. */
export async function controllers(state: Pick<SandboxState, 'dir'>): Promise<ControllerStatus[]> {
  const { processes } = await readRecords(agentStatePath(state.dir))
  return Object.values(processes).map((record) => ({
    name: `pod.${record.pod}`,
    pod: record.pod,
    namespace: record.namespace,
    image: record.image,
    binary: record.binary,
    pid: record.pid,
    alive: isAlive(record),
    log: record.log,
    restarts: record.restartCount,
  }))
}
