// One run of a program: how long it took and how much memory it had at its highest, read from /proc while it lives.
import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Measured {
  readonly ms: number
  /** Seconds of processor time, with those of the tools that it waited for: what a loaded machine does not change. */
  readonly cpu: number
  /** Highest resident memory of the program itself, in MiB; the tools that it starts are processes of their own. */
  readonly mib: number
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const peakOf = async (pid: number): Promise<number> => {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) / 1024
}

/** utime, stime, cutime and cstime of proc(5), in ticks of 10 ms. */
const cpuOf = async (pid: number): Promise<number> => {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0) / 100
}

export async function measure(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<Measured> {
  const [command = '', ...args] = argv
  const began = performance.now()
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, err]: [Buffer[], Buffer[]] = [[], []]
  child.stdout.on('data', (part: Buffer) => out.push(part))
  child.stderr.on('data', (part: Buffer) => err.push(part))
  let ended = false
  const end = new Promise<number>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? -1))
  }).finally(() => {
    ended = true
  })
  let [mib, cpu] = [0, 0]
  // The kernel keeps the peak; the last look before the end is the one that counts.
  while (!ended) {
    mib = Math.max(mib, await peakOf(child.pid ?? 0))
    cpu = Math.max(cpu, await cpuOf(child.pid ?? 0))
    await Promise.race([sleep(10), end])
  }
  const code = await end
  return { ms: performance.now() - began, cpu, mib, code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }
}
