// What goes into a bundle: one look at the cluster, its diagnosis, the logs of the controllers. What comes out of here is redacted.
import { isDeepStrictEqual } from 'node:util'
import { readControllerLogs } from '../../actions/controller-logs.ts'
import { takeSnapshot } from '../../actions/take-snapshot.ts'
import type { World } from '../../adapters/context.ts'
import { logNames } from '../../diagnosis/bundle/layout.ts'
import { logSources } from '../../diagnosis/bundle/log-sources.ts'
import { redactDiagnosis, redactSnapshot } from '../../diagnosis/bundle/redact.ts'
import { createScrub, type Scrub, scrubLong } from '../../diagnosis/bundle/scrub-text.ts'
import { type Diagnosis, diagnose } from '../../diagnosis/diagnose.ts'
import type { ReadContext } from '../../ports/context.ts'
import type { BundleContent } from './bundle-files.ts'

export interface TakeOrder {
  /** Of Flux. */
  readonly namespace: string
  /** Of each log. */
  readonly lines: number
  readonly clean: Scrub
  readonly signal: AbortSignal
  readonly progress: ReadContext['progress']
  readonly version: string
  readonly platform: string
}

export interface Taken {
  readonly content: BundleContent
  /** Whether what is left of the snapshot gives the same causes. */
  readonly same: boolean
}

const outline = ({ causes, objects, notReady }: Diagnosis): unknown => ({
  objects,
  notReady,
  causes: causes.map(({ object, also, state, since, blocks }) => ({ object, also, state, since, blocks })),
})

export async function takeBundle(world: Pick<World, 'kube' | 'clock'>, order: TakeOrder): Promise<Taken> {
  const { signal, clean } = order
  const scrub = createScrub(clean)
  order.progress({ waitingFor: 'objects, controllers and warnings' })
  const seen = await takeSnapshot(world, order.namespace).finally(() => signal.throwIfAborted())
  const sources = logSources(seen)
  order.progress({ waitingFor: `logs of ${sources.length} containers` })
  const read = await readControllerLogs(world, sources, order.lines).finally(() => signal.throwIfAborted())
  const diagnosis = redactDiagnosis(diagnose(seen), scrub)
  const snapshot = redactSnapshot(seen, scrub)
  const names = logNames(read.logs)
  return {
    content: {
      snapshot,
      diagnosis,
      logs: read.logs.map(({ text }, at) => ({ name: names[at] as string, text: scrubLong(text, clean) })),
      unseen: [...snapshot.unseen, ...read.unseen.map(({ what, why }) => ({ what: scrub(what), why: scrub(why) }))],
      version: order.version,
      platform: order.platform,
    },
    same: isDeepStrictEqual(outline(diagnose(snapshot)), outline(diagnosis)),
  }
}
