// Steps that work in a work tree of the run's own: the person's checkout stays as it is, whatever branch it is on and whatever comes of the run.
import type { Step, View } from '../engine/model.ts'
import { OpsError } from '../errors.ts'
import type { Context, ReadContext } from '../ports/context.ts'
import type { Repository } from './installation.ts'

export type InRepository = { readonly repo: Repository }

export const worktreeOf = (ctx: Pick<ReadContext, 'runDir'>): string => `${ctx.runDir}/worktree`

export const hasWorktree = (ctx: ReadContext): Promise<boolean> => ctx.files.exists(`${worktreeOf(ctx)}/.git`)

/** All of `commit` is in it: one whose making was cut short has no index yet, or belongs to no repository. */
export async function isWhole(ctx: ReadContext, commit: string): Promise<boolean> {
  if (!(await hasWorktree(ctx))) return false
  try {
    const [head, { entries }] = await Promise.all([ctx.git.head(worktreeOf(ctx)), ctx.git.status(worktreeOf(ctx))])
    return head === commit && entries.length === 0
  } catch (error) {
    if (error instanceof OpsError && error.code.startsWith('git-')) return false
    throw error
  }
}

/** The same view, with the work tree for the clone. */
export const viewInWorktree = <P extends InRepository>(ctx: Pick<ReadContext, 'runDir'>, view: View<P>): View<P> => ({
  ...view,
  plan: { ...view.plan, repo: { ...view.plan.repo, root: worktreeOf(ctx) } },
})

const nothing = async (): Promise<void> => undefined

/** What it undoes goes with the work tree, so that nothing of it is undone by itself. */
export function inWorktree<P extends InRepository>(step: Step<P>): Step<P> {
  if (step.kind === 'manual') return step
  if (step.kind === 'read') return { ...step, run: (ctx: ReadContext, view: View<P>) => step.run(ctx, viewInWorktree(ctx, view)) }
  const { factsWhenDone, undo } = step
  return {
    ...step,
    isDone: async (ctx: ReadContext, view: View<P>) => (await hasWorktree(ctx)) && step.isDone(ctx, viewInWorktree(ctx, view)),
    run: (ctx: Context, view: View<P>) => step.run(ctx, viewInWorktree(ctx, view)),
    ...(factsWhenDone && { factsWhenDone: (ctx: ReadContext, view: View<P>) => factsWhenDone(ctx, viewInWorktree(ctx, view)) }),
    ...(undo && { undo: nothing }),
  }
}
