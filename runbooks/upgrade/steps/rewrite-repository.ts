import { findCommit } from '../../../src/actions/commit-and-push.ts'
import { restoreFiles, restoreLines } from '../../../src/actions/restore-files.ts'
import { readRewrites, rewriteFiles } from '../../../src/actions/rewrite-files.ts'
import type { WriteStep } from '../../../src/engine/model.ts'
import type { RewriteHop } from '../../../src/flux/api-rewrites.ts'
import { trailerOf } from '../plan-facts.ts'
import type { UpgradePlan } from '../plan-schema.ts'

const filesOf = (plan: UpgradePlan): string[] => [...new Set(plan.migrate.changes.map((each) => each.file))]

const hopOf = ({ from, to, leg }: UpgradePlan): RewriteHop => ({ from, to, later: leg?.later ?? [] })

/** In a chain by ourselves: the flux CLI writes versions of its own release, which a stop in the middle need not serve. */
export const rewriteRepository: WriteStep<UpgradePlan> = {
  kind: 'write',
  id: 'migrate-repository',
  title: 'rewrite manifests in removed API versions',
  why: 'this release does not serve these API versions: Flux could not apply the files any more',
  preview: ({ plan }) => plan.migrate.changes.map((each) => `${each.file}:${each.line}   ${each.kind} ${each.from} → ${each.to}`),
  isDone: async (ctx, view) => {
    const { plan } = view
    if (await findCommit(ctx, plan.repo, trailerOf(view))) return true
    return (await readRewrites(ctx, plan.repo.root, filesOf(plan), hopOf(plan))).rewrites.length === 0
  },
  run: async (ctx, { plan }) => {
    await rewriteFiles(ctx, plan.repo.root, filesOf(plan), hopOf(plan))
    return { files: filesOf(plan) }
  },
  undo: async (ctx, view) => {
    if (await findCommit(ctx, view.plan.repo, trailerOf(view))) return
    await restoreFiles(ctx, view.plan.repo.root, filesOf(view.plan))
  },
  undoPreview: ({ plan }) => restoreLines(filesOf(plan)),
}
