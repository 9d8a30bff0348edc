// A plan holds for the world it was made in: the same cluster, the commit it was made on (or ours on top of it), the version it starts from.
import { surveyCluster } from '../../src/actions/cluster-survey.ts'
import { findCommit, isHalfReplayed } from '../../src/actions/commit-and-push.ts'
import { refusal } from '../../src/errors.ts'
import { release } from '../../src/flux/catalogue/index.ts'
import type { InstalledFlux } from '../../src/flux/installed.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import { trailerOf, type UpgradeView } from './plan-facts.ts'
import type { UpgradePlan } from './plan-schema.ts'

/** Throws OpsError (refused) `wrong-cluster`, `plan-stale-head` or `plan-stale-version`. */
export async function assertFresh(ctx: ReadContext, plan: UpgradePlan, view: UpgradeView): Promise<void> {
  const identity = await ctx.kube.identity()
  if (identity.uid !== plan.clusterUid) {
    throw refusal(
      'wrong-cluster',
      `the plan is for cluster ${plan.clusterUid}, context ${identity.context} is ${identity.uid}`,
      `--context ${plan.context}`,
    )
  }
  await assertHead(ctx, plan, view)
  const { installed } = await surveyCluster(ctx.kube, plan.namespace)
  if (!between(installed, plan)) {
    const now = installed.status === 'found' ? installed.version : installed.status
    throw refusal(
      'plan-stale-version',
      `the plan goes from Flux ${plan.from} to ${plan.to}, the cluster runs ${now}`,
      `flux-ops upgrade --to ${plan.to}`,
    )
  }
}

async function assertHead(ctx: ReadContext, plan: UpgradePlan, view: UpgradeView): Promise<void> {
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
