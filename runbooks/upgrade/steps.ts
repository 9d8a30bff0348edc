// The upgrade, top to bottom. A step that has nothing to do here is not in the list.
import { proposed } from '../../src/actions/proposal-steps.ts'
import type { Step } from '../../src/engine/model.ts'
import { legPlans, onLeg } from './legs.ts'
import { changedFiles } from './plan-facts.ts'
import type { UpgradePlan } from './plan-schema.ts'
import { proposing } from './proposal/proposing.ts'
import { apply } from './steps/apply.ts'
import { backup } from './steps/backup.ts'
import { commit } from './steps/commit.ts'
import { helmApplies } from './steps/helm-applies.ts'
import { migrateRepository } from './steps/migrate-repository.ts'
import { leftovers, migrateStorage } from './steps/migrate-storage.ts'
import { operatorApplies } from './steps/operator-applies.ts'
import { pin } from './steps/pin.ts'
import { push } from './steps/push.ts'
import { reconcile } from './steps/reconcile.ts'
import { report } from './steps/report.ts'
import { rewriteRepository } from './steps/rewrite-repository.ts'
import { rollout } from './steps/rollout.ts'
import { syncSource } from './steps/sync-source.ts'
import { verify } from './steps/verify.ts'

/** How the new version gets from git into the cluster: applied by us, as Flux would, by the Flux Operator, or by Helm. */
const inPlace = (plan: UpgradePlan, first: boolean): Step<UpgradePlan> => {
  const { installation } = plan
  if (installation.style === 'helm') return helmApplies(plan, installation, first)
  return installation.style === 'operator' ? operatorApplies(plan, installation, first) : apply(plan, first)
}

export function upgradeSteps(plan: UpgradePlan): Step<UpgradePlan>[] {
  const steps = [backup, ...legPlans(plan).flatMap((each) => hopSteps(each).map((step) => onLeg(step, each))), report]
  if (plan.pullRequest === undefined || changedFiles(plan).length === 0) return steps
  return proposed(steps, { edits: ['migrate-repository', 'pin', 'commit'], push: 'push' }, proposing(plan))
}

function hopSteps(plan: UpgradePlan): Step<UpgradePlan>[] {
  const edits = changedFiles(plan).length > 0
  const migrateFiles = plan.leg === undefined ? migrateRepository : rewriteRepository
  return [
    // What a later hop finds stored is known only when it is its turn: it always looks.
    ...(plan.leg?.previous !== undefined ? [{ ...migrateStorage, preview: leftovers.preview }] : []),
    ...(plan.storage.length > 0 ? [migrateStorage] : []),
    ...(plan.migrate.changes.length > 0 ? [migrateFiles] : []),
    ...(plan.pins.length > 0 ? [pin] : []),
    ...(edits ? [commit, push(plan)] : []),
    syncSource,
    inPlace(plan, !edits),
    rollout,
    leftovers,
    reconcile,
    verify,
  ]
}
