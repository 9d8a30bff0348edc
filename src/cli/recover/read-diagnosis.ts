import { type Reading, takeSnapshot } from '../../actions/take-snapshot.ts'
import { systemClock } from '../../adapters/clock.ts'
import { connect } from '../../adapters/kube-connect.ts'
import type { Diagnosis } from '../../diagnosis/diagnose.ts'
import type { Invocation } from '../invocation.ts'
import type { ClusterFlags } from '../run-flags.ts'
import type { Telling } from './telling.ts'

/** An API server that is started anew takes up to half a minute, and somebody waits for this with a cluster that is down. */
const PATIENCE_MS = 30_000

/** Reads only, and opens no more than that needs: tools, git and the record of runs would take as long to load as the cluster to answer. */
export async function readDiagnosis(invocation: Invocation, flags: ClusterFlags, telling: Telling): Promise<Diagnosis> {
  const { env, signal, version } = invocation
  const clock = systemClock
  const userAgent = `flux-ops/${version}`
  const { kube, close } = await connect({ ...flags, env, signal, clock, userAgent, patienceMs: PATIENCE_MS, onOutage: telling.warn })
  try {
    // What makes it of that, and what draws it, is loaded while the cluster answers, and not before it was asked.
    let loaded: Promise<typeof import('../../diagnosis/diagnose.ts')> | undefined
    const load = () => {
      loaded ??= import('../../diagnosis/diagnose.ts').finally(() => import('./show.ts'))
      return loaded
    }
    const seen = (reading: Reading): void => {
      void load()
      telling.seen(reading)
    }
    // What an interrupt has cut short looks like a server that is gone.
    const snapshot = await takeSnapshot({ kube, clock }, flags.namespace, seen).finally(() => signal.throwIfAborted())
    return (await load()).diagnose(snapshot)
  } finally {
    close()
  }
}
