// Saved, done one after another, proven together.
import type { Step, WriteStep } from '../../src/engine/model.ts'
import type { Fix, RecoverPlan } from './plan-schema.ts'
import { prove } from './prove.ts'
import { remedies } from './remedies/index.ts'
import { save } from './save.ts'

type Write = WriteStep<RecoverPlan>

const stepsOf = (fix: Fix, at: number): Write[] => {
  const doing = remedies[fix.does]
  const { undo, undoPreview, pointOfNoReturn, tidy } = doing
  const step: Write = {
    kind: 'write',
    id: `${fix.does}-${at + 1}`,
    title: doing.title(fix),
    why: doing.why(fix),
    preview: ({ runId }) => doing.preview(fix, runId),
    isDone: (ctx, { runId }) => doing.isDone(ctx, fix, runId),
    run: (ctx, { runId }) => doing.run(ctx, fix, runId),
    ...(undo && { undo: (ctx) => undo(ctx, fix) }),
    ...(undoPreview && { undoPreview: () => undoPreview(fix) }),
    ...(pointOfNoReturn && { pointOfNoReturn: pointOfNoReturn(fix) }),
  }
  if (tidy === undefined) return [step]
  return [
    step,
    {
      kind: 'write',
      id: `tidy-${at + 1}`,
      title: tidy.title(fix),
      why: 'what was set for once is not to last',
      preview: ({ runId }) => tidy.preview(fix, runId),
      isDone: (ctx, { runId }) => tidy.isDone(ctx, fix, runId),
      run: (ctx, { runId }) => tidy.run(ctx, fix, runId),
    },
  ]
}

export const recoverSteps = (plan: RecoverPlan): Step<RecoverPlan>[] => [save, ...plan.fixes.flatMap(stepsOf), prove]
