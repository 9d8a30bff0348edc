// What checks and plan read: cluster and clone as they are, and what follows from both together.
import { type ClusterSurvey, clusterEvidence, surveyCluster } from '../../src/actions/cluster-survey.ts'
import { type FileChange, readChanges } from '../../src/actions/migrate-files.ts'
import { once } from '../../src/actions/once.ts'
import { type RepositorySurvey, surveyRepository } from '../../src/actions/repository-survey.ts'
import { belowAny, syncedTree } from '../../src/actions/synced-files.ts'
import { OpsError, refusal } from '../../src/errors.ts'
import { type ReleaseFacts, release } from '../../src/flux/catalogue/index.ts'
import { COMPONENTS, type Component } from '../../src/flux/kinds.ts'
import { type ManifestFinding, type ManifestScan, scanManifests } from '../../src/flux/manifests.ts'
import { type BootstrapStyle, detectStyle, type PinStyle, type Style, type SyncedPath, syncedPaths } from '../../src/flux/styles.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import type { UpgradeInput } from './input.ts'

export const clusterOf = (ctx: ReadContext): Promise<ClusterSurvey> =>
  once(ctx, 'cluster', () => surveyCluster(ctx.kube, ctx.target.namespace))

export const repositoryOf = (ctx: ReadContext, input: UpgradeInput): Promise<RepositorySurvey> =>
  once(ctx, `repository ${input.repo}`, () => surveyRepository(ctx, input.repo))

export const targetOf = (input: UpgradeInput): ReleaseFacts => release(input.to)

/** The version that runs. Throws when the cluster does not run exactly one. */
export function liveVersion(cluster: ClusterSurvey): string {
  if (cluster.installed.status === 'found') return cluster.installed.version
  throw refusal('flux-version-unclear', 'the cluster does not run one version of Flux', 'flux check')
}

const remotesOf = (repository: RepositorySurvey): string[] => (repository.upstream ? [repository.upstream.url] : [])

export const styleOf = (cluster: ClusterSurvey, repository: RepositorySurvey): Style =>
  detectStyle(clusterEvidence(cluster), { files: repository.files, remotes: remotesOf(repository) })

/** What the cluster applies of this clone: of the branch that is checked out, where it follows that one. Otherwise check repository-branch says so. */
export function syncedOf(cluster: ClusterSurvey, repository: RepositorySurvey): SyncedPath[] {
  const all = syncedPaths(clusterEvidence(cluster), remotesOf(repository))
  const ours = all.filter((each) => each.branch === undefined || each.branch === repository.upstream?.branch)
  return ours.length > 0 ? ours : all
}

/** Components that the target's manifests will hold, where the style says so: CRDs of others are left as they are. */
export const componentsOf = (style: BootstrapStyle | PinStyle): readonly Component[] | undefined =>
  style.style === 'bootstrap' ? COMPONENTS.filter((each) => style.pin.components?.includes(each)) : undefined

/** A style that this runbook can change. */
export function supported(style: Style): BootstrapStyle | PinStyle {
  if (style.style === 'bootstrap' || style.style === 'pin') return style
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

export interface RemovedApis {
  readonly tree: readonly string[]
  readonly scan: ManifestScan
  /** What the flux CLI would rewrite. */
  readonly changes: readonly FileChange[]
  /** Findings that it would not. */
  readonly left: readonly ManifestFinding[]
}

/** Manifests of the synced tree that the target would refuse, and which of them the flux CLI can rewrite. */
export async function removedApis(
  ctx: ReadContext,
  cluster: ClusterSurvey,
  repository: RepositorySurvey,
  to: string,
): Promise<RemovedApis> {
  const tree = syncedTree(
    repository.files,
    syncedOf(cluster, repository).map((each) => each.path),
  )
  const scan = scanManifests(
    repository.files.filter((file) => belowAny(file.path, tree)),
    to,
  )
  // Only where the target drops something: the CLI rewrites to the newest versions it knows, whether the target needs that or not.
  const changes = scan.findings.length === 0 ? [] : await readChanges(ctx, repository.root, tree)
  const changed = new Set(changes.map((change) => `${change.file}:${change.line}`))
  const left = scan.findings.filter((finding) => !changed.has(`${finding.file}:${finding.line}`))
  return { tree, scan, changes, left }
}

export const removedApisOf = async (ctx: ReadContext, input: UpgradeInput): Promise<RemovedApis> =>
  once(ctx, `removed apis ${input.to}`, async () =>
    removedApis(ctx, await clusterOf(ctx), await repositoryOf(ctx, input), targetOf(input).version),
  )
