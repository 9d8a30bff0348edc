// What carries the version from git to Flux itself. One of them that stands still, and the commit changes nothing.
import type { ClusterSurvey } from '../../src/actions/cluster-survey.ts'
import { nameOfApplier } from '../../src/actions/hold.ts'
import { chainOf, installationOf, selfOf, type WritableStyle } from '../../src/actions/installation.ts'
import { idOf } from '../../src/actions/resources.ts'
import type { CheckItem } from '../../src/engine/model.ts'
import { type Applier, applierOf } from '../../src/flux/appliers.ts'
import { isSuspended, verdict } from '../../src/flux/conditions.ts'
import { appliedRevision, commitOf } from '../../src/flux/revisions.ts'

/** What applies Flux, and with OCI self-management what applies the OCIRepository that the pin stands in. */
export function carriersOf(cluster: ClusterSurvey, style: WritableStyle): Applier[] {
  const installation = installationOf(style)
  const self = selfOf(installation)?.source
  const source = cluster.objects.find((each) => each.kind === 'OCIRepository' && idOf(each) === self)
  const before = source === undefined ? undefined : applierOf(source)
  return [...(before === undefined ? [] : [before]), ...chainOf(installation)]
}

/** Said of what kustomize-controller has applied already. */
const APPLIED = new Set(['HealthCheckFailed', 'PruneFailed'])

/** Kustomizations among the carriers that are not ready and did not apply what they were given. `head`: the commit that they should be at. */
export function blockedCarriers(cluster: ClusterSurvey, style: WritableStyle, head: string): CheckItem[] {
  const names = new Set(carriersOf(cluster, style).map(nameOfApplier))
  return cluster.objects.flatMap((object): CheckItem[] => {
    const where = `${object.kind} ${idOf(object)}`
    const { state, reason, message } = verdict(object)
    if (object.kind !== 'Kustomization' || !names.has(where) || isSuspended(object) || APPLIED.has(reason)) return []
    const waits = state !== 'ready' && state !== 'failed' && object.spec?.sourceRef?.kind === 'GitRepository'
    if (state !== 'failed' && !(waits && commitOf(appliedRevision(object)) !== head)) return []
    return [{ where, what: `is ${state}: ${[reason, message].filter((part) => part !== '').join(': ')}` }]
  })
}
