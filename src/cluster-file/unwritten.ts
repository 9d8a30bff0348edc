// What is wrong with a cluster file that is not written yet: found by the same reading as that of a file, and told by field.
import { stringify } from 'yaml'
import type { Problem } from './problem.ts'
import { readText } from './read.ts'

/** `[]` where it is about the whole. */
export interface FieldProblem extends Pick<Problem, 'what' | 'hint'> {
  readonly path: readonly PropertyKey[]
}

/** `value`: what the YAML would hold. A value that looks like a secret is told with the path of the whole. */
export function fieldProblems(value: unknown): readonly FieldProblem[] {
  const reading = readText(stringify(value, { lineWidth: 0 }))
  return 'cluster' in reading ? [] : reading.problems.map(({ what, hint, path = [] }) => ({ what, hint, path }))
}
