// The baseline of a change. At any moment some object of a busy cluster is just being reconciled: it gets a moment to end that, or it
// would count as not ready before, and what the change breaks in it would be nobody's fault.
import { verdict } from '../flux/conditions.ts'
import type { InstalledCrd } from '../flux/installed.ts'
import { type BaselineEntry, baseline } from '../flux/readiness.ts'
import type { ReadContext } from '../ports/context.ts'
import type { KubeObject } from '../ports/kube.ts'
import { readObjects } from './cluster-survey.ts'
import { paceOf } from './wait-for.ts'

const PATIENCE_MS = 15_000
/** Under way for longer than this is how the object stands, not a moment. */
const STANDING_MS = 5 * 60_000

/** Under way since a moment ago, by the clock of the machine; without a time it may just have been made. */
function isPassing(object: KubeObject, now: number): boolean {
  const { state, since } = verdict(object)
  if (state !== 'progressing' && state !== 'unknown') return false
  return now - Date.parse(since ?? object.metadata.creationTimestamp ?? new Date(now).toISOString()) < STANDING_MS
}

/** How each of `objects` stands; those that are under way are read again for up to 15 s, and only their kinds. */
export async function settledBaseline(
  ctx: ReadContext,
  crds: readonly InstalledCrd[],
  objects: readonly KubeObject[],
): Promise<BaselineEntry[]> {
  const started = ctx.clock.now().getTime()
  const entries = new Map(baseline(objects).map((entry) => [entry.key, entry]))
  let open = objects.filter((object) => isPassing(object, started))
  while (open.length > 0 && ctx.clock.now().getTime() - started < PATIENCE_MS) {
    ctx.progress({ waitingFor: 'objects that are just being reconciled', lastSeen: `${open.length} under way` })
    await ctx.clock.sleep(Math.max(1000, paceOf(open.length)), ctx.signal)
    const kinds = new Set(open.map((object) => object.kind))
    const awaited = new Set(baseline(open).map((entry) => entry.key))
    const now = (
      await readObjects(
        ctx.kube,
        crds.filter((crd) => kinds.has(crd.kind)),
      )
    ).filter((object) => {
      const [entry] = baseline([object])
      return entry !== undefined && awaited.has(entry.key)
    })
    for (const entry of baseline(now)) entries.set(entry.key, entry)
    open = now.filter((object) => isPassing(object, ctx.clock.now().getTime()))
  }
  return [...entries.values()]
}
