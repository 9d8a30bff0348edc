// What a question needs to know, found out once: the cluster behind a context, the host keys that a server shows.
import { type SshPlace, sshPlace } from '../../actions/host-keys.ts'
import { openWorld, type WorldOptions } from '../../adapters/context.ts'
import { messageOf, OpsError } from '../../errors.ts'
import type { ReadContext } from '../../ports/context.ts'
import { interrupted } from './ending.ts'
import type { ClusterFacts, Facts, Need } from './facts.ts'
import type { Answers } from './model.ts'
import { repositoryUrl } from './places.ts'
import { readCluster } from './read-cluster.ts'
import { readHostKeys } from './read-machine.ts'

/** Somebody waits, and the file can be made without it. */
const PATIENCE_MS = 20_000

async function askCluster(options: WorldOptions, context: string): Promise<ClusterFacts> {
  const limit = AbortSignal.timeout(PATIENCE_MS)
  try {
    const open = await openWorld({ ...options, context, signal: AbortSignal.any([options.signal, limit]) })
    try {
      const facts = await readCluster(open.world.kube, context, options.namespace)
      return facts.status === 'unknown' && limit.aborted ? { ...facts, why: `no answer within ${PATIENCE_MS / 1000} seconds` } : facts
    } finally {
      open.close()
    }
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    return { status: 'unknown', context, why: messageOf(error) }
  }
}

export interface Gatherer {
  readonly world: WorldOptions
  readonly exec: ReadContext['exec']
  /** Told before it takes time. */
  waiting(text: string): void
}

/** Of what did not answer nothing is kept: it is asked again. */
export function gatherer({ world, exec, waiting }: Gatherer): (need: Need, answers: Answers) => Promise<Partial<Facts>> {
  const known = new Map<string, Partial<Facts>>()
  const once = async (key: string, text: string, work: () => Promise<Partial<Facts>>): Promise<Partial<Facts>> => {
    const before = known.get(key)
    if (before) return before
    waiting(text)
    const facts = await work()
    if (world.signal.aborted) throw interrupted()
    if ((facts.cluster ?? facts.hostKeys)?.status === 'seen') known.set(key, facts)
    return facts
  }
  const hostKeys = (place: SshPlace): Promise<Partial<Facts>> =>
    once(`${place.host} ${place.port}`, `asking ${place.host} which host keys it shows`, async () => ({
      hostKeys: await readHostKeys({ exec }, place),
    }))
  return async (need, answers) => {
    if (need === 'cluster') {
      const context = answers.context ?? ''
      return once(context, `asking ${context} what it is`, async () => ({ cluster: await askCluster(world, context) }))
    }
    const place = sshPlace(repositoryUrl(answers) ?? '')
    return place === undefined ? { hostKeys: undefined } : hostKeys(place)
  }
}
