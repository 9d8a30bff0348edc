import { takeSnapshot } from '../../actions/take-snapshot.ts'
import { openWorld } from '../../adapters/context.ts'
import { createRedactor } from '../../adapters/redactor.ts'
import { type Diagnosis, diagnose } from '../../diagnosis/diagnose.ts'
import { openRunStore } from '../desk.ts'
import type { Invocation } from '../invocation.ts'
import type { ClusterFlags } from '../run-flags.ts'

/** An API server that is started anew takes up to half a minute, and somebody waits for this with a cluster that is down. */
const PATIENCE_MS = 30_000

/** Reads only. */
export async function readDiagnosis(invocation: Invocation, flags: ClusterFlags): Promise<Diagnosis> {
  const { env, signal, version, decorate } = invocation
  const redactor = createRedactor()
  const runs = openRunStore(invocation, redactor)
  const onOutage = (text: string): void => void process.stderr.write(`⚠ ${text}\n`)
  const open = await openWorld({
    ...flags,
    env,
    runs,
    redactor,
    signal,
    userAgent: `flux-ops/${version}`,
    patienceMs: PATIENCE_MS,
    onOutage,
    decorate,
  })
  try {
    // What an interrupt has cut short looks like a server that is gone.
    return diagnose(await takeSnapshot(open.world, flags.namespace).finally(() => signal.throwIfAborted()))
  } finally {
    open.close()
  }
}
