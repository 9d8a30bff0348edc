// How a probe answers here: sentences, items, and a link to the paragraph of the README that a person reads next.
import type { CheckItem, CheckResult } from '../../../src/engine/model.ts'

export const pass = (detail?: string): CheckResult => (detail === undefined ? { status: 'pass' } : { status: 'pass', detail })

export function fail(id: string, detail: string, hints: readonly string[] = [], items: readonly CheckItem[] = []): CheckResult {
  return { status: 'fail', detail, ...(items.length > 0 ? { items } : {}), hints: [...hints, `runbooks/restore/README.md#${id}`] }
}
