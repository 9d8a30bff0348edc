// A plan holds for the world it was made in: the same cluster, the commit it was made on (or ours on top of it), the version it starts from.
import { surveyCluster } from '../../src/actions/cluster-survey.ts'
import { findCommit, isHalfReplayed } from '../../src/actions/commit-and-push.ts'
import { assertPlannedCluster } from '../../src/actions/planned-cluster.ts'
import { assertNotClosed } from '../../src/actions/proposal.ts'
import { refusal } from '../../src/errors.ts'
import { findCrd, release, storageVersion } from '../../src/flux/catalogue/index.ts'
import type { InstalledCrd, InstalledFlux } from '../../src/flux/installed.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import { hopsOfPlan, trailerOf, type UpgradeView } from './plan-facts.ts'
import type { UpgradePlan } from './plan-schema.ts'
import { proposalOf } from './proposal/proposing.ts'

/** Throws OpsError (refused) `plan-for-review`, `wrong-cluster`, `plan-stale-head`, `plan-stale-version` or `plan-stale-storage`. */
export async function assertFresh(ctx: ReadContext, plan: UpgradePlan, view: UpgradeView): Promise<void> {
  if (plan.forReview === true) {
    const message = 'the plan was made of a pull request (--ci): it is for review and says nothing of the branch that is upgraded'
    throw refusal('plan-for-review', message, `flux-ops upgrade --to ${plan.to}`)
  }
  await assertPlannedCluster(ctx, plan)
  await assertHead(ctx, plan, view)
  const { installed, crds } = await surveyCluster(ctx.kube, plan.namespace)
  if (!between(installed, plan)) {
    const now = installed.status === 'found' ? installed.version : installed.status
    throw refusal(
      'plan-stale-version',
      `the plan goes from Flux ${plan.from} to ${plan.to}, the cluster runs ${now}`,
      `flux-ops upgrade --to ${plan.to}`,
    )
  }
  const added = storedSince(plan, crds)
  if (added.length > 0) {
    throw refusal(
      'plan-stale-storage',
      ['objects may be stored in API versions that were not there when the plan was made', ...added.map((line) => `  ${line}`)].join('\n'),
      `a new plan:  flux-ops upgrade --to ${plan.to}`,
    )
  }
}

/** Entries of storedVersions that came since, and not with a release of this plan: what the plan migrates would leave them behind. */
function storedSince(plan: UpgradePlan, crds: readonly InstalledCrd[]): string[] {
  const { stored } = plan
  if (stored === undefined) return []
  const brought = hopsOfPlan(plan).map((hop) => release(hop.to))
  return crds.flatMap((crd) => {
    const ours = brought.flatMap((facts) => storageVersion(findCrd(facts, crd.group, crd.kind) ?? { versions: [] }) ?? [])
    const added = crd.storedVersions.filter((version) => !(stored[crd.name] ?? []).includes(version) && !ours.includes(version))
    return added.length === 0 ? [] : [`${crd.name}: ${added.join(', ')}`]
  })
}

async function assertHead(ctx: ReadContext, plan: UpgradePlan, view: UpgradeView): Promise<void> {
  const proposal = proposalOf(view)
  // What is proposed was made from the plan's commit, in a work tree: from then on clone and branch may move.
  if (proposal && view.facts.worktree !== undefined) return assertNotClosed(ctx, proposal)
  const { root, head } = plan.repo
  const now = await ctx.git.head(root)
  if (now === head) return
  const ours = await findCommit(ctx, plan.repo, trailerOf(view))
  if (ours !== undefined || (await isHalfReplayed(ctx, plan.repo, trailerOf(view)))) return
  const { inProgress } = await ctx.git.status(root)
  if (inProgress !== undefined) {
    const message = `a ${inProgress} is under way in ${root}: what this run committed is not on what is checked out`
    throw refusal('repository-busy', message, `git -C ${root} ${inProgress} --abort`, `then:  flux-ops runs resume ${view.runId}`)
  }
  throw refusal(
    'plan-stale-head',
    `the plan was made on commit ${head.slice(0, 10)}, ${root} is at ${now.slice(0, 10)} now`,
    `git -C ${root} log --oneline ${head.slice(0, 10)}..`,
    `a new plan:  flux-ops upgrade --to ${plan.to}`,
  )
}

/** From, to, a stop on the way, or under way between two of them: a run that was cut short leaves controllers of both. */
export function between(installed: InstalledFlux, plan: Pick<UpgradePlan, 'from' | 'to' | 'hops'>): boolean {
  if (installed.status === 'none') return false
  // By image, as one tag may be of several releases.
  const versions = [plan.from, ...(plan.hops ?? []).map((hop) => hop.to), plan.to]
  const ends = versions.map(release).flatMap((facts) => facts.controllers.map((each) => `${each.component}:${each.tag}`))
  return installed.controllers.every((controller) => ends.includes(`${controller.component}:${controller.tag}`))
}
