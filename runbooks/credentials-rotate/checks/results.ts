// How a probe answers here: sentences, items, and a link to the paragraph of the README that a person reads next.
import type { CheckItem, CheckResult } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'

export const pass = (detail?: string): CheckResult => (detail === undefined ? { status: 'pass' } : { status: 'pass', detail })

export function fail(id: string, detail: string, hints: readonly string[] = [], items: readonly CheckItem[] = []): CheckResult {
  return {
    status: 'fail',
    detail,
    ...(items.length > 0 ? { items } : {}),
    hints: [...hints, `runbooks/credentials-rotate/README.md#${id}`],
  }
}

/** Passes without items, else fails with them. */
export const failOn = (id: string, items: readonly CheckItem[], detail: (count: string) => string, ...hints: string[]): CheckResult =>
  items.length === 0 ? pass() : fail(id, detail(String(items.length)), hints, items)

/** A refusal that says what is wrong fails the check with its own hints; anything else is not known. */
export function failOf(id: string, error: unknown): CheckResult {
  if (error instanceof OpsError) return fail(id, error.message, error.hints)
  throw error
}

export const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`
