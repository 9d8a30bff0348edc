// The trees of a clone in which kustomizations are followed: as it is committed, as it lies there where that is another, and as it was at commits that
// are applied still. Of most files the path is enough; text is read of kustomization files alone.
import { messageOf, OpsError } from '../../errors.ts'
import { isKustomizationFile, KustomizeTree } from '../../flux/kustomize-tree.ts'
import type { SyncedPath } from '../../flux/synced-paths.ts'
import type { ReadContext } from '../../ports/context.ts'
import { sideBySide } from '../side-by-side.ts'
import { SEALED_MARK, type SealedSurvey } from './sealed-survey.ts'

export type TreeContext = Pick<ReadContext, 'files' | 'git'>

export interface AppliedPaths {
  readonly paths: readonly string[]
  /** Why what a kustomization file names is not known, one sentence for each. */
  readonly unknown: readonly string[]
}

export type AppliedTree = (of: Pick<SyncedPath, 'path' | 'components'>) => AppliedPaths

/** A commit that is not the clone's. */
export interface EarlierTree {
  readonly tree: AppliedTree
  /** Paths that differ from the commit of the clone. */
  readonly changed: ReadonlySet<string>
  /** Paths that hold sealed values. */
  readonly sealed: ReadonlySet<string>
}

export interface AppliedTrees {
  /** As committed, and as it lies there: a person may be about to commit that, so what either of them names counts. */
  readonly now: readonly AppliedTree[]
  /** Read once. Throws OpsError where the clone does not have the commit. */
  at(commit: string): Promise<EarlierTree>
}

/** By path: the text, or why there is none. */
type Texts = ReadonlyMap<string, { readonly text: string } | { readonly why: string }>

async function textsOf(paths: readonly string[], read: (path: string) => Promise<string>): Promise<Texts> {
  const texts = new Map<string, { text: string } | { why: string }>()
  await sideBySide(paths.filter(isKustomizationFile), 8, async (path) => {
    try {
      texts.set(path, { text: await read(path) })
    } catch (error) {
      if (!(error instanceof OpsError)) throw error
      texts.set(path, { why: messageOf(error) })
    }
  })
  return texts
}

/** The commit of the clone. */
interface Base {
  readonly paths: readonly string[]
  readonly texts: Texts
  /** What lies there as another one, or not at all. */
  readonly edited: ReadonlySet<string>
}

function treeOf(paths: readonly string[], texts: Texts): AppliedTree {
  const textAt = (path: string): string => {
    const found = texts.get(path)
    return found !== undefined && 'text' in found ? found.text : ''
  }
  const tree = new KustomizeTree(paths.map((path) => ({ path, text: textAt(path) })))
  const unknownOf = (path: string): string[] => {
    const found = texts.get(path)
    return found !== undefined && 'why' in found ? [`${path} cannot be read, and what it names is not known: ${found.why}`] : []
  }
  return ({ path, components }) => {
    const applied = tree.applied(path, components)
    return { paths: applied, unknown: applied.flatMap(unknownOf) }
  }
}

/** A file that git does not call changed lies there as it is committed, and is read faster from there; a sparse checkout does not have it. */
async function committedText({ files, git }: TreeContext, { root, head }: SealedSurvey, path: string, isEdited: boolean): Promise<string> {
  try {
    if (!isEdited) return await files.readText(`${root}/${path}`)
  } catch (error) {
    if (!(error instanceof OpsError) || error.code !== 'file-missing') throw error
  }
  return (await git.show(root, head, path)) ?? ''
}

async function treeThere(ctx: TreeContext, survey: SealedSurvey, base: Base): Promise<AppliedTree> {
  const { paths, texts, edited } = base
  const known = new Set(survey.tracked)
  // A link that took the place of a file is none of these: Flux leaves links out.
  const lying = (await ctx.files.walk(survey.root)).filter((path) => edited.has(path) && known.has(path))
  const newer = await textsOf(lying, (path) => ctx.files.readText(`${survey.root}/${path}`))
  return treeOf([...paths.filter((path) => !edited.has(path)), ...lying], new Map([...texts, ...newer]))
}

/** What did not change since is known already: of an old commit little is left to read. */
async function treeAt({ git }: TreeContext, { root, head }: SealedSurvey, { texts }: Base, commit: string): Promise<EarlierTree> {
  const [paths, changes, sealed] = await Promise.all([
    git.filesAt(root, commit),
    git.changed(root, commit, head),
    git.holding(root, commit, SEALED_MARK),
  ])
  const changed = new Set(changes)
  const differing = paths.filter((path) => changed.has(path))
  const older = await textsOf(differing, async (path) => (await git.show(root, commit, path)) ?? '')
  return { tree: treeOf(paths, new Map([...texts, ...older])), changed, sealed: new Set(sealed) }
}

/** Throws OpsError as git does. */
export async function appliedTrees(ctx: TreeContext, survey: SealedSurvey): Promise<AppliedTrees> {
  const { root, head } = survey
  const [paths, changes] = await Promise.all([ctx.git.filesAt(root, head), ctx.git.changed(root, head)])
  const edited = new Set(changes)
  const texts = await textsOf(paths, (path) => committedText(ctx, survey, path, edited.has(path)))
  const base = { paths, texts, edited }
  const earlier = new Map<string, Promise<EarlierTree>>()
  return {
    now: [treeOf(paths, texts), ...(edited.size === 0 ? [] : [await treeThere(ctx, survey, base)])],
    at: (commit) => {
      const tree = earlier.get(commit) ?? treeAt(ctx, survey, base, commit)
      earlier.set(commit, tree)
      return tree
    },
  }
}
