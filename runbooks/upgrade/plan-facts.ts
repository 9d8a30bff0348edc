// What follows from a plan; pure.
import type { Trailer } from '../../src/actions/commit-and-push.ts'
import { hopTrailer, runTrailer } from '../../src/actions/commit-and-push.ts'
import { hopManifests } from '../../src/actions/hop-ids.ts'
import { selfOf } from '../../src/actions/installation.ts'
import type { Wanted } from '../../src/actions/pinned.ts'
import { NEW_MANIFESTS } from '../../src/actions/render.ts'
import { sourceToken } from '../../src/actions/requests.ts'
import type { SourceGoal } from '../../src/actions/sync-source.ts'
import type { View } from '../../src/engine/model.ts'
import type { UpgradePlan } from './plan-schema.ts'

export type UpgradeView = View<UpgradePlan>

/** Files that the commit holds, sorted. */
export const changedFiles = (plan: UpgradePlan): string[] =>
  [...new Set([...plan.migrate.changes.map((each) => each.file), ...plan.pins.map((pin) => pin.file)])].sort()

/** The OCIRepository that Flux applies itself from. */
export const ociSourceOf = ({ installation }: UpgradePlan): string | undefined => selfOf(installation)?.source

/** The FluxInstance by which Flux is kept. */
export const instanceOf = ({ installation }: Pick<UpgradePlan, 'installation'>): string | undefined =>
  installation.style === 'operator' ? installation.instance : undefined

/** Of a plan in style helm. */
export const chartOf = ({ chart, from, to }: Pick<UpgradePlan, 'chart' | 'from' | 'to'>): { from: string; to: string } =>
  chart ?? { from, to }

/** What the pins say once it is merged or pushed. */
export const wantedBy = ({ to, chart }: Pick<UpgradePlan, 'to' | 'chart'>): Wanted => ({ flux: to, chart: chart?.to })

/** A hop as a plan tells of it; a plan of one hop has them in its own fields. */
interface ToldHop {
  readonly from: string
  readonly to: string
  readonly why: string
  readonly warnings: readonly string[]
  readonly migrateBefore: readonly { readonly crd: string; readonly drops: readonly string[]; readonly to: string }[]
}

export const hopsOfPlan = (plan: UpgradePlan): readonly ToldHop[] =>
  plan.hops ?? [
    { from: plan.from, to: plan.to, why: plan.why, warnings: [], migrateBefore: plan.storage.filter((need) => need.drops.length > 0) },
  ]

interface ToldFact {
  readonly minor: string
  readonly title: string
  readonly breaks: string
  readonly fix: string
  readonly source: string
  readonly count: number
  readonly objects: readonly { readonly where: string; readonly what: string }[]
  readonly unknown?: string
}

export const factsOfPlan = (
  plan: UpgradePlan & { readonly facts?: readonly ToldFact[]; readonly otherFacts?: number },
): { readonly facts?: readonly ToldFact[]; readonly otherFacts?: number } => plan

/** Where there is no way back, as a sentence; undefined when there is none. */
export const promotionLine = (plan: UpgradePlan): string | undefined =>
  plan.promotions.length === 0
    ? undefined
    : plan.promotions
        .map(
          (each) =>
            `${each.crd} is stored as ${each.to}${each.lowest === undefined ? ' and cannot go back' : ` and cannot go below Flux ${each.lowest}`}`,
        )
        .join('; ')

/** By which the commit of this hop is found; outside of a hop the newest of the run. */
export const trailerOf = ({ plan, runId }: UpgradeView): Trailer =>
  plan.leg === undefined ? runTrailer(runId) : hopTrailer(runId, plan.to)

/** All that the commit carries. */
export const trailersOf = (view: UpgradeView): Trailer[] =>
  view.plan.leg === undefined ? [trailerOf(view)] : [runTrailer(view.runId), trailerOf(view)]

/** Value of the reconcile annotation once the new controllers run: one a hop, so that a resumed run asks nobody twice. */
export const tokenOf = ({ plan, runId }: UpgradeView): string => (plan.leg === undefined ? runId : `${runId}/${plan.leg.key}`)

/** Where the manifests of this hop are rendered to, below the run's folder. */
export const manifestsOf = (plan: UpgradePlan): string => (plan.leg === undefined ? NEW_MANIFESTS : hopManifests(plan.to))

export const sourceGoal = (view: UpgradeView): SourceGoal => ({
  repo: view.plan.repo,
  installation: view.plan.installation,
  trailer: trailerOf(view),
  tag: `v${view.plan.to}`,
  token: sourceToken(tokenOf(view)),
  timeoutMs: view.plan.timeoutMs,
})
