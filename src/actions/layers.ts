// Waiting until every object of Flux is as it should be, layer by layer. Each is asked as soon as what it needs is Ready.
import { OpsError } from '../errors.ts'
import { verdict } from '../flux/conditions.ts'
import { objectLabel } from '../flux/kinds.ts'
import type { Context, ReadContext } from '../ports/context.ts'
import type { KubeObject } from '../ports/kube.ts'
import { readCrds, readObjects } from './cluster-survey.ts'
import { readInstances } from './flux-instance.ts'
import { shorten } from './reconcile.ts'
import { request } from './requests.ts'
import { paceOf } from './wait-for.ts'

/** Labels, `Kind namespace/name`. */
export interface Standing {
  readonly ready: readonly string[]
  readonly suspended: readonly string[]
  /** `Kind namespace/name: why` */
  readonly open: readonly string[]
}

export const whyOf = (object: KubeObject): string => {
  const { state, reason, message } = verdict(object)
  return [reason, message.replace(/\s+/g, ' ').trim()].filter((part) => part !== '').join(': ') || state
}

export const isWell = (object: KubeObject): boolean => ['ready', 'static'].includes(verdict(object).state)

const notReady = ({ ready, open }: Standing, timeoutMs: number): OpsError =>
  new OpsError({
    code: 'layers-not-ready',
    message: [
      `nothing more has become Ready for ${Math.round(timeoutMs / 1000)} s: ${ready.length} are, ${open.length} are not`,
      ...open.slice(0, 20).map((line) => `  ${line}`),
    ].join('\n'),
    hints: ['what is behind it:  flux-ops recover', 'when they are well:  flux-ops runs resume'],
  })

export interface LayersGoal {
  readonly timeoutMs: number
  /** Pure: how all objects of Flux stand. */
  readonly standing: (objects: readonly KubeObject[]) => Standing
  /** Given what is there at every look that finds something open. */
  readonly each?: (objects: readonly KubeObject[]) => Promise<void>
}

/** How they stand now, the FluxInstance of the Flux Operator among them. */
export async function lookAtLayers(
  ctx: ReadContext,
  standing: LayersGoal['standing'],
): Promise<{ objects: KubeObject[]; standing: Standing }> {
  const { crds, names } = await readCrds(ctx.kube)
  const [flux, instances] = await Promise.all([readObjects(ctx.kube, crds), readInstances(ctx.kube, names)])
  const objects = [...instances, ...flux]
  return { objects, standing: standing(objects) }
}

/** Each layer has the whole time: the clock begins anew whenever something more is Ready. Throws OpsError `layers-not-ready`. */
export async function waitForLayers(ctx: ReadContext, { timeoutMs, standing: judge, each }: LayersGoal): Promise<Standing> {
  let since = ctx.clock.now().getTime()
  let most = -1
  for (;;) {
    ctx.signal.throwIfAborted()
    const { objects, standing } = await lookAtLayers(ctx, judge)
    const { ready, open } = standing
    if (open.length === 0) return standing
    const now = ctx.clock.now().getTime()
    if (ready.length > most) [most, since] = [ready.length, now]
    if (now - since >= timeoutMs) throw notReady(standing, timeoutMs)
    await each?.(objects)
    ctx.progress({ waitingFor: `${ready.length} of ${ready.length + open.length} objects Ready`, lastSeen: shorten(open, 2) })
    await ctx.clock.sleep(paceOf(ready.length + open.length), ctx.signal)
  }
}

/** Waits for objects all of which are Ready by now: its controller would look again only when its time has come, 30 s by default. */
function mayGoOn(object: KubeObject, well: ReadonlySet<string>): boolean {
  if (verdict(object).reason !== 'DependencyNotReady') return false
  const needs = (object.spec?.dependsOn ?? []) as readonly { readonly name: string; readonly namespace?: string }[]
  return (
    needs.length > 0 && needs.every(({ name, namespace = object.metadata.namespace }) => well.has(`${object.kind} ${namespace}/${name}`))
  )
}

const ASK_EVERY_MS = 5_000

/** Asks Flux to take up what waits for nothing any more; for `each`. */
export function asking(ctx: Context, runId: string): (objects: readonly KubeObject[]) => Promise<void> {
  const asked = new Map<string, number>()
  return async (objects) => {
    const well = new Set(objects.filter(isWell).map(objectLabel))
    const now = ctx.clock.now().getTime()
    for (const object of objects.filter((one) => mayGoOn(one, well))) {
      const label = objectLabel(object)
      if (now - (asked.get(label) ?? 0) < ASK_EVERY_MS) continue
      asked.set(label, now)
      await request(ctx.kube, object, `${runId}/${now}`)
    }
  }
}
