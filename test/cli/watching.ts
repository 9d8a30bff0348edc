// The built program while it watches: in a pipe, or on a terminal of its own with a size.
import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { environment, type SandboxPaths } from '../../src/sandbox/index.ts'
import { waitUntil } from '../../src/sandbox/processes.ts'

const ENTRY = fileURLToPath(new URL('../../bin/flux-ops.js', import.meta.url))

export interface Size {
  readonly columns: number
  readonly rows: number
}

export class Watching {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #ended: Promise<number | null>
  stdout = ''
  stderr = ''

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      this.stdout += chunk
    })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      this.stderr += chunk
    })
    // It may have ended before it reads what is typed.
    child.stdin.on('error', () => undefined)
    this.#ended = new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', resolve)
    })
  }

  static #env(paths: SandboxPaths, more: Readonly<Record<string, string>>): Record<string, string> {
    const { NO_COLOR: _color, CI: _ci, ...env } = environment({ dir: paths.dir })
    return { ...env, XDG_STATE_HOME: `${paths.dir}/watch-state`, ...more }
  }

  static inPipe(paths: SandboxPaths, args: readonly string[]): Watching {
    return new Watching(
      spawn(process.execPath, [ENTRY, 'status', '--watch', '--interval', '1s', ...args], { env: Watching.#env(paths, {}) }),
    )
  }

  static onTerminal(
    paths: SandboxPaths,
    { columns, rows }: Size,
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Watching {
    const words = [process.execPath, ENTRY, 'status', '--watch', '--interval', '1s', ...args].map((word) => `'${word}'`).join(' ')
    const command = `stty cols ${columns} rows ${rows}; exec ${words}`
    const script = ['--quiet', '--return', '--command', command, '/dev/null']
    return new Watching(spawn('script', script, { env: Watching.#env(paths, { TERM: 'xterm', SHELL: '/bin/sh', ...env }) }))
  }

  async until(what: string, holds: (said: string) => boolean): Promise<void> {
    await waitUntil(what, async () => holds(this.stdout), { withinMs: 60_000 }).catch(() => {
      throw new Error(`${what} was not to be seen in:\n${this.stdout.slice(-3000)}\n${this.stderr}`)
    })
  }

  type(keys: string): void {
    this.#child.stdin.write(keys)
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  /** Of the program itself, which is a child of what gives it its terminal. */
  async pid(): Promise<number> {
    const { pid } = this.#child
    return Number((await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ')[0])
  }

  async resize({ columns, rows }: Size): Promise<void> {
    await promisify(execFile)('stty', ['-F', `/proc/${await this.pid()}/fd/0`, 'cols', String(columns), 'rows', String(rows)])
  }

  ended(): Promise<number | null> {
    return this.#ended
  }
}
