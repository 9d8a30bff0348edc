// Single parts of a running sandbox, ended and started again: what the fault tests do to the API server.
import { usageError } from '../errors.ts'
import type { ProcessRecord, SandboxContext } from './contract.ts'
import { CONTROL_PLANE, type ControlPlanePart, controlPlaneSpec } from './control-plane.ts'
import { NODE_AGENT, startNodeAgent } from './lifecycle.ts'
import { type SandboxRef, withSandbox } from './open.ts'
import { endProcess } from './processes.ts'

const isControlPlane = (name: string): name is ControlPlanePart => CONTROL_PLANE.some((part) => part === name)

/** Ends one process; `kill` skips SIGTERM. A process that does not run is no error. */
export async function stopProcess(ref: SandboxRef, name: string, options: { kill?: boolean } = {}): Promise<void> {
  await withSandbox(ref, async (ctx) => {
    const record = ctx.state().processes[name]
    if (record !== undefined && options.kill === true) await endProcess(record, 0)
    await ctx.stop(name)
  })
}

/** Starts etcd, kube-apiserver, kube-controller-manager or node-agent again and waits until it is ready. */
export async function startProcess(ref: SandboxRef, name: string): Promise<ProcessRecord> {
  return await withSandbox(ref, (ctx) => startPart(ctx, name))
}

export async function restartApiServer(ref: SandboxRef): Promise<ProcessRecord> {
  await stopProcess(ref, 'kube-apiserver', { kill: true })
  return await startProcess(ref, 'kube-apiserver')
}

async function startPart(ctx: SandboxContext, name: string): Promise<ProcessRecord> {
  if (name === NODE_AGENT) return await startNodeAgent(ctx)
  if (isControlPlane(name)) return await ctx.start(await controlPlaneSpec(ctx, name))
  throw usageError(
    'sandbox-part',
    `${name} cannot be started by itself`,
    `known are ${[...CONTROL_PLANE, NODE_AGENT].join(', ')}`,
    'flux-ops sandbox up  starts all',
  )
}
