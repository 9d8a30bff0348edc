// Every step that asks the repository or its forge does so with the credentials of the cluster file.
import { asFile } from '../../src/actions/git-credentials.ts'
import type { Step } from '../../src/engine/model.ts'
import type { Context, ReadContext } from '../../src/ports/context.ts'
import type { BootstrapView } from './plan-facts.ts'
import type { BootstrapPlan } from './plan-schema.ts'

/** The same step, which reaches the repository so. */
export function reached(step: Step<BootstrapPlan>): Step<BootstrapPlan> {
  if (step.kind === 'read')
    return { ...step, run: async (ctx: ReadContext, view: BootstrapView) => step.run(await asFile(ctx, view.plan), view) }
  if (step.kind === 'manual')
    return { ...step, isDone: async (ctx: ReadContext, view: BootstrapView) => step.isDone(await asFile(ctx, view.plan), view) }
  const { factsWhenDone, undo } = step
  return {
    ...step,
    isDone: async (ctx, view) => step.isDone(await asFile(ctx, view.plan), view),
    run: async (ctx: Context, view: BootstrapView) => step.run(await asFile(ctx, view.plan), view),
    ...(factsWhenDone && {
      factsWhenDone: async (ctx: ReadContext, view: BootstrapView) => factsWhenDone(await asFile(ctx, view.plan), view),
    }),
    ...(undo && { undo: async (ctx: Context, view: BootstrapView) => undo(await asFile(ctx, view.plan), view) }),
  }
}
