// What stands around the cluster in a sandbox: git, the github.com redirect, the OCI registry, and the repository that Flux follows.
import type { SandboxContext } from '../contract.ts'
import { startGitServer } from './git-service.ts'
import { copyFilledRegistry } from './registry/fill.ts'
import { startRegistry } from './registry/service.ts'

export { pushAsSomeoneElse } from './bare-repository.ts'
export { gitRemote } from './git-service.ts'
export { publishFluxManifests } from './registry/flux-manifests.ts'
export { startReconciling } from './repositories/reconcile.ts'
export { seedRepository } from './repositories/seed.ts'

/** Called by every `up`: configuration files are written anew, processes that live are left alone. */
export async function startServices(ctx: SandboxContext): Promise<void> {
  await startGitServer(ctx)
  if (ctx.state().style === 'none') return
  await copyFilledRegistry(ctx)
  await startRegistry(ctx)
}
