// A waiver names one check and a reason. It never opens a gate, and a misspelt one is an error, not a silent pass.
import { usageError } from '../errors.ts'
import type { Check } from './model.ts'

export type Waivers = Readonly<Record<string, string>>

/** Throws `waiver-unknown`, `waiver-refused` or `waiver-reason` (usage). */
export const assertWaivers = <I>(checks: readonly Check<I>[], waivers: Waivers): void => {
  const waivable = checks.filter((check) => check.severity === 'error').map((check) => check.id)
  const known = waivable.length === 0 ? 'no check of this runbook can be waived' : `can be waived: ${waivable.join(', ')}`
  for (const [id, reason] of Object.entries(waivers)) {
    const check = checks.find((candidate) => candidate.id === id)
    if (!check) throw usageError('waiver-unknown', `there is no check "${id}"`, known)
    if (check.severity === 'gate') throw usageError('waiver-refused', `${id} is a gate and cannot be waived`, known)
    if (check.severity === 'warning') throw usageError('waiver-refused', `${id} is a warning and stops nothing; it needs no waiver`, known)
    if (reason.trim() === '')
      throw usageError('waiver-reason', `the waiver of ${id} has no reason`, `--waive ${id}="why it may be passed over"`)
  }
}
