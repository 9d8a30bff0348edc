// The older version in the cluster again, from what the upgrade's backup kept: by us, or by the Flux Operator from the FluxInstance of before.
import * as z from 'zod'
import { applyLine, applyManifests, manifestsApplied } from '../../../src/actions/apply-manifests.ts'
import { intact, readIndex } from '../../../src/actions/backup.ts'
import { instanceBehind, isInPlace, readInstance, takeBack, takeBackLines } from '../../../src/actions/flux-instance.ts'
import type { OperatorInstallation } from '../../../src/actions/installation.ts'
import { OLD_MANIFESTS } from '../../../src/actions/render.ts'
import type { WriteStep } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import type { ReadContext } from '../../../src/ports/context.ts'
import type { RollbackPlan } from '../plan-schema.ts'
import { isIntact } from '../recorded.ts'

type Write = WriteStep<RollbackPlan>

export const oldManifests = (plan: RollbackPlan): string => `${plan.upgradeDir}/${plan.hop?.manifests ?? OLD_MANIFESTS}`

/** Plans of one hop carry no sum: it is in the index of the backup. */
async function manifestsIntact(ctx: ReadContext, plan: RollbackPlan): Promise<boolean> {
  if (plan.hop !== undefined) return isIntact(ctx, plan.upgradeDir, { path: plan.hop.manifests, sha256: plan.hop.sha256 })
  const index = await readIndex(ctx, plan.upgradeDir)
  return index !== undefined && intact(ctx, plan.upgradeDir, index, OLD_MANIFESTS)
}

/** Throws OpsError `backup-changed`. */
export async function assertIntact(ctx: ReadContext, plan: RollbackPlan): Promise<void> {
  if (await manifestsIntact(ctx, plan)) return
  throw new OpsError({
    code: 'backup-changed',
    message: `${oldManifests(plan)} is not what the upgrade wrote`,
    hints: [`sha256sum ${oldManifests(plan)}`],
  })
}

const applyOld: Write = {
  kind: 'write',
  id: 'apply-old',
  title: 'apply the manifests of before',
  why: 'they are what ran before the upgrade, kept by its backup; no controller of the newer version is needed for it',
  preview: ({ plan }) => [applyLine(plan.context, oldManifests(plan))],
  isDone: (ctx, { plan }) => manifestsApplied(ctx, oldManifests(plan)),
  run: async (ctx, { plan }) => {
    await assertIntact(ctx, plan)
    return applyManifests(ctx, oldManifests(plan))
  },
}

const Kept = z.object({ spec: z.object({ distribution: z.looseObject({ version: z.string() }) }) })

const operatorBack = ({ instance }: OperatorInstallation): Write => ({
  kind: 'write',
  id: 'operator-back',
  title: 'let the Flux Operator put the older version back',
  why: 'the operator owns the CRDs and controllers; by itself it refuses to go back a minor, so it is made to forget which one it applied last',
  preview: (view) => takeBackLines(instance, view.plan.to),
  isDone: async (ctx, { plan }) =>
    (await isInPlace(ctx, plan.to)) && instanceBehind(await readInstance(ctx.kube, instance), plan.to) === undefined,
  run: async (ctx, { plan, runId }) => {
    await assertIntact(ctx, plan)
    const { distribution } = Kept.parse(JSON.parse(await ctx.files.readText(oldManifests(plan)))).spec
    return takeBack(ctx, { instance, version: plan.to, token: `${runId}/operator`, timeoutMs: plan.timeoutMs }, distribution)
  },
})

export const putBack = ({ installation }: RollbackPlan): Write =>
  installation.style === 'operator' ? operatorBack(installation) : applyOld
