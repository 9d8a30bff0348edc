// Which sealed files a cluster applies, and with which Secret it opens them: what the kustomizations of a Flux Kustomization name, at the clone's commit
// and in its work tree. Of a Kustomization that last applied another commit, that commit tells what it applies still.
import { keyOf, type SyncedPath, syncedPaths } from '../../flux/synced-paths.ts'
import type { KubeObject } from '../../ports/kube.ts'
import type { SealedFile } from '../../sops/sealed/model.ts'
import { sideBySide } from '../side-by-side.ts'
import { type Before, beforeOf, byRevision } from './applied-before.ts'
import { type AppliedTrees, appliedTrees, type TreeContext } from './applied-trees.ts'
import type { ClusterKeys } from './cluster-keys.ts'
import type { ClusterWorld } from './drill.ts'
import type { SealedSurvey } from './sealed-survey.ts'

export interface AppliedSealed {
  /** In the order of the survey; a file that is not as it is committed is there twice. */
  readonly files: readonly SealedFile[]
  /** Why it is not known whether these are all. */
  readonly unknown: readonly string[]
}

export interface AppliedFiles {
  readonly atHead: readonly SealedFile[]
  /** Files that are other ones, or applied no more, at a revision that is applied now. */
  readonly before: readonly Before[]
  /** Kustomizations that decrypt with it and apply another source. */
  readonly elsewhere: readonly string[]
  readonly unknown: readonly string[]
}

interface Applied extends SyncedPath, AppliedSealed {
  readonly object: KubeObject
}

const NONE: AppliedFiles = { atHead: [], before: [], elsewhere: [], unknown: [] }

function sealedOf({ now }: AppliedTrees, survey: SealedSurvey, owner: SyncedPath): AppliedSealed {
  const found = now.map((tree) => tree(owner))
  const paths = new Set(found.flatMap((one) => one.paths))
  const unknown = found.flatMap((one) => one.unknown).map((why) => `Kustomization ${owner.kustomization}: ${why}`)
  return { files: survey.files.filter(({ path }) => paths.has(path)), unknown: [...new Set(unknown)] }
}

/**
 * By `namespace/name`, an entry for each of `owners` (see syncedPaths): a file is in every one that applies it, and one that none applies is in none.
 * Throws OpsError as git does.
 */
export async function filesByKustomization(
  ctx: TreeContext,
  survey: SealedSurvey,
  owners: readonly SyncedPath[],
): Promise<ReadonlyMap<string, AppliedSealed>> {
  const trees = await appliedTrees(ctx, survey)
  return new Map(owners.map((owner) => [owner.kustomization, sealedOf(trees, survey, owner)]))
}

async function filesOf(
  ctx: TreeContext,
  survey: SealedSurvey,
  trees: AppliedTrees,
  { usedBy }: ClusterKeys,
  owners: readonly Applied[],
): Promise<AppliedFiles> {
  const users = owners.filter(({ kustomization }) => usedBy.includes(`Kustomization ${kustomization}`))
  const applied = new Set(users.flatMap(({ files }) => files))
  const here = new Set(users.map(({ kustomization }) => `Kustomization ${kustomization}`))
  const found = await sideBySide(users, 4, (owner) => beforeOf(ctx.git, survey, trees, owner))
  const before = found.filter((one) => typeof one === 'object')
  return {
    atHead: survey.files.filter((file) => applied.has(file)),
    before: byRevision(before),
    elsewhere: usedBy.filter((user) => !here.has(user)),
    unknown: [
      ...users.flatMap(({ unknown }) => unknown),
      ...before.flatMap(({ unknown }) => unknown),
      ...found.filter((one) => typeof one === 'string'),
    ],
  }
}

/** What Flux fetches of submodules is applied as well, and no part of this clone. */
export const modulesOf = (
  { gitRepositories }: Pick<ClusterWorld, 'gitRepositories'>,
  { submodules }: Pick<SealedSurvey, 'submodules'>,
  owners: readonly SyncedPath[],
): string[] => {
  const fetched = gitRepositories.filter((source) => source.spec?.recurseSubmodules === true).map(keyOf)
  return submodules.length > 0 && owners.some(({ source }) => fetched.includes(source))
    ? [`Flux fetches submodules, and nothing in them was looked at: ${submodules.join(', ')}`]
    : []
}

export async function appliedFiles(
  ctx: TreeContext,
  survey: SealedSurvey,
  cluster: ClusterWorld,
): Promise<{ of(keys: ClusterKeys): AppliedFiles; readonly unknown: readonly string[] }> {
  const remotes = (await ctx.git.remotes(survey.root)).map(({ url }) => url)
  const byKey = new Map(cluster.kustomizations.map((object) => [keyOf(object), object]))
  const owners = syncedPaths(cluster, remotes)
  if (owners.length === 0)
    return { of: () => NONE, unknown: ['this cluster applies nothing of this repository: no GitRepository has one of its remotes'] }
  const trees = await appliedTrees(ctx, survey)
  const applied = owners.map((owner): Applied => {
    const object = byKey.get(owner.kustomization) as KubeObject
    return { ...owner, ...sealedOf(trees, survey, owner), object }
  })
  const bySecret = new Map<string, AppliedFiles>()
  for (const keys of cluster.keys) bySecret.set(keys.id, await filesOf(ctx, survey, trees, keys, applied))
  return { of: ({ id }) => bySecret.get(id) ?? NONE, unknown: modulesOf(cluster, survey, owners) }
}
