// How a probe answers: sentences, items, and a link to the paragraph of the README that a person reads next.

import type { CheckItem, CheckResult } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'

export const readmeLink = (id: string): string => `runbooks/upgrade/README.md#${id}`

export const pass = (detail?: string): CheckResult => (detail === undefined ? { status: 'pass' } : { status: 'pass', detail })

export function fail(id: string, detail: string, options: { items?: readonly CheckItem[]; hints?: readonly string[] } = {}): CheckResult {
  const hints = [...(options.hints ?? []), readmeLink(id)]
  return options.items === undefined || options.items.length === 0
    ? { status: 'fail', detail, hints }
    : { status: 'fail', detail, items: options.items, hints }
}

/** Passes without items, else fails with them. */
export const failOn = (id: string, items: readonly CheckItem[], detail: (count: number) => string, ...hints: string[]): CheckResult =>
  items.length === 0 ? pass() : fail(id, detail(items.length), { items, hints })

/** A refusal that says what is wrong fails the check with its own hints; anything else is not known. */
export const failOf = (id: string, error: unknown): CheckResult => {
  if (error instanceof OpsError) return fail(id, error.message, { hints: error.hints })
  throw error
}

export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`
