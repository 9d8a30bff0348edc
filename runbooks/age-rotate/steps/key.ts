// The new key: made in the cluster, where it opens nothing yet, and backed up from there before anything is sealed to it.

import { surveyWorkTree } from '../../../src/actions/keys/sealed-survey.ts'
import type { WriteStep } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import type { Context } from '../../../src/ports/context.ts'
import { isSealedTo } from '../../../src/sops/sealed/sealed-to.ts'
import { addKey, dropKey, entryOf, holds, keysAtHand } from '../cluster/key-secrets.ts'
import { nextOf, type RotateView } from '../plan-facts.ts'
import type { RotatePlan } from '../plan-schema.ts'

/** Before the key is taken out of the cluster again: nothing may need it. */
async function assertUnused(ctx: Context, { plan }: RotateView, next: string): Promise<void> {
  const survey = await surveyWorkTree(ctx, plan.repo.root)
  const needing = survey.files.filter((file) => isSealedTo(file, next)).map(({ path }) => path)
  if (needing.length === 0) return
  throw new OpsError({
    code: 'key-in-use',
    message: ['the new key stays in the cluster: files are sealed to it', ...needing.map((path) => `  ${path}`)].join('\n'),
    hints: [`take it out of the file:  sops rotate --in-place --rm-age ${next} FILE`, 'commit and push that, then:  flux-ops runs abandon'],
  })
}

export const addKeyStep: WriteStep<RotatePlan> = {
  kind: 'write',
  id: 'add-key',
  title: 'make the new key, in the cluster',
  why: 'Flux has to have it before anything is sealed to it; beside the old one it changes nothing',
  preview: ({ plan, runId }) =>
    plan.secrets.map((id) => `Secret ${id}: entry ${entryOf(runId)}, a new ${plan.kind === 'hybrid' ? 'post-quantum ' : ''}age key`),
  isDone: async (ctx, view) => {
    const { secrets, next } = await keysAtHand(ctx, view)
    return next !== undefined && secrets.every((secret) => holds(secret, next))
  },
  factsWhenDone: async (ctx, view) => ({ recipient: (await keysAtHand(ctx, view)).next?.recipient ?? '', entry: entryOf(view.runId) }),
  run: async (ctx, view) => ({ recipient: (await addKey(ctx, view)).recipient ?? '', entry: entryOf(view.runId) }),
  undo: async (ctx, view) => {
    const next = nextOf(view) ?? (await keysAtHand(ctx, view)).next?.recipient
    if (next !== undefined) await assertUnused(ctx, view, next)
    await dropKey(ctx, view)
  },
  undoPreview: ({ plan, runId }) => plan.secrets.map((id) => `Secret ${id}: entry ${entryOf(runId)} is taken out; a backup of it stays`),
}
