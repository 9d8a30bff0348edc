// What a check is shown to say: one scenario in which it passes, one in which it fails, one in which nobody can know.
import type { World } from './world.ts'

export interface Scenario {
  /** The world is one in which … */
  readonly given: string
  readonly from?: string
  readonly to?: string
  readonly change?: (world: World) => void
  /** Words that the answer has to have: a check that fails for another reason is not shown to fail for this one. */
  readonly says?: RegExp
}

/** Some answers cannot be: the reason why goes here, and the test counts them. */
export interface Never {
  readonly never: string
}

export interface Outcomes {
  readonly pass: Scenario
  readonly fail: Scenario | Never
  readonly unknown: Scenario | Never
}

export type OutcomeTable = Readonly<Record<string, Outcomes>>

export const isNever = (scenario: Scenario | Never): scenario is Never => 'never' in scenario
