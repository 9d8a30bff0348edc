// A rehearsal of what a live cluster runs. The cluster is read, and only that: the ports that are handed on cannot write.
import { openWorld } from '../../adapters/context.ts'
import { createRedactor } from '../../adapters/redactor.ts'
import { type Captured, captureCluster } from '../../rehearsal/captured.ts'
import type { Rehearsal } from '../../rehearsal/report.ts'
import { assertRunnable } from '../../sandbox/index.ts'
import { openRunStore } from '../desk.ts'
import type { Invocation } from '../invocation.ts'
import type { RunFlags } from '../run-flags.ts'
import { plannedIn } from './planned.ts'
import { rehearse } from './rehearse.ts'

async function read(invocation: Invocation, flags: RunFlags, namespace: string): Promise<{ captured: Captured; kubernetes: string }> {
  const { env, signal, version, decorate } = invocation
  const redactor = createRedactor()
  const runs = openRunStore(invocation, redactor)
  const open = await openWorld({ ...flags, namespace, env, runs, redactor, signal, userAgent: `flux-ops/${version}`, decorate })
  try {
    const { kube } = open.world
    const [captured, identity] = await Promise.all([captureCluster(kube, namespace), kube.identity()])
    return { captured, kubernetes: identity.version }
  } finally {
    open.close()
  }
}

/** `plan`: of the upgrade, as the runbook made it. */
export async function rehearseCluster(invocation: Invocation, flags: RunFlags, plan: unknown): Promise<Rehearsal> {
  const planned = plannedIn(plan)
  assertRunnable(planned.releases)
  const known = await read(invocation, flags, planned.namespace)
  return rehearse(invocation, { ...known, planned, json: flags.json })
}
