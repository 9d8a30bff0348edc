// One step, so that nothing can come between letting go and suspending again: what it has let go is suspended again when it is proven, when it fails and when
// it is interrupted. A process that is killed leaves its mark on each object; the next attempt, or abandon, finds it by that.
import { counted } from '../../src/actions/checks/answers.ts'
import { sideBySide } from '../../src/actions/side-by-side.ts'
import { proveReady } from '../../src/actions/suspension/prove.ts'
import { labelOf, readTarget } from '../../src/actions/suspension/target.ts'
import { assertNoneLeft, changeAll } from '../../src/actions/suspension/write.ts'
import type { WriteStep } from '../../src/engine/model.ts'
import { isSuspended } from '../../src/flux/conditions.ts'
import type { Context, ReadContext } from '../../src/ports/context.ts'
import { againLines, letGoLines, lettingGoOnce, type ResumeView, suspendAgain, targetsOf } from './changes.ts'
import type { ResumePlan } from './plan-schema.ts'

const AT_ONCE = 10

/** What an attempt asks with: an answer to an attempt before it is none to this one. */
const tokenOf = (runId: string, now: Date): string => `${runId}/${now.toISOString()}`

async function layerByLayer(ctx: Context, { plan, runId }: ResumeView): Promise<void> {
  const since = ctx.clock.now()
  const token = tokenOf(runId, since)
  const hints = ['it is suspended again; once more:  flux-ops runs resume', `to leave it at that:  flux-ops runs abandon ${runId}`]
  for (const { resume, prove } of plan.layers) {
    const changed = await changeAll(ctx, targetsOf(plan, resume), lettingGoOnce(runId, token))
    assertNoneLeft(changed, 'let go', ...hints)
    const proof = { token: runId, since: since.toISOString(), timeoutMs: plan.timeoutMs, hints }
    if (prove.length > 0) await proveReady(ctx, targetsOf(plan, prove), proof)
  }
}

/** Beside the journal: that all were Ready. The objects do not tell, as kustomize-controller takes note of a request also of one that is suspended. */
const proofFile = ({ runDir }: ReadContext): string => `${runDir}/once.json`

const areSuspended = async (ctx: ReadContext, { plan }: ResumeView): Promise<boolean> => {
  const objects = await sideBySide(plan.targets, AT_ONCE, (target) => readTarget(ctx.kube, target))
  return plan.targets.every(({ uid }, at) => {
    const object = objects[at]
    return object === undefined || object.metadata.uid !== uid || isSuspended(object)
  })
}

export const once: WriteStep<ResumePlan> = {
  kind: 'write',
  id: 'once',
  title: 'lets them reconcile once, and suspends them again',
  why: 'They take what is in git now, and stand still again as they were.',
  preview: ({ plan }) => [
    ...letGoLines(plan.targets),
    'wait until each is Ready; then, and also when one is not:',
    ...againLines(plan.targets),
  ],
  isDone: async (ctx, view) => (await ctx.files.exists(proofFile(ctx))) && areSuspended(ctx, view),
  run: async (ctx, view) => {
    const labels = view.plan.targets.map(labelOf)
    try {
      if (!(await ctx.files.exists(proofFile(ctx)))) {
        await layerByLayer(ctx, view)
        await ctx.files.writeText(proofFile(ctx), `${JSON.stringify({ ready: labels })}\n`)
      }
    } catch (error) {
      await suspendAgain(ctx, view, labels)
      throw error
    }
    await suspendAgain(ctx, view, labels)
    return { summary: `${counted(labels.length, 'object was', 'objects were')} Ready once, and suspended again`, once: labels }
  },
  undo: async (ctx, view) => void (await suspendAgain(ctx, view, view.plan.targets.map(labelOf))),
  undoPreview: ({ plan }) => againLines(plan.targets),
}
