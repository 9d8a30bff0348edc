// What a Kustomization applies still that the commit of the clone has otherwise: a key that was taken out too early shows here.
import { messageOf, OpsError } from '../../errors.ts'
import { appliedRevision, commitOf } from '../../flux/revisions.ts'
import type { SyncedPath } from '../../flux/synced-paths.ts'
import type { GitReader } from '../../ports/git.ts'
import type { KubeObject } from '../../ports/kube.ts'
import type { SealedFile } from '../../sops/sealed/model.ts'
import { readSealed } from '../../sops/sealed/read.ts'
import { sideBySide } from '../side-by-side.ts'
import type { AppliedTrees } from './applied-trees.ts'
import type { SealedSurvey } from './sealed-survey.ts'

export interface Before {
  readonly revision: string
  readonly files: readonly SealedFile[]
}

/** A Kustomization, and the sealed files that it applies now. */
interface Owner extends SyncedPath {
  readonly object: KubeObject
  readonly files: readonly SealedFile[]
}

async function sealedAt(git: GitReader, root: string, commit: string, paths: readonly string[]): Promise<SealedFile[]> {
  const found = await sideBySide(paths, 8, async (path) => readSealed(path, (await git.show(root, commit, path)) ?? ''))
  return found.filter((file) => file !== undefined)
}

/** Undefined where it applied the very commit; a sentence where it cannot be told. */
export async function beforeOf(
  git: GitReader,
  { root, head }: SealedSurvey,
  trees: AppliedTrees,
  owner: Owner,
): Promise<(Before & { readonly unknown: readonly string[] }) | string | undefined> {
  const { kustomization } = owner
  const revision = appliedRevision(owner.object)
  const commit = commitOf(revision)
  if (revision === undefined) return `Kustomization ${kustomization} has applied nothing yet`
  if (commit === undefined) return `Kustomization ${kustomization} applied ${revision}, which names no commit`
  if (commit === head) return undefined
  try {
    const { tree, changed, sealed } = await trees.at(commit)
    const then = tree(owner)
    // Told by the kustomizations of that commit: those of the clone may have dropped a file that is applied to this day.
    const now = new Set(owner.files.map(({ path }) => path))
    const paths = then.paths.filter((path) => sealed.has(path) && (changed.has(path) || !now.has(path)))
    const unknown = then.unknown.map((why) => `Kustomization ${kustomization}, of ${revision}: ${why}`)
    return { revision, files: await sealedAt(git, root, commit, paths), unknown }
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    return `Kustomization ${kustomization} applied ${revision}, which cannot be read in the clone: ${messageOf(error)}`
  }
}

/** One for each revision, and in it one for each file: more than one Kustomization may apply it. */
export function byRevision(found: readonly Before[]): Before[] {
  const revisions = new Map<string, Map<string, SealedFile>>()
  for (const { revision, files } of found) {
    const known = revisions.get(revision) ?? new Map<string, SealedFile>()
    for (const file of files) known.set(file.path, file)
    if (known.size > 0) revisions.set(revision, known)
  }
  return [...revisions].map(([revision, files]) => ({ revision, files: [...files.values()] }))
}
