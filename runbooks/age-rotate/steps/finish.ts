// The end: the old key leaves the cluster, everything that decrypts shows that it is well without it, and the report says what is left for people.
import { recordBackup } from '../../../src/actions/keys/record.ts'
import { REPORT } from '../../../src/actions/report.ts'
import { requestLine } from '../../../src/actions/requests.ts'
import type { ManualStep, ReadStep, WriteStep } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import { shortRecipient } from '../../../src/sops/keys/bundle.ts'
import { haveAnswered, isApplied, reconcileDecrypting } from '../cluster/applied.ts'
import { holds, keysAtHand, takeOldOut } from '../cluster/key-secrets.ts'
import type { RotateView } from '../plan-facts.ts'
import type { RotatePlan } from '../plan-schema.ts'
import { rotationReport } from '../report-text.ts'
import { goalOf } from './phase.ts'
import { assertNobodyNew, assertNothingOld } from './prove.ts'

export const keepOld = (until: string): ManualStep<RotatePlan> => ({
  kind: 'manual',
  id: 'keep-old',
  title: `keep the old key in the cluster until ${until}`,
  instructions: ({ plan, runId }) => [
    `the old key stays in Secret ${plan.secrets.join(', ')} until ${until}; nothing is sealed to it any more`,
    `from then on:  flux-ops runs resume ${runId}`,
  ],
  why: 'whoever still needs it has time until then',
  isDone: async (ctx) => ctx.clock.now().getTime() >= Date.parse(until),
})

/** The wait before it may have lasted for weeks: what the branch has and Flux has applied by now counts. Before the line, so that there is a way back. */
export const lastLook: WriteStep<RotatePlan> = {
  kind: 'write',
  id: 'last-look',
  title: 'look whether anybody needs the old key by now',
  why: 'others may have pushed since; what only the old key opens would be shut',
  preview: ({ plan }) => [`git fetch ${plan.repo.remote} ${plan.repo.branch}`, 'read the Kustomizations that decrypt with the key'],
  isDone: async () => false,
  run: async (ctx, view) => {
    const { mentions, commit } = await assertNothingOld(ctx, view)
    await assertNobodyNew(ctx, view, await keysAtHand(ctx, view))
    if (await isApplied(ctx, goalOf(view, 'cut'))) return { mentions, commit }
    throw new OpsError({
      code: 'rotation-unproven',
      message: 'the old key stays in the cluster: not everything that decrypts is Ready with what git has',
      hints: ['flux get kustomizations -A', 'then:  flux-ops runs resume'],
    })
  },
}

export const takeOut: WriteStep<RotatePlan> = {
  kind: 'write',
  id: 'take-out',
  title: 'take the old key out of the cluster',
  why: 'a key that opens nothing is only good for whoever steals it',
  pointOfNoReturn: 'the old key leaves the cluster; the backup still has it',
  preview: ({ plan }) => plan.secrets.map((id) => `Secret ${id}: without ${shortRecipient(plan.old)}`),
  // Somebody may have taken it out by hand: taking out twice is as good as once.
  isDone: async () => false,
  run: async (ctx, view) => {
    // A run that was taken up again comes here without the look before.
    await assertNothingOld(ctx, view)
    await takeOldOut(ctx, view)
    // Taking a key out is a change of the Secret as well; the backup of this run has all that is left in it.
    if (view.facts['back-up']?.reopened === true)
      await recordBackup(ctx, (await keysAtHand(ctx, view)).secrets, ctx.clock.now().toISOString())
    return {}
  },
}

const finalGoal = (view: RotateView) => ({ ...goalOf(view, 'cut'), token: view.runId })

export const reconcile: WriteStep<RotatePlan> = {
  kind: 'write',
  id: 'reconcile',
  title: 'let everything decrypt without the old key',
  why: 'an object that nobody has reconciled since proves nothing',
  preview: ({ plan, runId }) => [requestLine(`${plan.kustomizations.length} Kustomizations that decrypt with the key:`, runId)],
  isDone: (ctx, view) => haveAnswered(ctx, finalGoal(view)),
  run: async (ctx, view) => {
    // Somebody may have pushed in the very second in which the key went: then it is said, and not done.
    await assertNothingOld(ctx, view)
    return { ...(await reconcileDecrypting(ctx, finalGoal(view))) }
  },
}

export const verify: ReadStep<RotatePlan> = {
  kind: 'read',
  id: 'verify',
  title: 'verify the keys of the cluster',
  why: 'the new key is there, the old one is not',
  run: async (ctx, view) => {
    const { secrets, all, next, old } = await keysAtHand(ctx, view)
    const everywhere = next !== undefined && secrets.every((secret) => holds(secret, next))
    if (everywhere && old === undefined) return { keys: all.flatMap(({ recipient }) => recipient ?? []) }
    throw new OpsError({
      code: 'rotation-unproven',
      message: !everywhere
        ? 'the new key is not in every Secret any more'
        : 'the old key is in the cluster again: somebody else writes to the Secret',
      hints: [
        `who:  kubectl get secret -A --show-managed-fields -o yaml   of ${view.plan.secrets.join(', ')}`,
        'then:  flux-ops runs resume',
      ],
    })
  },
}

export const report: WriteStep<RotatePlan> = {
  kind: 'write',
  id: 'report',
  title: 'write the report',
  why: 'what was done and proven, and what is left to do by people',
  preview: () => [`write <run>/${REPORT}`],
  isDone: (ctx) => ctx.files.exists(`${ctx.runDir}/${REPORT}`),
  run: async (ctx, view) => {
    await ctx.files.writeText(
      `${ctx.runDir}/${REPORT}`,
      rotationReport(view, { operator: ctx.operator, at: ctx.clock.now().toISOString() }),
    )
    return { report: `${ctx.runDir}/${REPORT}` }
  },
}
