// Starts swap-process.ts, in a folder on the disk of this machine or on one that is about to be full.
import { spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { SwapAnswer, SwapJob } from './swap-process.ts'

const SCRIPT = fileURLToPath(new URL('swap-process.ts', import.meta.url))

export interface Ended {
  readonly signal: NodeJS.Signals | null
  /** undefined when it was ended before it gave one. */
  readonly answer: SwapAnswer | undefined
}

const ended = (command: string, args: readonly string[]): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let [out, err] = ['', '']
    child.stdout.on('data', (chunk) => {
      out += chunk
    })
    child.stderr.on('data', (chunk) => {
      err += chunk
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code === 0 || signal !== null) resolve({ signal, answer: out === '' ? undefined : (JSON.parse(out) as SwapAnswer) })
      else reject(new Error(`the process that swaps ended with ${code}: ${err}`))
    })
  })

export const runSwap = (job: SwapJob): Promise<Ended> => ended(process.execPath, [SCRIPT, JSON.stringify(job)])

/** Under a limit for the size of a file: blocks of 512 bytes. */
export const runSwapUnderLimit = (job: SwapJob, blocks: number): Promise<Ended> =>
  ended('sh', ['-c', 'ulimit -f "$1" && shift && exec "$@"', 'sh', String(blocks), process.execPath, SCRIPT, JSON.stringify(job)])

/** A disk of its own, which only the process sees: `options` are those of a tmpfs. */
const onDisk = (folder: string, options: string): string[] => [
  '-rm',
  'sh',
  '-c',
  'mount -t tmpfs -o "$2" tmpfs "$1" && shift 2 && exec "$@"',
  'sh',
  folder,
  options,
]

/** Not every machine lets a user mount. */
export const mayMount = (folder: string): boolean => spawnSync('unshare', [...onDisk(folder, 'size=64k'), 'true']).status === 0

export const runSwapOnDisk = (job: SwapJob, options: string): Promise<Ended> =>
  ended('unshare', [...onDisk(job.folder.path, options), process.execPath, SCRIPT, JSON.stringify(job)])
