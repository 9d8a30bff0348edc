// What has to be taken back; the world decides, not the record alone.
import { readCrds } from '../../src/actions/cluster-survey.ts'
import { findForge } from '../../src/actions/forge.ts'
import { OpsError } from '../../src/errors.ts'
import { rollbackVerdict } from '../../src/flux/hops.ts'
import type { InstalledCrd } from '../../src/flux/installed.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import type { RollbackInput } from './input.ts'
import { planSchema, type RecordedUpgrade, type RollbackPlan, type TakenBack } from './plan-schema.ts'
import { commitState, oldManifests, type Recorded, readUpgrade } from './recorded.ts'

/** As the upgrade went, unless it is said otherwise: a branch that was guarded then is guarded now. */
export async function pullRequestPart(
  ctx: ReadContext,
  input: Pick<RollbackInput, 'run' | 'pullRequest'>,
  upgrade: RecordedUpgrade,
): Promise<Pick<RollbackPlan, 'pullRequest'> | object> {
  if (input.pullRequest === false || (input.pullRequest === undefined && upgrade.pullRequest === undefined)) return {}
  if (upgrade.pullRequest) return { pullRequest: upgrade.pullRequest }
  const { kind, url, path } = await findForge(ctx, upgrade.repo, {})
  return { pullRequest: { kind, url, path } }
}

export async function makePlan(ctx: ReadContext, input: RollbackInput): Promise<RollbackPlan> {
  const recorded = await readUpgrade(ctx, input.run)
  const { dir, upgrade } = recorded
  const { hops: _chain, pullRequest: _asTheUpgrade, ...shared } = upgrade
  const [identity, commit, head, hop] = await Promise.all([
    ctx.kube.identity(),
    commitState(ctx, recorded),
    ctx.git.head(upgrade.repo.root),
    takenBack(ctx, recorded),
  ])
  return planSchema.parse({
    ...shared,
    ...(await pullRequestPart(ctx, input, upgrade)),
    from: upgrade.to,
    to: upgrade.from,
    repo: { ...upgrade.repo, head },
    context: identity.context,
    upgradeRun: input.run,
    upgradeDir: dir,
    ...(hop && { hop }),
    commit: commit.state,
    upgradeCommit: commit.commit,
    timeoutMs: input.timeoutSeconds * 1000,
    madeAt: ctx.clock.now().toISOString(),
  })
}

async function takenBack(ctx: ReadContext, recorded: Recorded): Promise<TakenBack | undefined> {
  const { upgrade, hop, dir } = recorded
  if (hop === undefined) return undefined
  const kept = await oldManifests(ctx, recorded)
  if (kept === undefined) {
    throw new OpsError({
      code: 'manifests-missing',
      message: `the manifests of Flux ${upgrade.from} are not in ${dir}`,
      hints: [`ls ${dir}/manifests`],
    })
  }
  const { crds } = await readCrds(ctx.kube)
  return {
    to: upgrade.to,
    manifests: kept.path,
    sha256: kept.sha256,
    further: whyNoFurther(upgrade.from, upgrade.hops?.[hop - 1]?.from, crds),
  }
}

/** Pure: what stands in the way of the hop before, or that it was proven and one rollback takes back one hop. `before`: where that one came from. */
export function whyNoFurther(stop: string, before: string | undefined, crds: readonly InstalledCrd[]): string {
  if (before === undefined) return ''
  const verdict = rollbackVerdict(stop, before, crds)
  if (verdict.accepted) return `the hop ${before} → ${stop} was proven, and one rollback takes back one hop`
  const stored = verdict.blockers.map((each) => `${each.crd} stores ${each.stored.join(', ')}`)
  return `${stored.join('; ')}, which Flux ${before} does not have`
}
