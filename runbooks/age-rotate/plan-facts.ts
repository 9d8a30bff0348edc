// What follows from a rotation's plan, and from what its first step found out; pure.
import type { View } from '../../src/engine/model.ts'
import { shortRecipient } from '../../src/sops/keys/bundle.ts'
import type { Recipients } from './phases.ts'
import type { RotatePlan } from './plan-schema.ts'

export type RotateView = View<RotatePlan>

/** The recipient of the new key; undefined before it is made, as in a dry run. */
export function nextOf({ facts }: Pick<RotateView, 'facts'>): string | undefined {
  const recipient = facts['add-key']?.recipient
  return typeof recipient === 'string' ? recipient : undefined
}

/** For a reader: of a post-quantum key not the whole. */
export const nextName = (view: Pick<RotateView, 'facts'>): string => shortRecipient(nextOf(view) ?? '<new recipient>')

export function recipientsOf(view: RotateView): Recipients {
  const next = nextOf(view)
  if (next === undefined) throw new Error('the new key is not made yet')
  return { old: view.plan.old, next }
}
