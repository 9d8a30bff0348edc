// What checks and plan read: the clone and its sealed files, the cluster and its keys, and what follows from both together.
import { type ClusterSurvey, ofKind, surveyCluster } from '../../src/actions/cluster-survey.ts'
import { type ClusterKeys, importedIdentities, readClusterKeys } from '../../src/actions/keys/cluster-keys.ts'
import { type SealedSurvey, surveySealed, workTreeFiles } from '../../src/actions/keys/sealed-survey.ts'
import { once } from '../../src/actions/once.ts'
import { refusal } from '../../src/errors.ts'
import { type SyncedPath, syncedPaths } from '../../src/flux/synced-paths.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import type { RemoteBranch } from '../../src/ports/git.ts'
import type { NativeKind } from '../../src/sops/keys/generate.ts'
import type { Identity } from '../../src/sops/keys/identities.ts'
import type { SealedFile } from '../../src/sops/sealed/model.ts'
import { isSealedTo } from '../../src/sops/sealed/sealed-to.ts'
import type { RotateInput } from './input.ts'

export interface Clone {
  readonly root: string
  readonly head: string
  readonly branch: string | undefined
  readonly upstream: RemoteBranch | undefined
}

export const clusterOf = (ctx: ReadContext): Promise<ClusterSurvey> =>
  once(ctx, 'cluster', () => surveyCluster(ctx.kube, ctx.target.namespace))

export const keysOf = (ctx: ReadContext): Promise<ClusterKeys[]> =>
  once(ctx, 'keys', async () => {
    const { objects, deployments } = await clusterOf(ctx)
    return readClusterKeys(ctx.kube, { objects: ofKind(objects, 'Kustomization'), deployments })
  })

export const cloneOf = (ctx: ReadContext, { repo }: RotateInput): Promise<Clone> =>
  once(ctx, `clone ${repo}`, async () => {
    const root = await ctx.git.root(repo)
    const [head, branch, upstream] = await Promise.all([ctx.git.head(root), ctx.git.branch(root), ctx.git.upstream(root)])
    return { root, head, branch, upstream }
  })

export const sealedOf = (ctx: ReadContext, { repo }: RotateInput): Promise<SealedSurvey> =>
  once(ctx, `sealed ${repo}`, () => surveySealed(ctx, repo))

/** Folders of this clone that the cluster applies. */
export async function syncedOf(ctx: ReadContext, input: RotateInput): Promise<SyncedPath[]> {
  const [{ objects }, { root }] = await Promise.all([clusterOf(ctx), cloneOf(ctx, input)])
  const world = { kustomizations: ofKind(objects, 'Kustomization'), gitRepositories: ofKind(objects, 'GitRepository') }
  return syncedPaths(
    world,
    (await ctx.git.remotes(root)).map(({ url }) => url),
  )
}

export interface OldKey {
  readonly recipient: string
  readonly kind: NativeKind
  readonly identity: Identity
  /** The Secrets that hold it. */
  readonly secrets: readonly ClusterKeys[]
  /** What is sealed to it. */
  readonly files: readonly SealedFile[]
}

const isNative = (identity: Identity): identity is Identity & { readonly recipient: string } =>
  identity.kind !== 'plugin' && identity.recipient !== undefined

/** Keys of the cluster that something in the repository is sealed to, by recipient. */
export async function candidates(ctx: ReadContext, input: RotateInput): Promise<Map<string, OldKey>> {
  const [keys, survey] = await Promise.all([keysOf(ctx), sealedOf(ctx, input)])
  const files = workTreeFiles(survey)
  const found = new Map<string, OldKey>()
  for (const identity of keys.flatMap(importedIdentities).filter(isNative)) {
    const { recipient, kind } = identity
    const sealed = files.filter((file) => isSealedTo(file, recipient))
    if (found.has(recipient) || sealed.length === 0) continue
    const secrets = keys.filter((one) => importedIdentities(one).some((each) => each.recipient === recipient))
    found.set(recipient, { recipient, kind: kind as NativeKind, identity, secrets, files: sealed })
  }
  return found
}

/** Throws OpsError (refused) `old-key-unknown`, `old-key-several`. */
export const oldKeyOf = (ctx: ReadContext, input: RotateInput): Promise<OldKey> =>
  once(ctx, `old key ${input.old ?? ''}`, async () => {
    const found = await candidates(ctx, input)
    if (input.old !== undefined) return found.get(input.old) ?? notThere(ctx, input.old)
    const [only, ...others] = found.values()
    if (only === undefined) return notThere(ctx, undefined)
    if (others.length === 0) return only
    const lines = [...found.values()].map(({ recipient, files }) => `--key ${recipient}   ${files.length} files`)
    throw refusal(
      'old-key-several',
      `files of the repository are sealed to ${found.size} keys of the cluster: which one is to go?`,
      ...lines,
      'or a rotation has stopped half-way, and one of them is its new key:  flux-ops runs list',
    )
  })

async function notThere(ctx: ReadContext, wanted: string | undefined): Promise<never> {
  const keys = await keysOf(ctx)
  const problems = keys.flatMap((each) => each.problems)
  const held = keys.flatMap(importedIdentities).flatMap(({ recipient }) => recipient ?? [])
  const what =
    wanted === undefined
      ? 'no sealed file of the repository is sealed to a key that the cluster decrypts with'
      : `${wanted} is no key that the cluster decrypts with and a file of the repository is sealed to`
  throw refusal(
    'old-key-unknown',
    problems[0] === undefined ? what : `${what}; not every key could be read: ${problems[0]}`,
    held.length === 0 ? 'no Kustomization of the cluster decrypts with an age key' : `the cluster has: ${[...new Set(held)].join(', ')}`,
    'the clone of what the cluster applies:  --repo DIR',
  )
}

/** Kustomizations (`namespace/name`) that decrypt with a Secret of the old key. */
export const usersOf = ({ secrets }: Pick<OldKey, 'secrets'>): string[] => [
  ...new Set(secrets.flatMap(({ usedBy }) => usedBy.map((user) => user.replace(/^Kustomization /, '')))),
]

/** `.sops.yaml` files that git knows. */
export const ruleFiles = ({ tracked }: Pick<SealedSurvey, 'tracked'>): string[] =>
  tracked.filter((path) => /(^|\/)\.sops\.yaml$/.test(path))
