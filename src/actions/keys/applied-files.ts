// Which sealed files a cluster applies, and with which Secret it opens them: the Kustomization with the deepest folder above a file is the one that
// applies it. Files that it last applied at another commit than the clone's are read from that commit.
import { messageOf, OpsError } from '../../errors.ts'
import { appliedRevision, commitOf } from '../../flux/revisions.ts'
import { isUnder, keyOf, type SyncedPath, syncedPaths } from '../../flux/synced-paths.ts'
import type { ReadContext } from '../../ports/context.ts'
import type { KubeObject } from '../../ports/kube.ts'
import type { SealedFile } from '../../sops/sealed/model.ts'
import { metadataOf, readSealed } from '../../sops/sealed/read.ts'
import { type ClusterKeys, importedIdentities } from './cluster-keys.ts'
import type { ClusterWorld } from './drill.ts'
import { SEALED_MARK, type SealedSurvey } from './sealed-survey.ts'

export interface AppliedFiles {
  readonly atHead: readonly SealedFile[]
  /** Files that are other ones at a revision that is applied now. */
  readonly before: readonly { readonly revision: string; readonly files: readonly SealedFile[] }[]
  /** Kustomizations that decrypt with it and apply another source. */
  readonly elsewhere: readonly string[]
  readonly unknown: readonly string[]
}

interface Owner extends SyncedPath {
  readonly object: KubeObject
}

const NONE: AppliedFiles = { atHead: [], before: [], elsewhere: [], unknown: [] }

type Context = Pick<ReadContext, 'git'>

const recipientsOf = (file: SealedFile): string[] =>
  metadataOf(file)?.groups.flatMap(({ age }) => age.map(({ recipient }) => recipient)) ?? []

/** All that share the deepest folder: one folder may be applied twice. */
const ownersOf = (path: string, owners: readonly Owner[]): readonly Owner[] => {
  const above = owners.filter((owner) => isUnder(path, owner.path))
  const deepest = Math.max(...above.map((owner) => owner.path.length))
  return above.filter((owner) => owner.path.length === deepest)
}

async function filesAt(ctx: Context, root: string, commit: string, paths: readonly string[]): Promise<SealedFile[]> {
  const files: SealedFile[] = []
  for (const path of paths) {
    const text = await ctx.git.show(root, commit, path)
    const file = text === undefined ? undefined : readSealed(path, text)
    if (file !== undefined) files.push(file)
  }
  return files
}

/** What of `owner` was sealed otherwise at the commit it last applied. */
async function beforeOf(
  ctx: Context,
  survey: SealedSurvey,
  owner: Owner,
  owners: readonly Owner[],
): Promise<AppliedFiles['before'][number] | string | undefined> {
  const revision = appliedRevision(owner.object)
  const commit = commitOf(revision)
  if (revision === undefined) return `Kustomization ${owner.kustomization} has applied nothing yet`
  if (commit === undefined) return `Kustomization ${owner.kustomization} applied ${revision}, which names no commit`
  if (commit === survey.head) return undefined
  try {
    const changed = (await ctx.git.changed(survey.root, commit, survey.head)).filter((path) => ownersOf(path, owners).includes(owner))
    const sealed = new Set(changed.length === 0 ? [] : await ctx.git.holding(survey.root, commit, SEALED_MARK))
    const paths = changed.filter((path) => sealed.has(path))
    return { revision, files: await filesAt(ctx, survey.root, commit, paths) }
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    return `Kustomization ${owner.kustomization} applied ${revision}, which cannot be read in the clone: ${messageOf(error)}`
  }
}

async function filesOf(ctx: Context, survey: SealedSurvey, keys: ClusterKeys, owners: readonly Owner[]): Promise<AppliedFiles> {
  const users = owners.filter(({ kustomization }) => keys.usedBy.includes(`Kustomization ${kustomization}`))
  const keysOf = new Set(importedIdentities(keys).map(({ recipient }) => recipient))
  const atHead = survey.files.filter((file) => {
    const above = ownersOf(file.path, owners)
    // A base that folders with a Kustomization refer to: it is taken for one of the Secret that it is sealed to.
    return above.length === 0 ? recipientsOf(file).some((one) => keysOf.has(one)) : above.some((owner) => users.includes(owner))
  })
  const here = new Set(users.map(({ kustomization }) => `Kustomization ${kustomization}`))
  const elsewhere = keys.usedBy.filter((user) => !here.has(user))
  const found = await Promise.all(users.map((owner) => beforeOf(ctx, survey, owner, owners)))
  const before = found.filter((one) => typeof one === 'object').filter(({ files }) => files.length > 0)
  return { atHead, before, elsewhere, unknown: found.filter((one) => typeof one === 'string') }
}

/** What Flux fetches of submodules is applied as well, and no part of this clone. */
const modulesOf = ({ gitRepositories }: ClusterWorld, { submodules }: SealedSurvey, owners: readonly Owner[]): string[] => {
  const fetched = gitRepositories.filter((source) => source.spec?.recurseSubmodules === true).map(keyOf)
  return submodules.length > 0 && owners.some(({ source }) => fetched.includes(source))
    ? [`Flux fetches submodules, and nothing in them was looked at: ${submodules.join(', ')}`]
    : []
}

export async function appliedFiles(
  ctx: Context,
  survey: SealedSurvey,
  cluster: ClusterWorld,
): Promise<{ of(keys: ClusterKeys): AppliedFiles; readonly unknown: readonly string[] }> {
  const remotes = (await ctx.git.remotes(survey.root)).map(({ url }) => url)
  const byKey = new Map(cluster.kustomizations.map((object) => [keyOf(object), object]))
  const owners = syncedPaths(cluster, remotes).map((path): Owner => ({ ...path, object: byKey.get(path.kustomization) as KubeObject }))
  if (owners.length === 0)
    return { of: () => NONE, unknown: ['this cluster applies nothing of this repository: no GitRepository has one of its remotes'] }
  const bySecret = new Map<string, AppliedFiles>()
  for (const keys of cluster.keys) bySecret.set(keys.id, await filesOf(ctx, survey, keys, owners))
  return { of: ({ id }) => bySecret.get(id) ?? NONE, unknown: modulesOf(cluster, survey, owners) }
}
