// Runs a tool to its end. No shell; what it says is captured; a secret never comes near argv.
import { spawn } from 'node:child_process'
import { OpsError } from '../errors.ts'
import type { RunOptions, RunResult } from './contract.ts'

export async function runTool(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  options: RunOptions = {},
): Promise<RunResult> {
  const result = await collect(command, args, env, options)
  if (result.exitCode === 0 || options.allowFailure === true) return result
  const name = command.split('/').at(-1) ?? command
  throw new OpsError({
    code: 'sandbox-tool-failed',
    message: `${name} ${args.join(' ')} ended with ${result.exitCode}\n${(result.stderr || result.stdout).trimEnd().split('\n').slice(-12).join('\n')}`,
    hints: ['flux-ops sandbox status'],
  })
}

function collect(command: string, args: readonly string[], env: Readonly<Record<string, string>>, options: RunOptions): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], {
      env: { ...env, ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: options.timeoutMs ?? 120_000,
    })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (part: Buffer) => out.push(part))
    child.stderr.on('data', (part: Buffer) => err.push(part))
    child.stdin.on('error', () => {}) // a tool that ends early reads no more: its exit code says why
    child.on('error', (cause) =>
      reject(
        new OpsError({
          code: 'sandbox-tool-failed',
          message: `${command} could not be started: ${cause.message}`,
          hints: [`is ${command} installed?`],
          cause,
        }),
      ),
    )
    child.on('close', (code, signal) => {
      const stderr = Buffer.concat(err).toString() + (signal === null ? '' : `\nended by ${signal}`)
      resolve({ exitCode: code ?? 128, stdout: Buffer.concat(out).toString(), stderr })
    })
    child.stdin.end(options.stdin ?? '')
  })
}
