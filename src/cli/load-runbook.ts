// From a runbook's id to its value, loaded only now.
import { runbooks } from '../../runbooks/index.ts'
import type { AnyRunbook } from '../engine/model.ts'
import { usageError } from '../errors.ts'

export async function loadRunbook(id: string): Promise<AnyRunbook> {
  const load = Object.hasOwn(runbooks, id) ? runbooks[id] : undefined
  if (!load)
    throw usageError(
      'runbook-unknown',
      `this flux-ops has no runbook "${id}"`,
      `it has: ${Object.keys(runbooks).join(', ')}`,
      'a newer flux-ops may have it',
    )
  return load()
}
