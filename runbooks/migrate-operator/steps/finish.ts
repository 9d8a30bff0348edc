// Flux fetches the commit, everything reconciles once more, and what was there before is compared with what is there now.

import { findCommit } from '../../../src/actions/commit-and-push.ts'
import { readInstance } from '../../../src/actions/flux-instance.ts'
import { codeSpan } from '../../../src/actions/markdown.ts'
import { compareWithBefore, type Since } from '../../../src/actions/operator-move/before.ts'
import { inventoryIn, readEntries } from '../../../src/actions/operator-move/inventory.ts'
import { allRequested, askedAt, reconcileAll, shorten } from '../../../src/actions/reconcile.ts'
import { REPORT } from '../../../src/actions/report.ts'
import { requestLine } from '../../../src/actions/requests.ts'
import { runStartedAt } from '../../../src/actions/run-record.ts'
import { sourcesSynced, syncLines, syncSources } from '../../../src/actions/sync-source.ts'
import { verifyFlux } from '../../../src/actions/verify.ts'
import { type Seen, waitFor } from '../../../src/actions/wait-for.ts'
import type { ReadStep, WriteStep } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import { applierOf } from '../../../src/flux/appliers.ts'
import { notTakenOver } from '../../../src/flux/operator-move/owners.ts'
import type { ReadContext } from '../../../src/ports/context.ts'
import { leavingOf, type MoveView, NO_RETURN, sourceGoalOf, trailerOf } from '../plan-facts.ts'
import type { MovePlan } from '../plan-schema.ts'

export const sync: WriteStep<MovePlan> = {
  kind: 'write',
  id: 'sync',
  title: 'let Flux fetch the commit',
  why: 'the sync that the operator keeps has to work: this commit is the first that it brings',
  // Crossed with the push itself, which assertAbandon asks the remote for: a push that was rejected is no line.
  pointOfNoReturn: NO_RETURN,
  preview: (view) => syncLines(sourceGoalOf(view)),
  // Without our commit the source is at the head of the branch as well.
  isDone: async (ctx, view) =>
    (await findCommit(ctx, view.plan.repo, trailerOf(view))) !== undefined && (await sourcesSynced(ctx, sourceGoalOf(view))),
  run: async (ctx, view) => syncSources(ctx, sourceGoalOf(view)),
}

export const reconcile: WriteStep<MovePlan> = {
  kind: 'write',
  id: 'reconcile',
  title: 'reconcile every object once',
  why: 'an object that nobody has reconciled since proves nothing',
  preview: ({ plan, runId }) => [requestLine(`${plan.baseline.length} objects:`, runId)],
  isDone: (ctx, { runId }) => allRequested(ctx, runId),
  run: async (ctx, { plan, runId }) => ({ ...(await reconcileAll(ctx, plan.baseline, { token: runId, timeoutMs: plan.timeoutMs })) }),
}

const failed = (what: string, items: readonly string[]): OpsError =>
  new OpsError({
    code: 'move-unproven',
    message: [what, ...items.slice(0, 20).map((item) => `  ${item}`)].join('\n'),
    hints: ['look at the objects named here; when they are well again:  flux-ops runs resume'],
  })

/** The FluxInstance is applied from git now, and the old owner is gone where it was to go. */
async function waitForGit(ctx: ReadContext, { plan }: MoveView): Promise<string> {
  const probe = async (): Promise<Seen<string>> => {
    const applier = applierOf(await readInstance(ctx.kube, plan.instance.id))
    if (applier === undefined) return { done: false, lastSeen: `nothing has applied FluxInstance ${plan.instance.id} from git yet` }
    const gone = await compareLeaving(ctx, plan)
    return gone.length === 0 ? { done: true, value: applier.id } : { done: false, lastSeen: `${shorten(gone)} to be gone` }
  }
  return waitFor(ctx, { waitingFor: 'the new files to be applied', timeoutMs: plan.timeoutMs, everyMs: 1000, code: 'move-unproven', probe })
}

async function compareLeaving(ctx: ReadContext, plan: MovePlan): Promise<string[]> {
  const entries = [...leavingOf(plan)].map((label) => {
    const [kind = '', id = ''] = label.split(' ')
    const [namespace, name = ''] = id.split('/')
    const group = kind === 'Kustomization' ? 'kustomize.toolkit.fluxcd.io' : 'source.toolkit.fluxcd.io'
    return { kind, group, version: 'v1', namespace, name }
  })
  return (await readEntries(ctx.kube, entries)).map(({ object }) => `${object.kind} ${object.metadata.name}`)
}

export const verify: ReadStep<MovePlan> = {
  kind: 'read',
  id: 'verify',
  title: 'prove that everything is as it was, kept by the operator',
  why: 'no object deleted or made again, pods replaced once at most, one owner each, and everything ready that was',
  run: async (ctx, view) => {
    const { plan, runId } = view
    const applier = await waitForGit(ctx, view)
    const proven = await verifyFlux(ctx, {
      version: plan.version,
      baseline: plan.baseline,
      token: runId,
      repo: plan.repo,
      trailer: trailerOf(view),
      kustomizations: plan.kustomizations,
      timeoutMs: plan.timeoutMs,
      since: await runStartedAt(ctx, runId, plan.madeAt),
      askedAt: askedAt(view.facts),
      self: null,
      instance: plan.instance.id,
    })
    const since: Since = await compareWithBefore(ctx, leavingOf(plan))
    if (since.lost.length > 0) throw failed('objects that were there before are not there any more, or are others by now', since.lost)
    const owned = await readEntries(ctx.kube, inventoryIn(await readInstance(ctx.kube, plan.instance.id)))
    const both = owned.flatMap(({ object }) => notTakenOver(object) ?? [])
    if (both.length > 0) throw failed('objects of Flux have another owner besides the operator', both)
    return { ...proven, applier, owned: owned.length, replaced: since.replaced, restless: since.restless }
  },
}

const list = (title: string, items: readonly string[]): string[] =>
  items.length === 0 ? [] : ['', `## ${title}`, '', ...items.map((item) => `- ${codeSpan(item)}`)]

const strings = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])

export const report: WriteStep<MovePlan> = {
  kind: 'write',
  id: 'report',
  title: 'write the report',
  why: 'what was done and proven, for the people who read about it tomorrow',
  preview: () => [`write <run>/${REPORT}`],
  isDone: (ctx) => ctx.files.exists(`${ctx.runDir}/${REPORT}`),
  run: async (ctx, view) => {
    const { plan, facts, runId } = view
    const proven = facts.verify ?? {}
    const text = [
      `# Flux ${plan.version}, kept by the Flux Operator`,
      '',
      `- run ${codeSpan(runId)} by ${codeSpan(ctx.operator)}, ended ${codeSpan(ctx.clock.now().toISOString())}`,
      `- cluster ${codeSpan(plan.context)} (uid ${codeSpan(plan.clusterUid)})`,
      `- commit ${codeSpan((await findCommit(ctx, plan.repo, trailerOf(view))) ?? '')} on ${codeSpan(`${plan.repo.remote}/${plan.repo.branch}`)}`,
      `- ${Number(proven.owned ?? 0)} objects of Flux have the operator as their one owner`,
      `- pods of controllers were replaced ${Number(proven.replaced ?? 0)} times at most; no object was deleted or made again`,
      ...list(
        'Different under the operator',
        plan.differences.filter(({ reason }) => reason !== 'kept').map((each) => `${each.object} ${each.path}`),
      ),
      ...list('Stays in the cluster, and is nobody’s', strings(facts.takeover?.kept)),
      ...list('Replaced more than once', strings(proven.restless)),
      '',
    ].join('\n')
    await ctx.files.writeText(`${ctx.runDir}/${REPORT}`, text)
    return { report: `${ctx.runDir}/${REPORT}` }
  },
}
