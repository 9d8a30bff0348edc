// Starts the built CLI as a person does, with a home and a state folder of its own.
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { feed } from '../helpers/feed.ts'

const ENTRY = fileURLToPath(new URL('../../bin/flux-ops.js', import.meta.url))

export interface CliResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface CliOptions {
  readonly cwd?: string
  readonly env?: Record<string, string>
  readonly stdin?: string
  /** Another program than the built CLI. */
  readonly entry?: string
  /** A command that starts the one behind it. */
  readonly through?: readonly string[]
}

export interface Cli {
  readonly home: string
  run(args: readonly string[], options?: CliOptions): Promise<CliResult>
  remove(): Promise<void>
}

export async function createCli(): Promise<Cli> {
  const home = await mkdtemp(join(tmpdir(), 'flux-ops-cli-'))
  return {
    home,
    run: (args, { cwd = home, env = {}, stdin = '', entry = ENTRY, through = [] } = {}) =>
      new Promise((resolve, reject) => {
        const [first = '', ...rest] = [...through, process.execPath, entry, ...args]
        const child = spawn(first, rest, {
          cwd,
          env: { PATH: process.env.PATH ?? '', HOME: home, XDG_STATE_HOME: join(home, 'state'), NO_COLOR: '1', ...env },
        })
        let stdout = ''
        let stderr = ''
        child.stdout.on('data', (chunk) => {
          stdout += chunk
        })
        child.stderr.on('data', (chunk) => {
          stderr += chunk
        })
        child.on('error', reject)
        child.on('close', (code) => resolve({ code, stdout, stderr }))
        feed(child.stdin, stdin)
      }),
    remove: () => rm(home, { recursive: true, force: true }),
  }
}
