// What every runbook asks of a clone that it will commit to and push from.
import type { CheckResult } from '../../engine/model.ts'
import { OpsError } from '../../errors.ts'
import type { ReadContext } from '../../ports/context.ts'
import type { KubeObject } from '../../ports/kube.ts'
import { ofKind } from '../cluster-survey.ts'
import { idOf } from '../resources.ts'
import { type Answers, counted, pass } from './answers.ts'

type Asking = Pick<ReadContext, 'git'>

export interface Clone {
  readonly root: string
  readonly head: string
  /** undefined: none is checked out. */
  readonly branch?: string | undefined
  /** undefined: the branch follows none. */
  readonly upstream?: { readonly remote: string; readonly branch: string; readonly url?: string } | undefined
}

const NO_UPSTREAM = { status: 'skip', reason: 'the branch follows no remote branch' } as const

interface Applied {
  /** Kustomizations that apply it. */
  readonly synced: readonly unknown[]
  readonly objects: readonly KubeObject[]
}

/** Branches that the cluster follows: one of them is meant. */
const followed = (sources: readonly KubeObject[]): string[] => [
  ...new Set(sources.flatMap((each) => (each.spec?.ref?.branch ? [String(each.spec.ref.branch)] : []))),
]

/** Check `repository-found`: it follows a branch, and the cluster applies it. */
export function foundClone({ fail }: Answers, { root, branch, upstream }: Omit<Clone, 'head'>, applied: Applied): CheckResult {
  const id = 'repository-found'
  const sources = ofKind(applied.objects, 'GitRepository')
  const another = 'another clone:  --repo DIR'
  if (upstream === undefined && branch === undefined)
    return fail(id, `no branch is checked out in ${root} (detached HEAD): a commit would be on none`, [
      ...followed(sources)
        .slice(0, 3)
        .map((each) => `git -C ${root} switch ${each}`),
      another,
    ])
  if (upstream === undefined)
    return fail(id, `branch ${branch}, checked out in ${root}, follows no remote branch`, [
      `git -C ${root} branch --set-upstream-to origin/main`,
      another,
    ])
  const { length } = applied.synced
  if (length > 0) return pass(`${root}, ${upstream.remote}/${upstream.branch}, applied by ${counted(length, 'Kustomization')}`)
  const items = sources.map((each) => ({ where: `GitRepository ${idOf(each)}`, what: String(each.spec?.url ?? '') }))
  return fail(id, `no Kustomization of the cluster applies ${upstream.url}`, ['the clone of what it applies:  --repo DIR'], items)
}

/** Check `repository-clean`. */
export async function cleanClone({ git }: Asking, { fail, failOn }: Answers, root: string): Promise<CheckResult> {
  const { entries, inProgress } = await git.status(root)
  if (inProgress !== undefined) return fail('repository-clean', `a ${inProgress} is under way in ${root}`, [`git -C ${root} status`])
  const items = entries.map((entry) => ({ where: entry.path, what: entry.code.trim() === '??' ? 'is not tracked' : 'is changed' }))
  return failOn(
    'repository-clean',
    items,
    (count) => `${counted(count, 'file')} changed or not tracked in ${root}`,
    `git -C ${root} stash --include-untracked`,
  )
}

const short = (commit: string | undefined): string => commit?.slice(0, 10) ?? 'nothing'

/** Check `repository-pushed`: at the head of the branch that it follows. */
export async function pushedClone({ git }: Asking, { fail }: Answers, { root, head, upstream }: Clone): Promise<CheckResult> {
  if (upstream === undefined) return NO_UPSTREAM
  const remote = await git.remoteHead(root, upstream.remote, upstream.branch)
  if (remote === head) return pass(short(head))
  return fail('repository-pushed', `the clone is at ${short(head)}, ${upstream.remote}/${upstream.branch} at ${short(remote)}`, [
    `git -C ${root} pull --ff-only`,
    `git -C ${root} push`,
  ])
}

/** Check `push-allowed`. Throws OpsError `git-unreachable`: not reached is not known, refused is an answer. */
export async function pushAllowedFrom({ git }: Asking, { fail }: Answers, { root, upstream }: Omit<Clone, 'head'>): Promise<CheckResult> {
  if (upstream === undefined) return NO_UPSTREAM
  try {
    await git.tryPush(root, upstream.remote, upstream.branch)
    return pass(`${upstream.remote}/${upstream.branch}; what a hook of the server says is known only when something is pushed`)
  } catch (error) {
    if (!(error instanceof OpsError) || error.code === 'git-unreachable') throw error
    // Behind the remote is told by repository-pushed.
    if (error.code === 'git-raced') return pass(`${upstream.remote} lets you in; the clone is behind it`)
    return fail('push-allowed', error.message, error.hints)
  }
}
