// Waits until the old release has come to rest in the sandbox: what does not get ready before the upgrade says nothing about it afterwards.
import { readCrds, readObjects } from '../actions/cluster-survey.ts'
import { POD } from '../actions/resources.ts'
import { paceOf, waitFor } from '../actions/wait-for.ts'
import { verdict } from '../flux/conditions.ts'
import type { ReadContext } from '../ports/context.ts'
import type { KubeObject } from '../ports/kube.ts'
import { labelOf } from './captured.ts'
import type { NotRehearsed } from './report.ts'

const LONGEST_MS = 10 * 60_000

const AT_REST = new Set(['ready', 'static', 'suspended', 'terminating'])

const standing = (object: KubeObject): string => {
  const { state, message } = verdict(object)
  return message === '' ? state : `${state}: ${message}`
}

/**
 * Ends when every object is at rest, or when for `quietMs` none has moved. Gives back those that are not ready. An object without a word from its
 * controller, or one that tries again, may come round; a kustomize-controller asks for its dependencies every 30 s. `more`: of kinds that are not
 * Flux' own.
 */
export async function settle(ctx: ReadContext, quietMs: number, more: () => Promise<readonly KubeObject[]>): Promise<NotRehearsed[]> {
  const { crds } = await readCrds(ctx.kube)
  const now = (): number => ctx.clock.now().getTime()
  let last = ''
  let moved = now()
  const objects = await waitFor<KubeObject[]>(ctx, {
    waitingFor: 'the old release to come to rest in the sandbox',
    timeoutMs: LONGEST_MS,
    everyMs: paceOf(0),
    probe: async () => {
      const seen = [...(await readObjects(ctx.kube, crds)), ...(await more())]
      const open = seen.filter((object) => !AT_REST.has(verdict(object).state))
      const picture = seen.map((object) => `${labelOf(object)} ${verdict(object).state}`).join('\n')
      if (picture !== last) [last, moved] = [picture, now()]
      if ((open.length === 0 && seen.length > 0) || now() - moved > quietMs) return { done: true, value: seen }
      return { done: false, lastSeen: `${open.length} of ${seen.length} not ready; ${open.slice(0, 2).map(labelOf).join(', ')}` }
    },
  })
  return objects
    .filter((object) => !AT_REST.has(verdict(object).state))
    .map((object) => ({ what: labelOf(object), why: `not ready in the sandbox before the upgrade: ${standing(object)}` }))
}

const SIMULATED = 'flux-ops.dev/simulated'
const STAND_IN = 'flux-ops.dev/stand-in'

/** Controllers that the sandbox cannot run, or runs as another release; told by their pods. */
export async function unrealControllers(ctx: ReadContext): Promise<NotRehearsed[]> {
  const pods = await ctx.kube.list(POD, { namespace: ctx.target.namespace })
  return pods.flatMap((pod): NotRehearsed[] => {
    const image = String(pod.spec?.containers?.[0]?.image ?? '')
    const { [SIMULATED]: simulated, [STAND_IN]: standIn } = pod.metadata.annotations ?? {}
    const what = image.split('@')[0]?.split('/').at(-1) ?? image
    if (simulated === 'true')
      return [{ what, why: 'this controller cannot be built for the sandbox: it was reported ready without a process' }]
    return standIn === undefined ? [] : [{ what, why: `${standIn} ran in its place` }]
  })
}
