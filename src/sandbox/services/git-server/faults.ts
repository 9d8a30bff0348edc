// How requests are made to fail: a file that tests write while the server runs, read again for each.
import { readFile } from 'node:fs/promises'
import * as z from 'zod'
import { messageOf, OpsError } from '../../../errors.ts'

/**
 * - `reject`: the pre-receive hook refuses
 * - `protected`: refused as a forge refuses a push to a protected branch
 * - `unauthorised`: the credentials may read, not write (403)
 * - `slow`: the push is held back for `pushDelayMs` milliseconds, then goes through
 * - `cut`: the connection ends in the middle of the pack; nothing is stored
 * - `cut-after`: the push is stored, and the connection ends before the answer
 */
export const PUSH_FAULTS = ['reject', 'protected', 'unauthorised', 'slow', 'cut', 'cut-after'] as const

export type PushFault = (typeof PUSH_FAULTS)[number]

const schema = z.looseObject({
  push: z.enum(PUSH_FAULTS).nullish(),
  pushDelayMs: z.number().int().nonnegative().max(600_000).optional(),
  gitPassword: z.string().min(1).nullish(),
})

export interface GitFaults {
  readonly push: PushFault | null
  /** In place of the server's own: whoever has that one is not let in any more. */
  readonly password: string | undefined
  /** Milliseconds; used by `slow`. */
  readonly delayMs: number
}

/** A missing file means no faults; one that cannot be understood throws, since a fault that is not there proves nothing. */
export async function readGitFaults(file: string): Promise<GitFaults> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}'
    throw error
  })
  try {
    const faults = schema.parse(JSON.parse(text))
    return { push: faults.push ?? null, delayMs: faults.pushDelayMs ?? 2_000, password: faults.gitPassword ?? undefined }
  } catch (error) {
    throw new OpsError({
      code: 'sandbox-faults-invalid',
      message: `${file} is not a list of faults: ${messageOf(error)}`,
      hints: ['remove the file, or write {"push": null} into it'],
      exit: 'usage',
    })
  }
}
