// The releases that will run between now and the target, for checks that look at every one of them.
import type { ClusterSurvey } from '../../src/actions/cluster-survey.ts'
import type { RepositorySurvey } from '../../src/actions/repository-survey.ts'
import { type Hop, planHops } from '../../src/flux/hops.ts'
import { componentsOf, liveVersion, styleOf } from './inspect.ts'

/** [] where no chain leads to the target: checks target-known and stored-versions say why. */
export function hopsOf(cluster: ClusterSurvey, repository: RepositorySurvey, to: string, kubernetes: string): readonly Hop[] {
  const style = styleOf(cluster, repository)
  const components = style.style === 'bootstrap' || style.style === 'pin' ? componentsOf(style) : undefined
  const plan = planHops({ from: liveVersion(cluster), to, crds: cluster.crds, kubernetes, ...(components ? { components } : {}) })
  return plan.kind === 'hops' ? plan.hops : []
}

/** Versions, the target last. */
export function stopsOf(cluster: ClusterSurvey, repository: RepositorySurvey, to: string, kubernetes: string): readonly string[] {
  const hops = hopsOf(cluster, repository, to, kubernetes)
  return hops.length === 0 ? [to] : hops.map((hop) => hop.to)
}
