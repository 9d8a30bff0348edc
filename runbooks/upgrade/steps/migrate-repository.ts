import { findCommit } from '../../../src/actions/commit-and-push.ts'
import { migrateCommand, readChanges } from '../../../src/actions/migrate-files.ts'
import { restoreFiles, restoreLines } from '../../../src/actions/restore-files.ts'
import type { WriteStep } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import { trailerOf } from '../plan-facts.ts'
import type { UpgradePlan } from '../plan-schema.ts'

export const migrateRepository: WriteStep<UpgradePlan> = {
  kind: 'write',
  id: 'migrate-repository',
  title: 'rewrite manifests in removed API versions',
  why: 'the target does not serve these API versions: Flux could not apply the files any more',
  preview: ({ plan }) => plan.migrate.paths.map((path) => ['flux', ...migrateCommand(plan.repo.root, path, false).args].join(' ')),
  isDone: async (ctx, view) => {
    const { repo, migrate } = view.plan
    if (await findCommit(ctx, repo, trailerOf(view))) return true
    return (await readChanges(ctx, repo.root, migrate.paths)).length === 0
  },
  run: async (ctx, { plan }) => {
    for (const path of plan.migrate.paths) await ctx.exec.run(migrateCommand(plan.repo.root, path, false))
    const left = await readChanges(ctx, plan.repo.root, plan.migrate.paths)
    if (left.length > 0) {
      throw new OpsError({
        code: 'migrate-incomplete',
        message: `flux migrate left ${left.map((each) => `${each.file}:${each.line}`).join(', ')} as they were`,
        hints: ['change the apiVersion there by hand, then:  flux-ops runs resume'],
      })
    }
    return { files: [...new Set(plan.migrate.changes.map((each) => each.file))] }
  },
  undo: async (ctx, view) => {
    if (await findCommit(ctx, view.plan.repo, trailerOf(view))) return
    await restoreFiles(ctx, view.plan.repo.root, [...new Set(view.plan.migrate.changes.map((each) => each.file))])
  },
  undoPreview: ({ plan }) => restoreLines([...new Set(plan.migrate.changes.map((each) => each.file))]),
}
