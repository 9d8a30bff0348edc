// The sandbox as the rest of the project sees it.
export type { ManifestsDir } from './context.ts'
export type {
  Faults,
  ProcessRecord,
  Progress,
  ProgressLine,
  SandboxContext,
  SandboxPaths,
  SandboxState,
  Services,
  Style,
  Tools,
} from './contract.ts'
export { type DownOptions, type DownResult, down } from './down.ts'
export { environment } from './environment.ts'
export { fluxObjects, installFlux } from './flux-install.ts'
export { type SandboxRef, withSandbox } from './open.ts'
export { restartApiServer, startProcess, stopProcess } from './parts.ts'
export { DEFAULT_NAME, defaultRoot, sandboxDir, sandboxPaths } from './paths.ts'
export {
  assertOperatorRunnable,
  assertRunnable,
  commitToReplica,
  type Replica,
  type ReplicaOptions,
  RUNNABLE,
  replicaUp,
} from './replica.ts'
export { restore, type SnapshotOptions, snapshot } from './snapshot.ts'
export { onceEach, type StandardUpOptions, standardSandbox, standardServices, standardTools, standardUp } from './standard.ts'
export { readState } from './state.ts'
export { type ControllerStatus, controllers, type ProcessStatus, type SandboxStatus, status } from './status.ts'
export { type UpOptions, up } from './up.ts'
