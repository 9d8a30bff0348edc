// Warning events since a run began. Restarted controllers leave some of their own (a cancelled health check, a source that was away for
// a moment): what is proven well afterwards is told apart from what still stands.
import { COMPONENTS, isFluxGroup } from '../flux/kinds.ts'
import type { ReadContext } from '../ports/context.ts'
import type { KubeObject } from '../ports/kube.ts'
import { EVENT } from './resources.ts'

export interface Warnings {
  /** Of objects that are not proven well; at most 20, newest last. */
  readonly standing: readonly string[]
  /** Of objects that are well by now, and of the controllers' own pods, which have been replaced; at most 20, newest last. */
  readonly passed: readonly string[]
}

const SHOWN = 20

const when = (event: KubeObject): string =>
  String(event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? '')

const labelOf = ({ involvedObject: of }: KubeObject): string =>
  `${of?.kind} ${of?.namespace === undefined ? '' : `${of.namespace}/`}${of?.name}`

const lineOf = (event: KubeObject): string => `${labelOf(event)}: ${event.reason}: ${event.message}`

const CONTROLLER_PARTS = new Set(['Pod', 'ReplicaSet', 'Deployment'])

const ofController = ({ involvedObject: of }: KubeObject, namespace: string): boolean =>
  of?.namespace === namespace &&
  CONTROLLER_PARTS.has(of?.kind) &&
  COMPONENTS.some((each) => of?.name === each || String(of?.name).startsWith(`${each}-`))

/** Warning events on Flux objects or in Flux' namespace since `since` (ISO 8601). `well`: labels of the objects that are proven. They inform, they do not fail. */
export async function readWarnings(ctx: ReadContext, since: string, well: ReadonlySet<string>): Promise<Warnings> {
  const { namespace } = ctx.target
  const events = await ctx.kube.list(EVENT, { fieldSelector: 'type=Warning' })
  // Event times have no fractions of a second, ours have: compared as times, cut to the second.
  const from = Math.floor(Date.parse(since) / 1000) * 1000
  const ours = events
    .filter((event) => Date.parse(when(event)) >= from)
    .filter(
      (event) => event.metadata.namespace === namespace || isFluxGroup(String(event.involvedObject?.apiVersion ?? '').split('/')[0] ?? ''),
    )
    .sort((one, other) => Date.parse(when(one)) - Date.parse(when(other)))
  const isPast = (event: KubeObject): boolean => well.has(labelOf(event)) || ofController(event, namespace)
  const told = (some: readonly KubeObject[]): string[] => some.map(lineOf).slice(-SHOWN)
  return { standing: told(ours.filter((event) => !isPast(event))), passed: told(ours.filter(isPast)) }
}
