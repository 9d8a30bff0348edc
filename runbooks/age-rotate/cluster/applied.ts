// Whether the cluster has fetched and applied a commit: every source of the clone, and every Kustomization that decrypts with the key, Ready with it.
import { findCommit, type Trailer } from '../../../src/actions/commit-and-push.ts'
import { shorten } from '../../../src/actions/reconcile.ts'
import { request, requested } from '../../../src/actions/requests.ts'
import { idOf } from '../../../src/actions/resources.ts'
import { readFluxObject } from '../../../src/actions/sync-source.ts'
import { paceOf, waitFor } from '../../../src/actions/wait-for.ts'
import { isSuspended, reconciledSince, verdict } from '../../../src/flux/conditions.ts'
import { appliedRevision, artifactRevision, commitOf } from '../../../src/flux/revisions.ts'
import type { Context, ReadContext } from '../../../src/ports/context.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import type { RotateView } from '../plan-facts.ts'
import { decryption, sourceOf } from './decryption.ts'

export interface Goal {
  readonly view: RotateView
  /** Of the commit that is to be applied. */
  readonly trailer: Trailer
  /** What objects are asked with. */
  readonly token: string
}

const ASK_AGAIN_MS = 10_000

/** Whether a revision is our commit or what the branch has by now; the remote is asked for each revision once, and again now and then. */
export function commitJudge(ctx: ReadContext, { view, trailer }: Goal): (revision: string | undefined) => Promise<boolean> {
  const { repo } = view.plan
  const known = new Map<string, { readonly holds: boolean; readonly at: number }>()
  return async (revision) => {
    const commit = commitOf(revision)
    if (commit === undefined) return false
    const now = ctx.clock.now().getTime()
    const before = known.get(commit)
    if (before !== undefined && (before.holds || now - before.at < ASK_AGAIN_MS)) return before.holds
    const ours = await findCommit(ctx, repo, trailer)
    // What came after ours holds it: nothing is pushed with force.
    const holds =
      ours !== undefined &&
      (commit === ours ||
        (await ctx.git.isAncestor(repo.root, ours, commit).catch(() => false)) ||
        commit === (await ctx.git.remoteHead(repo.root, repo.remote, repo.branch)))
    known.set(commit, { holds, at: now })
    return holds
  }
}

/** Kustomizations that decrypt with the key and apply a source of this clone, as they are now: one may have come or gone since the plan. */
export async function decrypting(ctx: ReadContext, { plan }: RotateView): Promise<KubeObject[]> {
  if (plan.kustomizations.length === 0) return []
  const { kustomizations, secrets } = await decryption(ctx, plan)
  const users = new Set(secrets.filter(({ id }) => plan.secrets.includes(id)).flatMap(({ usedBy }) => usedBy))
  return kustomizations.filter((object) => users.has(`Kustomization ${idOf(object)}`) && plan.sources.includes(sourceOf(object)))
}

const readSources = (ctx: ReadContext, { plan }: RotateView): Promise<KubeObject[]> =>
  Promise.all(plan.sources.map((id) => readFluxObject(ctx.kube, 'GitRepository', id)))

/** Those that can be proven: not suspended, and well when the run began. */
const provable =
  ({ plan }: RotateView) =>
  (object: KubeObject): boolean =>
    !isSuspended(object) && object.metadata.deletionTimestamp === undefined && !plan.notReady.includes(idOf(object))

type Judge = (revision: string | undefined) => Promise<boolean>

async function sourcesLeft(sources: readonly KubeObject[], judge: Judge): Promise<KubeObject[]> {
  const left: KubeObject[] = []
  for (const source of sources) if (!(await judge(artifactRevision(source)))) left.push(source)
  return left
}

/** The revision is written only when everything of it is applied and healthy; what begins anew meanwhile has been well with it. */
async function kustomizationsLeft(objects: readonly KubeObject[], judge: Judge): Promise<KubeObject[]> {
  const left: KubeObject[] = []
  for (const object of objects)
    if (!['ready', 'progressing'].includes(verdict(object).state) || !(await judge(appliedRevision(object)))) left.push(object)
  return left
}

export async function isApplied(ctx: ReadContext, goal: Goal): Promise<boolean> {
  const judge = commitJudge(ctx, goal)
  if ((await sourcesLeft(await readSources(ctx, goal.view), judge)).length > 0) return false
  return (await kustomizationsLeft((await decrypting(ctx, goal.view)).filter(provable(goal.view)), judge)).length === 0
}

const lineOf = (object: KubeObject): string => {
  const { state, message } = verdict(object)
  return `${idOf(object)} (${state === 'ready' ? (appliedRevision(object) ?? 'nothing applied') : `${state}: ${message}`})`
}

async function untilFetched(ctx: Context, { view, token }: Goal, judge: Judge): Promise<void> {
  await waitFor(ctx, {
    waitingFor: 'Flux to fetch the pushed commit',
    timeoutMs: view.plan.timeoutMs,
    code: 'source-timeout',
    hints: ['flux get sources git -A', 'then:  flux-ops runs resume'],
    probe: async () => {
      const left = await sourcesLeft(await readSources(ctx, view), judge)
      if (left.length === 0) return { done: true, value: undefined }
      for (const source of left) if (!requested(source, token)) await request(ctx.kube, source, token)
      return { done: false, lastSeen: left.map((source) => `${idOf(source)} ${artifactRevision(source) ?? 'no artifact'}`).join(', ') }
    },
  })
}

/** Throws OpsError `source-timeout`, `apply-timeout`. */
export async function waitUntilApplied(
  ctx: Context,
  goal: Goal,
): Promise<{ readonly kustomizations: number; readonly suspended: string[] }> {
  const { view, token } = goal
  const judge = commitJudge(ctx, goal)
  await untilFetched(ctx, goal, judge)
  const asked = new Set<string>()
  let count = 0
  await waitFor(ctx, {
    waitingFor: 'what decrypts with the key to apply the commit',
    timeoutMs: view.plan.timeoutMs,
    everyMs: paceOf(view.plan.kustomizations.length),
    code: 'apply-timeout',
    hints: ['flux get kustomizations -A', 'then:  flux-ops runs resume'],
    probe: async () => {
      const objects = (await decrypting(ctx, view)).filter(provable(view))
      count = objects.length
      const left = await kustomizationsLeft(objects, judge)
      if (left.length === 0) return { done: true, value: undefined }
      for (const object of left) {
        if (!requested(object, token) && !asked.has(idOf(object))) await request(ctx.kube, object, token)
        asked.add(idOf(object))
      }
      return { done: false, lastSeen: shorten(left.map(lineOf)) }
    },
  })
  return { kustomizations: count, suspended: (await decrypting(ctx, view)).filter(isSuspended).map(idOf) }
}

const answered = (object: KubeObject, token: string, since?: string): boolean =>
  reconciledSince(object, token, since) && verdict(object).state === 'ready'

export const haveAnswered = async (ctx: ReadContext, { view, token }: Goal): Promise<boolean> =>
  (await decrypting(ctx, view)).filter(provable(view)).every((object) => answered(object, token))

/** Everything that decrypts is asked once more, and has to be Ready with an answer, each at some moment. Throws OpsError `apply-timeout`. */
export async function reconcileDecrypting(ctx: Context, { view, token }: Goal): Promise<{ readonly kustomizations: string[] }> {
  const since = ctx.clock.now().toISOString()
  const asked = new Set<string>()
  const well = new Set<string>()
  return waitFor(ctx, {
    waitingFor: 'everything to decrypt without the old key',
    timeoutMs: view.plan.timeoutMs,
    everyMs: paceOf(view.plan.kustomizations.length),
    code: 'apply-timeout',
    hints: ['flux get kustomizations -A', 'then:  flux-ops runs resume'],
    probe: async () => {
      const objects = (await decrypting(ctx, view)).filter(provable(view))
      for (const object of objects) {
        // Once: whoever asks after us gets an answer that counts as well.
        if (!requested(object, token) && !asked.has(idOf(object))) await request(ctx.kube, object, token)
        asked.add(idOf(object))
        if (answered(object, token, since)) well.add(idOf(object))
      }
      const left = objects.filter((object) => !well.has(idOf(object)))
      if (left.length === 0) return { done: true, value: { kustomizations: objects.map(idOf) } }
      return { done: false, lastSeen: shorten(left.map(lineOf)) }
    },
  })
}
