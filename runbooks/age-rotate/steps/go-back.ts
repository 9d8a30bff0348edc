// The way back once a commit is pushed: not a revert, which fails where somebody has edited a secret since, but a commit that seals whatever the files
// hold by then to the old key again, and to the new one no more.
import { clearHalfReplay } from '../../../src/actions/commit-and-push.ts'
import type { Context } from '../../../src/ports/context.ts'
import { waitUntilApplied } from '../cluster/applied.ts'
import { isMade } from '../files/make.ts'
import { catchUp, commitPhase, committed, pushPhase, wasPushed, writePhase } from '../files/publish.ts'
import { type Phase, phaseTrailer } from '../phases.ts'
import { nextOf, type RotateView } from '../plan-facts.ts'

export const goesBack = ({ plan }: RotateView): string[] => [
  `a commit that seals ${plan.files.length} files to the old key alone again, pushed to ${plan.repo.remote}/${plan.repo.branch}; in the history it stays`,
]

async function seal(ctx: Context, view: RotateView): Promise<void> {
  await clearHalfReplay(ctx, view.plan.repo, phaseTrailer(view.runId, 'back'))
  if (!(await committed(ctx, view, 'back'))) {
    await catchUp(ctx, view)
    if (await isMade(ctx, view, 'back')) return
    await writePhase(ctx, view, 'back')
    await commitPhase(ctx, view, 'back')
  }
  if (!(await wasPushed(ctx, view, 'back'))) await pushPhase(ctx, view, 'back')
}

/** Nothing where the commit of the phase was not pushed. Behind the cut Flux has to have applied it: then the new key may go. */
export const goBack =
  (phase: Phase) =>
  async (ctx: Context, view: RotateView): Promise<void> => {
    if (nextOf(view) === undefined || !(await wasPushed(ctx, view, phase))) return
    await seal(ctx, view)
    if (phase !== 'cut' || !(await committed(ctx, view, 'back'))) return
    await waitUntilApplied(ctx, { view, trailer: phaseTrailer(view.runId, 'back'), token: `${view.runId}/back` })
  }
