import { commitMessage, dropCommit, findCommit } from '../../../src/actions/commit-and-push.ts'
import { changedByOthers } from '../../../src/actions/own-lines.ts'
import type { WriteStep } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import type { ReadContext } from '../../../src/ports/context.ts'
import { changedFiles, trailerOf, trailersOf } from '../plan-facts.ts'
import type { UpgradePlan } from '../plan-schema.ts'
import { writtenAs } from './pin.ts'

export const subjectOf = (plan: UpgradePlan): string => `Upgrade Flux from ${plan.from} to ${plan.to}`

/**
 * Throws OpsError `files-changed`. A file that is generated is written as a whole, so nobody's line is in it; of a chain the later hops rewrite what
 * others have pushed meanwhile as well, which no plan has foreseen.
 */
async function assertOurs(ctx: ReadContext, plan: UpgradePlan): Promise<void> {
  if (plan.leg !== undefined) return
  const pins = plan.pins
    .filter((each) => each.kind !== 'gotk-components')
    .map((each) => ({ file: each.file, from: each.text, to: writtenAs(each, plan.to) }))
  const others = await changedByOthers(ctx, plan.repo.root, [...pins, ...plan.migrate.changes])
  if (others.length === 0) return
  throw new OpsError({
    code: 'files-changed',
    message: ['not committed: somebody else has changed what this run has written', ...others.map((each) => `  ${each}`)].join('\n'),
    hints: [
      `look:  git -C ${plan.repo.root} diff`,
      'take that change out of the file and keep it elsewhere, then:  flux-ops runs resume',
      'or take this run back, which keeps a copy of the file:  flux-ops runs abandon',
    ],
  })
}

export const commit: WriteStep<UpgradePlan> = {
  kind: 'write',
  id: 'commit',
  title: 'commit the changes',
  why: 'one commit holds all of it, so that one revert takes all of it back',
  preview: (view) => [
    `git add -- ${changedFiles(view.plan).join(' ')}`,
    `git commit -m '${subjectOf(view.plan)}' ${trailersOf(view)
      .map(({ key, value }) => `--trailer '${key}: ${value}'`)
      .join(' ')}`,
  ],
  isDone: async (ctx, view) => (await findCommit(ctx, view.plan.repo, trailerOf(view))) !== undefined,
  run: async (ctx, view) => {
    const { plan } = view
    await assertOurs(ctx, plan)
    const made = await ctx.git.commit(plan.repo.root, commitMessage(subjectOf(plan), [], trailersOf(view)), changedFiles(plan))
    return { commit: made }
  },
  undo: (ctx, view) => dropCommit(ctx, view.plan.repo, trailerOf(view), view.runId),
}
