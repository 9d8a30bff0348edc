// The built CLI, started in the clone of a sandbox as a person does.
import { spawn } from 'node:child_process'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { environment, type SandboxPaths } from '../../src/sandbox/index.ts'

const ENTRY = fileURLToPath(new URL('../../bin/flux-ops.js', import.meta.url))

export interface Said {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** Both, as a person reads them. */
  readonly text: string
}

export interface Where {
  /** XDG_STATE_HOME: where its runs are kept. */
  readonly state: string
  /** Default: the clone. */
  readonly cwd?: string
  /** On top of the sandbox's own. */
  readonly env?: Readonly<Record<string, string>>
}

export function runBuilt(paths: SandboxPaths, args: readonly string[], { state, cwd = paths.repo, env: more = {} }: Where): Promise<Said> {
  // The home is that of the sandbox, the toolchain that of this machine: else a rehearsal would build one of its own.
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache')
  const env = { ...environment({ dir: paths.dir }), NO_COLOR: '1', USER: 'tester', XDG_STATE_HOME: state, XDG_CACHE_HOME: cache, ...more }
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [ENTRY, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const said = { stdout: '', stderr: '', text: '' }
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (chunk: string) => {
        said[name] += chunk
        said.text += chunk
      })
    }
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, ...said }))
  })
}
