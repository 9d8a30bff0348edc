// Every sealed file of a clone, read and parsed; what could not be read is told, as nothing is known about it.
import { messageOf, OpsError } from '../../errors.ts'
import type { ReadContext } from '../../ports/context.ts'
import type { SealedFile } from '../../sops/sealed/model.ts'
import { maySealed, readSealed } from '../../sops/sealed/read.ts'
import { sideBySide } from '../side-by-side.ts'

export interface FileProblem {
  readonly path: string
  readonly code: string
  readonly message: string
  readonly hints: readonly string[]
}

export interface SealedSurvey {
  readonly root: string
  readonly head: string
  /** By path. */
  readonly files: readonly SealedFile[]
  /** Sealed, and damaged; or not to be read at all. By path. */
  readonly problems: readonly FileProblem[]
  /** Of both, paths that are not as they are at `head`: what is said of them holds for the clone and not for the commit. */
  readonly uncommitted: readonly string[]
}

export const problemOf = (path: string, error: unknown): FileProblem => {
  if (!(error instanceof OpsError)) throw error
  return { path, code: error.code, message: messageOf(error), hints: error.hints }
}

/** No text, or too large for Flux to decrypt (5 MiB): not sealed. */
const NEVER_SEALED = new Set(['file-binary', 'file-too-large'])

async function readOne(ctx: Pick<ReadContext, 'files'>, root: string, path: string): Promise<SealedFile | FileProblem | undefined> {
  try {
    // A link leads to a file that has its own place in the list, or to none of this repository.
    const text = await ctx.files.readText(`${root}/${path}`)
    return maySealed(text) ? readSealed(path, text) : undefined
  } catch (error) {
    return error instanceof OpsError && NEVER_SEALED.has(error.code) ? undefined : problemOf(path, error)
  }
}

const byPath = (one: { path: string }, other: { path: string }): number => (one.path < other.path ? -1 : 1)

/** `dir`: a folder in the clone. Only files that git knows, below `only` where it is given. */
export async function surveySealed(
  ctx: Pick<ReadContext, 'files' | 'git'>,
  dir: string,
  only: readonly string[] = [],
): Promise<SealedSurvey> {
  const root = await ctx.git.root(dir)
  const [head, tracked, walked, { entries }] = await Promise.all([
    ctx.git.head(root),
    ctx.git.tracked(root),
    ctx.files.walk(root),
    ctx.git.status(root),
  ])
  const changed = new Set(entries.map(({ path }) => path))
  const known = new Set(tracked)
  const wanted = (path: string): boolean => only.length === 0 || only.some((folder) => path === folder || path.startsWith(`${folder}/`))
  const read = await sideBySide(
    walked.filter((path) => known.has(path) && wanted(path)),
    16,
    (path) => readOne(ctx, root, path),
  )
  const found = read.filter((one) => one !== undefined)
  return {
    root,
    head,
    files: found.filter((one) => 'documents' in one).sort(byPath),
    problems: found.filter((one) => 'code' in one).sort(byPath),
    uncommitted: found.map(({ path }) => path).filter((path) => changed.has(path)),
  }
}
