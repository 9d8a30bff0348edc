// What has to be taken back; the world decides, not the record alone.
import type { ReadContext } from '../../src/ports/context.ts'
import type { RollbackInput } from './input.ts'
import { planSchema, type RollbackPlan } from './plan-schema.ts'
import { commitState, readUpgrade } from './recorded.ts'

export async function makePlan(ctx: ReadContext, input: RollbackInput): Promise<RollbackPlan> {
  const recorded = await readUpgrade(ctx, input.run)
  const { dir, upgrade } = recorded
  const [identity, commit, head] = await Promise.all([ctx.kube.identity(), commitState(ctx, recorded), ctx.git.head(upgrade.repo.root)])
  return planSchema.parse({
    ...upgrade,
    from: upgrade.to,
    to: upgrade.from,
    repo: { ...upgrade.repo, head },
    context: identity.context,
    upgradeRun: input.run,
    upgradeDir: dir,
    commit: commit.state,
    upgradeCommit: commit.commit,
    timeoutMs: input.timeoutSeconds * 1000,
    madeAt: ctx.clock.now().toISOString(),
  })
}
