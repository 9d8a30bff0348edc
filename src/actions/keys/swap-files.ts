// Sealed files of a clone replaced side by side. Nothing is undone after a failure: every file is whole, and the same call goes on where this one ended.
import { OpsError } from '../../errors.ts'
import type { Context } from '../../ports/context.ts'
import { sideBySide } from '../side-by-side.ts'

export interface SealedChange {
  /** Below the root, with `/`. */
  readonly path: string
  /** SHA-256 (hex) of the bytes that `text` was made from. */
  readonly was: string
  readonly text: string
}

export interface SwapCounts {
  readonly swapped: number
  /** Files that held their new text already. */
  readonly there: number
}

export interface SwapOptions {
  /** Told the number of files that are done. */
  readonly progress?: (done: number) => void
  /** Files under way at once; 8 where it is not given. */
  readonly concurrency?: number
}

const AT_ONCE = 8

type Files = Pick<Context, 'files'>

interface Placed extends SealedChange {
  /** Absolute, behind all links. */
  readonly real: string
}

/** Of all of them before the first is replaced: a path that leads out of the clone, or is gone, leaves everything as it is. */
async function place({ files }: Files, root: string, changes: readonly SealedChange[], atOnce: number): Promise<Placed[]> {
  const placed = await sideBySide(changes, atOnce, async (change) => ({
    ...change,
    real: await files.inside(root, `${root}/${change.path}`),
  }))
  const taken = new Map<string, string>()
  for (const { path, real } of placed) {
    const other = taken.get(real)
    if (other !== undefined) throw new Error(`${path} and ${other} are one file, and it can get one text only`)
    taken.set(real, path)
  }
  return placed
}

function stopped(error: unknown, { swapped, there }: SwapCounts, total: number): unknown {
  if (!(error instanceof OpsError)) return error
  const done = swapped + there + (error.code === 'file-unsynced' ? 1 : 0)
  const message = `${error.message} (${done} of ${total} files hold their new text, the other ${total - done} were left as they are)`
  // What a file says on its own, that nothing changed, is no longer so after another one.
  return new OpsError({ code: error.code, message, hints: error.hints, exit: done === 0 ? error.exit : 'failed', cause: error })
}

/**
 * Throws the errors of `inside` before anything is replaced, and those of swapText with the code and hints they have; by then no file is under way, and the
 * message says how many got their new text and how many did not.
 */
export async function swapSealed(
  ctx: Files,
  root: string,
  changes: readonly SealedChange[],
  { progress = () => undefined, concurrency = AT_ONCE }: SwapOptions = {},
): Promise<SwapCounts> {
  const placed = await place(ctx, root, changes, concurrency)
  const counts = { swapped: 0, there: 0 }
  try {
    await sideBySide(placed, concurrency, async ({ real, was, text }) => {
      const how = await ctx.files.swapText(real, was, text)
      counts[how] += 1
      progress(counts.swapped + counts.there)
    })
  } catch (error) {
    throw stopped(error, counts, changes.length)
  }
  return counts
}
