// A program of this machine that a recipe needs besides go.
import { spawn } from 'node:child_process'
import { OpsError } from '../../errors.ts'

const KEPT = 64 * 1024

export interface CommandOptions {
  readonly cwd: string
  readonly signal?: AbortSignal | undefined
}

/** Throws OpsError `toolchain-command`: it is not there, or says no; with the end of what it said. */
export const runTo = (command: string, args: readonly string[], { cwd, signal }: CommandOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    const env = { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' }
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], signal })
    let said = ''
    const keep = (text: string): void => {
      said = (said + text).slice(-KEPT)
    }
    child.stdout.setEncoding('utf8').on('data', keep)
    child.stderr.setEncoding('utf8').on('data', keep)
    const name = command.split('/').at(-1)
    child.on('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'ENOENT'
          ? new OpsError({
              code: 'toolchain-command',
              message: `${name} is not there`,
              hints: [`install ${name}, then run the same command again`],
            })
          : error,
      ),
    )
    child.on('close', (code) => {
      if (code === 0) return resolve()
      const end = said.trimEnd().split('\n').slice(-12).join('\n')
      reject(
        new OpsError({
          code: 'toolchain-command',
          message: `${name} ${args[0] ?? ''} failed\n${end}`,
          hints: ['run the same command again'],
        }),
      )
    })
  })
