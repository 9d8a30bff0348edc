// Swaps every file of a folder as a process of its own, for tests that end it or take its room away. The one argument is JSON; the answer is a line of JSON.
import { swapSealed } from '../../../src/actions/keys/swap-files.ts'
import { localFiles } from '../../../src/adapters/files.ts'
import { swapTextOn } from '../../../src/adapters/swap-text.ts'
import { OpsError } from '../../../src/errors.ts'
import { changesOf, type Folder, type Found, fillFolder, lookInto } from './sealed-folder.ts'
import { type Around, watchedDisk } from './watched-disk.ts'

export interface SwapJob {
  readonly folder: Folder
  /** The old files are written by this process. */
  readonly fill?: boolean
  readonly concurrency?: number
  /** Ends the process at the nth call of that name. */
  readonly die?: { readonly call: string; readonly nth: number; readonly when: 'before' | 'during' }
}

export interface SwapAnswer {
  /** How often each call was made. */
  readonly calls: Readonly<Record<string, number>>
  readonly code: string | undefined
  readonly message: string | undefined
  readonly found: Found
}

const die = (): void => void process.kill(process.pid, 'SIGKILL')

const job = JSON.parse(process.argv[2] ?? '{}') as SwapJob
const calls: Record<string, number> = {}

const around: Around = (call, go) => {
  const nth = (calls[call] ?? 0) + 1
  calls[call] = nth
  if (job.die?.call !== call || job.die.nth !== nth) return go()
  if (job.die.when === 'before') {
    die()
    for (;;); // not one more turn of the event loop
  }
  setImmediate(die)
  return go()
}

if (job.fill === true) await fillFolder(job.folder)
const files = { ...localFiles, swapText: swapTextOn(watchedDisk(around)) }
let error: unknown
try {
  await swapSealed({ files }, job.folder.path, changesOf(job.folder), job.concurrency === undefined ? {} : { concurrency: job.concurrency })
} catch (thrown) {
  if (!(thrown instanceof OpsError)) throw thrown
  error = thrown
}
const { code, message } = (error ?? {}) as Partial<OpsError>
const answer: SwapAnswer = { calls, code, message, found: await lookInto(job.folder) }
process.stdout.write(`${JSON.stringify(answer)}\n`)
