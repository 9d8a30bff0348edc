// How a probe answers: sentences, items, and a link to the paragraph of the runbook's README that a person reads next.
import type { CheckItem, CheckResult } from '../../engine/model.ts'
import { OpsError } from '../../errors.ts'

export const pass = (detail?: string): CheckResult => (detail === undefined ? { status: 'pass' } : { status: 'pass', detail })

/** `3 files` */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`

/** Of one runbook. `id`: the check's. */
export interface Answers {
  fail(id: string, detail: string, hints?: readonly string[], items?: readonly CheckItem[]): CheckResult
  /** Passes without items, else fails with them. */
  failOn(id: string, items: readonly CheckItem[], detail: (count: number) => string, ...hints: string[]): CheckResult
  /** A refusal that says what is wrong fails the check with its own hints; anything else is not known, and thrown. */
  failOf(id: string, error: unknown): CheckResult
  /** The same of what was typed wrongly alone. */
  refused(id: string, error: unknown): CheckResult
  unknown(id: string, cause: string, hints?: readonly string[]): CheckResult
}

/** `runbook`: its folder. */
export function answersOf(runbook: string): Answers {
  const withLink = (id: string, hints: readonly string[]): string[] => [...hints, `runbooks/${runbook}/README.md#${id}`]
  const fail: Answers['fail'] = (id, detail, hints = [], items = []) => ({
    status: 'fail',
    detail,
    ...(items.length > 0 ? { items } : {}),
    hints: withLink(id, hints),
  })
  const failOf: Answers['failOf'] = (id, error) => {
    if (error instanceof OpsError) return fail(id, error.message, error.hints)
    throw error
  }
  return {
    fail,
    failOf,
    failOn: (id, items, detail, ...hints) => (items.length === 0 ? pass() : fail(id, detail(items.length), hints, items)),
    refused: (id, error) => {
      if (error instanceof OpsError && error.exit !== 'usage') throw error
      return failOf(id, error)
    },
    unknown: (id, cause, hints = []) => ({ status: 'unknown', cause, hints: withLink(id, hints) }),
  }
}
