// How a probe answers here: with a link to the paragraph of the README that a person reads next.
import { answersOf } from '../../../src/actions/checks/answers.ts'
import type { CheckItem, CheckResult } from '../../../src/engine/model.ts'

export { counted, pass } from '../../../src/actions/checks/answers.ts'

export const readmeLink = (id: string): string => `runbooks/upgrade/README.md#${id}`

export const answers = answersOf('upgrade')
export const { failOf, failOn } = answers

export const fail = (
  id: string,
  detail: string,
  { hints, items }: { items?: readonly CheckItem[]; hints?: readonly string[] } = {},
): CheckResult => answers.fail(id, detail, hints, items)
