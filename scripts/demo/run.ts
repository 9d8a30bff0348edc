// Child processes of the demo: argv arrays, no shell.
import { spawn } from 'node:child_process'

export interface Where {
  readonly env: Record<string, string>
  readonly cwd: string
}

/** Runs with the terminal handed on; resolves to the exit code. */
export const run = (command: string, args: readonly string[], where: Where): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...where, stdio: 'inherit' })
    child.on('error', reject)
    child.on('exit', (code) => resolve(code ?? 1))
  })

/** Runs and returns what it printed; throws with its stderr when it fails. */
export const output = (command: string, args: readonly string[], where: Where): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...where, stdio: ['ignore', 'pipe', 'pipe'] })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(out).toString('utf8'))
      else reject(new Error(`${command} ${args.join(' ')}: exit ${code}\n${Buffer.concat(err).toString('utf8')}`))
    })
  })
