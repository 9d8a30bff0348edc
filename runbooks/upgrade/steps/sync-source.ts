import { sourcesSynced, syncLines, syncSources } from '../../../src/actions/sync-source.ts'
import type { WriteStep } from '../../../src/engine/model.ts'
import { sourceGoal } from '../plan-facts.ts'
import type { UpgradePlan } from '../plan-schema.ts'

export const syncSource: WriteStep<UpgradePlan> = {
  kind: 'write',
  id: 'sync-source',
  title: 'let Flux fetch the new commit',
  why: 'a controller that restarts applies the artifact it finds: it must find the new one, or Flux would go back by itself',
  preview: (view) => syncLines(sourceGoal(view)),
  isDone: (ctx, view) => sourcesSynced(ctx, sourceGoal(view)),
  run: (ctx, view) => syncSources(ctx, sourceGoal(view)),
}
