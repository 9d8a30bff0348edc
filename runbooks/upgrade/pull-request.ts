// A clone that a build checks out for a pull request: HEAD is on no branch that the cluster follows, and the pins may be changed already.
// The branch that the request goes to takes the place of the one that is checked out elsewhere.
import { type ClusterSurvey, ofKind } from '../../src/actions/cluster-survey.ts'
import type { RepositorySurvey } from '../../src/actions/repository-survey.ts'
import { sameRepository } from '../../src/flux/git-urls.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import type { Remote } from '../../src/ports/git.ts'
import type { KubeObject } from '../../src/ports/kube.ts'
import type { UpgradeInput } from './input.ts'

const HEADS = 'refs/heads/'

/** Branch that a GitRepository follows, as source-controller reads its spec: commit, name, semver, tag, branch; undefined for what is no branch. */
export function followedBranch(source: KubeObject): string | undefined {
  const { commit, name, semver, tag, branch } = source.spec?.ref ?? {}
  if (commit) return undefined
  if (name) return name.startsWith(HEADS) ? name.slice(HEADS.length) : undefined
  return (semver ?? tag) ? undefined : (branch ?? 'master')
}

const of =
  (remote: Remote) =>
  (source: KubeObject): boolean =>
    sameRepository(remote.url, String(source.spec?.url ?? ''))

/** Branches of this repository that the cluster follows. */
export const followedBranches = (cluster: ClusterSurvey, url: string): string[] => [
  ...new Set(
    ofKind(cluster.objects, 'GitRepository')
      .filter(of({ name: '', url }))
      .flatMap((source) => followedBranch(source) ?? []),
  ),
]

/** The clone as it is, and for a pull request with the branch that it goes to as its upstream; '' where that cannot be told. */
export async function inPullRequest(
  ctx: ReadContext,
  input: UpgradeInput,
  clone: RepositorySurvey,
  cluster: ClusterSurvey,
): Promise<RepositorySurvey> {
  if (input.ci !== true) return clone
  const remotes = await ctx.git.remotes(clone.root)
  const sources = ofKind(cluster.objects, 'GitRepository')
  const remote = remotes.find((each) => sources.some(of(each))) ?? remotes.find((each) => each.name === 'origin') ?? remotes[0]
  if (remote === undefined) return { ...clone, upstream: undefined }
  const followed = followedBranches(cluster, remote.url)
  const branch = input.base ?? (followed.length === 1 ? followed[0] : undefined) ?? ''
  return { ...clone, upstream: { remote: remote.name, url: remote.url, branch } }
}
