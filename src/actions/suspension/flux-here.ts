// `-n` is the namespace of Flux, where the lease of a run is; with flux and kubectl it is that of the object.
import type { CheckResult } from '../../engine/model.ts'
import type { ReadContext } from '../../ports/context.ts'
import { type Answers, pass } from '../checks/answers.ts'
import { seenOnce } from './choose.ts'

export const FLUX_HERE = { id: 'flux-here', title: 'Flux runs in the namespace that is given for it', severity: 'gate' } as const

export async function fluxIsHere(ctx: ReadContext, { fail }: Answers): Promise<CheckResult> {
  const { namespace } = ctx.target
  const { isFluxHere } = await seenOnce(ctx)
  if (isFluxHere === null) return { status: 'skip', reason: `you may not list the Deployments of ${namespace}` }
  if (isFluxHere) return pass(namespace)
  const hint = 'leave -n out where Flux is in flux-system, and name the namespace of an object with it:  hr/media/plex'
  return fail(FLUX_HERE.id, `no controller of Flux runs in ${namespace}: -n is the namespace of Flux, not of the object`, [hint])
}
