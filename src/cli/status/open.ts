// A cluster opened for `status`, once for as many looks as are wanted.
import { type OpenWorld, openWorld } from '../../adapters/context.ts'
import { createRedactor } from '../../adapters/redactor.ts'
import { openRunStore } from '../desk.ts'
import type { Invocation } from '../invocation.ts'
import type { ClusterFlags } from '../run-flags.ts'
import { readStatus } from './read.ts'
import type { Status } from './shape.ts'

export interface OpenOptions {
  readonly onOutage: (text: string) => void
  /** How long a server that has answered before is waited for, in ms. */
  readonly patienceMs?: number
}

export function openStatus(invocation: Invocation, flags: ClusterFlags, options: OpenOptions): Promise<OpenWorld> {
  const redactor = createRedactor()
  const runs = openRunStore(invocation, redactor)
  const { env, signal, version, decorate } = invocation
  return openWorld({ ...flags, ...options, env, runs, redactor, signal, userAgent: `flux-ops/${version}`, decorate })
}

/** One look. */
export async function statusOf(invocation: Invocation, flags: ClusterFlags): Promise<Status> {
  const open = await openStatus(invocation, flags, { onOutage: (text) => void process.stderr.write(`⚠ ${text}\n`) })
  try {
    // What an interrupt has cut short looks like a server that is gone.
    return (await readStatus(open.world, flags.namespace).finally(() => invocation.signal.throwIfAborted())).status
  } finally {
    open.close()
  }
}
