// What checks and plan read: cluster and clone as they are, and what follows from both together.
import { type ClusterSurvey, surveyCluster } from '../../src/actions/cluster-survey.ts'
import { findForge } from '../../src/actions/forge.ts'
import { isWritable, type WritableStyle } from '../../src/actions/installation.ts'
import { liveVersion, styleOf, syncedOf } from '../../src/actions/installation-survey.ts'
import { readChanges } from '../../src/actions/migrate-files.ts'
import { once } from '../../src/actions/once.ts'
import { type RepositorySurvey, surveyRepository } from '../../src/actions/repository-survey.ts'
import { below, syncedTree } from '../../src/actions/synced-files.ts'
import { OpsError, refusal } from '../../src/errors.ts'
import { type ApiRewrite, type HopRewrites, rewritesForHop } from '../../src/flux/api-rewrites.ts'
import { type ReleaseFacts, release } from '../../src/flux/catalogue/index.ts'
import type { RepoFile } from '../../src/flux/files.ts'
import { type Hop, planHops } from '../../src/flux/hops.ts'
import { COMPONENTS, type Component } from '../../src/flux/kinds.ts'
import { type ManifestFinding, type ManifestScan, scanManifests } from '../../src/flux/manifests.ts'
import type { Style, SyncedPath } from '../../src/flux/styles.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import type { ForgeRepository } from '../../src/ports/forge.ts'
import type { UpgradeInput } from './input.ts'
import { inPullRequest } from './pull-request.ts'

export { liveVersion, styleOf, syncedOf }

export const clusterOf = (ctx: ReadContext): Promise<ClusterSurvey> =>
  once(ctx, 'cluster', () => surveyCluster(ctx.kube, ctx.target.namespace))

export const repositoryOf = (ctx: ReadContext, input: UpgradeInput): Promise<RepositorySurvey> =>
  once(ctx, `repository ${input.repo}`, async () => {
    const clone = await surveyRepository(ctx, input.repo)
    return input.ci === true ? inPullRequest(ctx, input, clone, await clusterOf(ctx)) : clone
  })

/** Where the pull request is opened; undefined when none is asked for. Throws as findForge does. */
export async function forgeFor(ctx: ReadContext, input: UpgradeInput, repository: RepositorySurvey): Promise<ForgeRepository | undefined> {
  const { pullRequest: asked } = input
  const { root, upstream } = repository
  if (!asked || !upstream) return undefined
  return once(ctx, `forge ${upstream.url}`, () => findForge(ctx, { root, url: upstream.url }, { kind: asked.forge, url: asked.url }))
}

export const targetOf = (input: UpgradeInput): ReleaseFacts => release(input.to)

/** Components that the target's manifests will hold, where the style says so: CRDs of others are left as they are. */
export function componentsOf(style: WritableStyle): readonly Component[] | undefined {
  if (style.style === 'operator') return style.components
  return style.style === 'bootstrap' ? COMPONENTS.filter((each) => style.pin.components?.includes(each)) : undefined
}

/** A style that this runbook can change. */
export function supported(style: Style): WritableStyle {
  if (isWritable(style)) return style
  const hints = 'hints' in style ? style.hints : []
  throw refusal('style-unsupported', `Flux is installed in a way that upgrade cannot change: ${style.style}`, ...hints)
}

/** The GitRepository through which the cluster follows this clone: the one that most Kustomizations use. */
export function sourceOf(synced: readonly SyncedPath[]): string {
  const uses = new Map<string, number>()
  for (const path of synced) uses.set(path.source, (uses.get(path.source) ?? 0) + 1)
  const [first] = [...uses].sort((one, other) => other[1] - one[1])
  if (first) return first[0]
  throw new OpsError({
    code: 'source-missing',
    message: 'no GitRepository of the cluster follows this repository',
    hints: ['flux get sources git -A'],
  })
}

export interface ChainInput {
  readonly from: string
  readonly to: string
  readonly kubernetes: string
  readonly via?: readonly string[] | undefined
}

/** The hops from what runs to the target, one or more. Throws the planner's refusal. */
export function chainOf(
  cluster: ClusterSurvey,
  components: readonly Component[] | undefined,
  { via = [], ...rest }: ChainInput,
): readonly Hop[] {
  const planned = planHops({ ...rest, via, crds: cluster.crds, ...(components === undefined ? {} : { components }) })
  if (planned.kind === 'refused') throw refusal(planned.code, planned.reason, ...planned.hints)
  if (planned.kind === 'nothing') throw refusal('nothing-to-do', `the cluster already runs Flux ${planned.version}`, 'flux-ops status')
  return planned.hops
}

/** For the checks. Throws as chainOf, and what says that version or style are not known. */
export const hopsFor = (ctx: ReadContext, input: UpgradeInput): Promise<readonly Hop[]> =>
  once(ctx, `hops ${input.to} ${(input.via ?? []).join(' ')}`, async () => {
    const [cluster, repository, identity] = await Promise.all([clusterOf(ctx), repositoryOf(ctx, input), ctx.kube.identity()])
    const components = componentsOf(supported(styleOf(cluster, repository)))
    return chainOf(cluster, components, {
      from: liveVersion(cluster),
      to: targetOf(input).version,
      kubernetes: identity.version,
      via: input.via,
    })
  })

export interface RemovedApis {
  readonly tree: readonly string[]
  readonly scan: ManifestScan
  /** What the flux CLI would rewrite, or in a chain we ourselves, hop by hop. */
  readonly changes: readonly ApiRewrite[]
  /** Findings that stay. */
  readonly left: readonly ManifestFinding[]
  /** Of a chain, one for each hop. */
  readonly hops: readonly HopRewrites[]
}

/** Manifests of the synced tree that the target would refuse, and which of them the flux CLI can rewrite. */
export async function removedApis(
  ctx: ReadContext,
  cluster: ClusterSurvey,
  repository: RepositorySurvey,
  to: string,
  hops: readonly Hop[] = [],
): Promise<RemovedApis> {
  const tree = syncedTree(
    repository.files,
    syncedOf(cluster, repository).map((each) => each.path),
  )
  const isIn = below(tree)
  const files = repository.files.filter(({ path }) => isIn(path))
  if (hops.length > 1) return alongChain(files, tree, hops)
  const scan = scanManifests(files, to)
  // Only where the target drops something: the CLI rewrites to the newest versions it knows, whether the target needs that or not.
  const changes = scan.findings.length === 0 ? [] : await readChanges(ctx, repository.root, tree)
  const changed = new Set(changes.map((change) => `${change.file}:${change.line}`))
  const left = scan.findings.filter((finding) => !changed.has(`${finding.file}:${finding.line}`))
  return { tree, scan, changes, left, hops: [] }
}

/** Every hop works on what the one before it has left. */
function alongChain(files: readonly RepoFile[], tree: readonly string[], hops: readonly Hop[]): RemovedApis {
  const done: HopRewrites[] = []
  for (const [index, { from, to }] of hops.entries()) {
    const later = hops.slice(index + 1).map((hop) => hop.to)
    done.push(rewritesForHop(done.at(-1)?.files ?? files, { from, to, later }))
  }
  const last = done.at(-1)?.scan
  const left = done.flatMap((each) => each.left)
  return {
    tree,
    scan: {
      findings: done.flatMap((each) => each.scan.findings),
      unscannable: last?.unscannable ?? [],
      files: last?.files ?? 0,
      objects: last?.objects ?? 0,
    },
    changes: done.flatMap((each) => each.rewrites),
    // What nobody rewrites is found again at every hop.
    left: left.filter((finding, index) => left.findIndex((each) => each.file === finding.file && each.line === finding.line) === index),
    hops: done,
  }
}

export const removedApisOf = async (ctx: ReadContext, input: UpgradeInput): Promise<RemovedApis> =>
  once(ctx, `removed apis ${input.to}`, async () => {
    const [cluster, repository] = [await clusterOf(ctx), await repositoryOf(ctx, input)]
    return removedApis(ctx, cluster, repository, targetOf(input).version, await knownHops(ctx, input))
  })

/** [] where no chain is known: check stored-versions says why. */
export const knownHops = (ctx: ReadContext, input: UpgradeInput): Promise<readonly Hop[]> =>
  hopsFor(ctx, input).catch((error: unknown) => {
    if (error instanceof OpsError) return []
    throw error
  })
