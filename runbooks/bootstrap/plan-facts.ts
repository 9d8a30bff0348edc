// What steps read out of the plan, under names.
import { runTrailer, type Trailer } from '../../src/actions/commit-and-push.ts'
import type { View } from '../../src/engine/model.ts'
import type { BootstrapPlan } from './plan-schema.ts'

export type BootstrapView = View<BootstrapPlan>

export const trailerOf = ({ runId }: BootstrapView): Trailer => runTrailer(runId)

export const namespaceOf = ({ file }: BootstrapPlan): string => file.flux.namespace

/** namespace/name of the Secret that Flux reads the repository with. */
export const gitSecret = (plan: BootstrapPlan): string => `${namespaceOf(plan)}/${plan.file.git.secretName}`

/** Everything that the run writes in the repository, relative to its root. */
export const pathsOf = ({ files, components }: BootstrapPlan): string[] => [
  ...(components === null || components.isThere ? [] : [components.path]),
  ...files.map(({ path }) => path),
]
