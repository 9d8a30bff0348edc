// Answers of checks of one runbook: each failure links to its paragraph by hand.
import type { CheckItem, CheckResult } from '../../engine/model.ts'
import { OpsError } from '../../errors.ts'

export interface Answers {
  pass(detail?: string): CheckResult
  /** Fails where there are items. */
  none(id: string, items: readonly CheckItem[], detail: (count: number) => string, ...hints: string[]): CheckResult
  fail(id: string, detail: string, ...hints: string[]): CheckResult
  /** The answer of what was refused with a sentence; anything else is thrown on. */
  refused(id: string, error: unknown): CheckResult
}

export const answersOf = (runbook: string): Answers => {
  const link = (id: string): string => `runbooks/${runbook}/README.md#${id}`
  const pass = (detail?: string): CheckResult => (detail === undefined ? { status: 'pass' } : { status: 'pass', detail })
  const fail = (id: string, detail: string, ...hints: string[]): CheckResult => ({ status: 'fail', detail, hints: [...hints, link(id)] })
  return {
    pass,
    fail,
    none: (id, items, detail, ...hints) =>
      items.length === 0 ? pass() : { status: 'fail', detail: detail(items.length), items, hints: [...hints, link(id)] },
    refused: (id, error) => {
      if (error instanceof OpsError && error.exit === 'usage') return fail(id, error.message, ...error.hints)
      throw error
    },
  }
}

export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`
