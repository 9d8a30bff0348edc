// Every sealed file of a clone, read and parsed: as it lies there, and as it is committed where that is another. What could not be read is told,
// as nothing is known about it.
import { messageOf, OpsError, usageError } from '../../errors.ts'
import { cleanFolder, isUnder } from '../../flux/synced-paths.ts'
import type { ReadContext } from '../../ports/context.ts'
import type { SealedFile } from '../../sops/sealed/model.ts'
import { isCutOff, maySealed, readSealed } from '../../sops/sealed/read.ts'
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
  /** Every path that git knows. */
  readonly tracked: readonly string[]
  /** By path; a path of `uncommitted` has up to two of them, the one of the work tree first. */
  readonly files: readonly SealedFile[]
  /** Sealed, and damaged; or not to be read at all. By path. */
  readonly problems: readonly FileProblem[]
  /** Sealed files that lie in the clone as another one than they are committed, or not at all. */
  readonly uncommitted: readonly string[]
  /** Paths. What is in them was not looked at. */
  readonly submodules: readonly string[]
}

/** What of it lies in one of the folders; all of it where none is named. Throws OpsError (usage) `path-empty` for a folder of which git knows nothing. */
export function narrowed(survey: SealedSurvey, only: readonly string[]): SealedSurvey {
  if (only.length === 0) return survey
  const folders = only.map(cleanFolder)
  const inside = (path: string): boolean => folders.some((folder) => isUnder(path, folder))
  const empty = only.find((_, at) => !survey.tracked.some((path) => isUnder(path, folders[at] ?? '')))
  if (empty !== undefined)
    throw usageError(
      'path-empty',
      `git knows nothing in ${empty}`,
      'name a folder as git shows it, from the root of the repository: --path clusters/prod',
    )
  return {
    ...survey,
    files: survey.files.filter(({ path }) => inside(path)),
    problems: survey.problems.filter(({ path }) => inside(path)),
    uncommitted: survey.uncommitted.filter(inside),
    submodules: survey.submodules.filter(inside),
  }
}

export const problemOf = (path: string, error: unknown): FileProblem => {
  if (!(error instanceof OpsError)) throw error
  return { path, code: error.code, message: messageOf(error), hints: error.hints }
}

/** Nothing is known of them, which is not the same as damaged. */
const UNREAD = new Set(['file-binary', 'file-too-large', 'mac-unknown'])

export const isUnread = ({ code }: FileProblem): boolean => UNREAD.has(code)

type Found = SealedFile | FileProblem | undefined

const damaged = (path: string, code: string, what: string): FileProblem => ({
  path,
  code,
  message: `${path}: ${what}`,
  hints: [`see when it was last whole:  git log --oneline -- ${path}`],
})

function readText(path: string, text: string): Found {
  if (isCutOff(path, text))
    return damaged(path, 'sealed-cut-off', 'sealed values, and no metadata of sops: it was cut off, and nobody opens it')
  // sops cuts a file to nothing before it writes: a full disk leaves it so.
  if (text === '' && /[^/]\.(sops|enc)(\.|$)/.test(path)) return damaged(path, 'sealed-empty', 'is named like a sealed file, and empty')
  return maySealed(text) ? readSealed(path, text) : undefined
}

/** What git finds in every file that sops sealed. */
export const SEALED_MARK = 'ENC[AES256_GCM,data:'

interface Clone {
  readonly root: string
  readonly head: string
  /** Files of the commit that hold sealed values. */
  readonly marked: ReadonlySet<string>
  /** Files that differ from the commit. */
  readonly edited: ReadonlySet<string>
}

async function readOne({ files }: Pick<ReadContext, 'files'>, { root, marked }: Clone, path: string): Promise<Found> {
  try {
    return readText(path, await files.readText(`${root}/${path}`))
  } catch (error) {
    const problem = problemOf(path, error)
    if (!isUnread(problem)) return problem
    if (!marked.has(path)) return undefined
    return {
      ...problem,
      message: `${path}: sealed, and ${problem.message}`,
      hints: [`sops decrypt ${path} > /dev/null   tells whether it opens`],
    }
  }
}

async function readCommitted({ git }: Pick<ReadContext, 'git'>, { root, head }: Clone, path: string): Promise<Found> {
  try {
    return readText(path, (await git.show(root, head, path)) ?? '')
  } catch (error) {
    return problemOf(path, error)
  }
}

const byPath = (one: { path: string }, other: { path: string }): number => (one.path < other.path ? -1 : one.path > other.path ? 1 : 0)

async function cloneOf({ git }: Pick<ReadContext, 'git'>, root: string): Promise<Clone> {
  const head = await git.head(root)
  const [marked, edited] = await Promise.all([git.holding(root, head, SEALED_MARK), git.changed(root, head)])
  return { root, head, marked: new Set(marked), edited: new Set(edited) }
}

type Context = Pick<ReadContext, 'files' | 'git'>

interface Lying {
  readonly clone: Clone
  readonly tracked: readonly string[]
  /** Paths that git knows and that lie there as files: a link leads to one that has its own place, or to none of this repository. */
  readonly there: readonly string[]
}

async function lying(ctx: Context, dir: string): Promise<Lying> {
  const root = await ctx.git.root(dir)
  const [tracked, walked, clone] = await Promise.all([ctx.git.tracked(root), ctx.files.walk(root), cloneOf(ctx, root)])
  const known = new Set(tracked)
  return { clone, tracked, there: walked.filter((path) => known.has(path)) }
}

const sorted = (found: readonly Found[]): Pick<SealedSurvey, 'files' | 'problems'> => {
  const read = found.filter((one) => one !== undefined)
  return { files: read.filter((one) => 'documents' in one).sort(byPath), problems: read.filter((one) => 'code' in one).sort(byPath) }
}

/** `dir`: a folder in the clone. Only files that git knows. */
export async function surveySealed(ctx: Context, dir: string): Promise<SealedSurvey> {
  const { clone, tracked, there } = await lying(ctx, dir)
  const present = new Set(there)
  // A sparse checkout has not all of them, and git does not call the others changed.
  const hidden = [...clone.marked].filter((path) => clone.edited.has(path) || !present.has(path))
  const [submodules, read, committed] = [
    await ctx.git.submodules(clone.root),
    await sideBySide(there, 16, (path) => readOne(ctx, clone, path)),
    await sideBySide(hidden, 8, (path) => readCommitted(ctx, clone, path)),
  ]
  const found = sorted([...read, ...committed])
  const paths = new Set([...found.files, ...found.problems].map(({ path }) => path))
  return { root: clone.root, head: clone.head, tracked, ...found, uncommitted: hidden.filter((path) => paths.has(path)).sort(), submodules }
}

/** The same of the work tree alone: what is committed otherwise is not read. For whoever is about to commit what lies there. */
export async function surveyWorkTree(ctx: Context, dir: string): Promise<Omit<SealedSurvey, 'uncommitted' | 'submodules'>> {
  const { clone, tracked, there } = await lying(ctx, dir)
  return { root: clone.root, head: clone.head, tracked, ...sorted(await sideBySide(there, 16, (path) => readOne(ctx, clone, path))) }
}

/** As they lie in the work tree; what does not lie there at all, as it is committed. */
export const workTreeFiles = ({ files }: Pick<SealedSurvey, 'files'>): SealedFile[] =>
  [...new Map([...files].reverse().map((file) => [file.path, file])).values()].reverse()

/** Files of a survey once more, as they lie in the clone now: one that is gone, or sealed no more, is a problem. */
export async function rereadSealed(
  { files }: Pick<ReadContext, 'files'>,
  root: string,
  paths: readonly string[],
): Promise<Pick<SealedSurvey, 'files' | 'problems'>> {
  const read = await sideBySide(paths, 16, async (path) => {
    try {
      const text = await files.readText(`${root}/${path}`)
      return readText(path, text) ?? damaged(path, 'sealed-gone', 'it is no sealed file any more')
    } catch (error) {
      return problemOf(path, error)
    }
  })
  return { files: read.filter((one) => 'documents' in one).sort(byPath), problems: read.filter((one) => 'code' in one).sort(byPath) }
}
