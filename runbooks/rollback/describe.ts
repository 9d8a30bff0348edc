// The way back as lines for a person: one a step, with what it touches.
import { nameOfApplier } from '../../src/actions/hold.ts'
import { ownerOf } from '../../src/actions/installation.ts'
import { instanceOf } from './plan-facts.ts'
import type { RollbackPlan } from './plan-schema.ts'
import { branchOf } from './pull-request.ts'
import { rollbackSteps } from './steps.ts'

const COMMITS = {
  none: 'nothing was committed, git stays as it is',
  local: 'the commit of the upgrade is dropped, it was never pushed',
  pushed: 'one commit that reverts the upgrade',
  reverted: 'the revert is there already',
}

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`

const short = (plan: RollbackPlan): string => plan.upgradeCommit?.slice(0, 10) ?? ''

const inState = (plan: RollbackPlan, ...states: string[]): number =>
  plan.baseline.filter((each) => states.includes(each.verdict.state)).length

const ownerLine = (plan: RollbackPlan): string => {
  const owner = ownerOf(plan.installation)
  return owner === undefined ? '' : nameOfApplier(owner)
}

const DETAILS: Readonly<Record<string, (plan: RollbackPlan) => string>> = {
  'drop-commit': (plan) => `git reset to the commit before ${short(plan)}, which was never pushed`,
  'revert-commit': (plan) => `git revert ${short(plan)} on ${plan.repo.branch}`,
  hold: (plan) => `${ownerLine(plan)} suspended until the revert has arrived`,
  push: (plan) => `${plan.repo.remote}/${plan.repo.branch}, never forced`,
  'operator-back': (plan) => `FluxInstance ${instanceOf(plan)} back at ${plan.to}, by the FluxInstance kept by the backup`,
  worktree: () => 'beside your checkout, which stays as it is',
  'push-branch': (plan) => `${plan.repo.remote}/${branchOf(plan, '<run>')}; nothing is pushed to ${plan.repo.branch}`,
  'open-pull-request': (plan) => `${plan.pullRequest?.url}/${plan.pullRequest?.path}, into ${plan.repo.branch}`,
  merged: () => 'the run ends here with exit 4; flux-ops runs resume goes on once it is merged',
  'checkout-merge': (plan) => `${plan.repo.remote}/${plan.repo.branch} as it is then, into the work tree`,
  'tidy-clone': (plan) => `${plan.repo.root} moved forward if it is clean and on ${plan.repo.branch}`,
  'apply-old': (plan) => `server-side, the manifests of Flux ${plan.to} kept by the backup`,
  rollout: (plan) => `controllers of ${plan.to}`,
  'sync-source': (plan) => `GitRepository ${plan.repo.source} to the revert`,
  release: (plan) => `${ownerLine(plan)} no longer suspended`,
  reconcile: () => 'every object, sources first, then by dependsOn',
  verify: (plan) => `${counted(inState(plan, 'ready'), 'object')} that were ready before the upgrade`,
  report: () => 'report.md in the folder of the run',
}

export function describePlan(plan: RollbackPlan): string[] {
  const steps = rollbackSteps(plan)
  const lines = steps.map(
    (step, index) => `${String(index + 1).padStart(2)} ${step.id.padEnd(17)} ${DETAILS[step.id]?.(plan) ?? step.title}`,
  )
  const what = plan.hop === undefined ? `run ${plan.upgradeRun}` : `the last hop of run ${plan.upgradeRun}`
  const further = plan.hop === undefined || plan.hop.further === '' ? [] : [`no further than ${plan.to}: ${plan.hop.further}`]
  return [`${plan.from} → ${plan.to}, taking back ${what}; ${COMMITS[plan.commit]}`, ...further, ...lines]
}
