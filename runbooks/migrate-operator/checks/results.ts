// How a probe answers here: sentences, items, and a link to the paragraph of the README that a person reads next.
import type { CheckItem, CheckResult } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'

const readmeLink = (id: string): string => `runbooks/migrate-operator/README.md#${id}`

export const pass = (detail?: string): CheckResult => (detail === undefined ? { status: 'pass' } : { status: 'pass', detail })

export function fail(id: string, detail: string, hints: readonly string[] = [], items: readonly CheckItem[] = []): CheckResult {
  return { status: 'fail', detail, ...(items.length > 0 ? { items } : {}), hints: [...hints, readmeLink(id)] }
}

/** Passes without items, else fails with them. */
export const failOn = (id: string, items: readonly CheckItem[], detail: (count: number) => string, ...hints: string[]): CheckResult =>
  items.length === 0 ? pass() : fail(id, detail(items.length), hints, items)

/** A refusal that says what is wrong fails the check with its own hints; anything else is not known. */
export const failOf = (id: string, error: unknown): CheckResult => {
  if (error instanceof OpsError) return fail(id, error.message, error.hints)
  throw error
}

export const unknown = (id: string, cause: string, hints: readonly string[] = []): CheckResult => ({
  status: 'unknown',
  cause,
  hints: [...hints, readmeLink(id)],
})

export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`
