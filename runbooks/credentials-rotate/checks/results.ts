// How a probe answers here: with a link to the paragraph of the README that a person reads next.
import { answersOf } from '../../../src/actions/checks/answers.ts'

export { counted, pass } from '../../../src/actions/checks/answers.ts'

export const answers = answersOf('credentials-rotate')
export const { fail, failOf, failOn } = answers
