// What a rehearsal has shown, as data and for a reader. Pure.
import type { ReviewPart } from '../engine/model.ts'

export interface NotRehearsed {
  readonly what: string
  readonly why: string
}

export interface Failure {
  readonly code: string
  readonly message: string
  /** Where in the repository the cause is written, where it could be found. */
  readonly where: readonly string[]
  readonly hints: readonly string[]
}

export interface RehearsedStep {
  readonly id: string
  readonly status: string
  readonly seconds: number
}

/** Keys of the `--json` document: stable. */
export interface Rehearsal {
  /** `unknown`: it could not be rehearsed to its end; that is not a pass. */
  readonly outcome: 'passed' | 'failed' | 'unknown'
  readonly from: string
  readonly to: string
  readonly seconds: number
  readonly phases: readonly { readonly name: string; readonly seconds: number }[]
  readonly steps: readonly RehearsedStep[]
  readonly failure?: Failure
  /** Checks that do not pass in the sandbox and were passed over, to see what would happen. */
  readonly passedOver: readonly { readonly check: string; readonly says: string }[]
  readonly notRehearsed: readonly NotRehearsed[]
  /** What is different from the cluster and its repository. */
  readonly different: readonly string[]
}

const lasted = (seconds: number): string => `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`

const OUTCOMES: Readonly<Record<Rehearsal['outcome'], string>> = {
  passed: 'went through, to the proof',
  failed: 'fails',
  unknown: 'could not be rehearsed to its end: this is not a pass',
}

export const headlineOf = ({ from, to, outcome, seconds }: Rehearsal): string =>
  `${from} → ${to} ${OUTCOMES[outcome]}, in ${lasted(seconds)} in a sandbox`

/** A few lines of many, and how many more there are. */
function some(lines: readonly string[], limit = 30): string[] {
  return lines.length <= limit ? [...lines] : [...lines.slice(0, limit), `and ${lines.length - limit} more`]
}

const failurePart = ({ failure }: Rehearsal): ReviewPart[] =>
  failure === undefined
    ? []
    : [
        {
          title: 'Rehearsal: what fails',
          lines: [
            ...failure.where.map((place) => `${place}   here it is written`),
            ...failure.message.split('\n'),
            ...failure.hints.map((hint) => `→ ${hint}`),
          ],
        },
      ]

const stepLines = ({ phases, steps }: Rehearsal): string[] => [
  ...phases.map(({ name, seconds }) => `${name}   ${lasted(seconds)}`),
  ...steps.map(({ id, status, seconds }) => `    ${id}   ${status}, ${lasted(seconds)}`),
]

const listPart = (title: string, says: string, lines: readonly string[]): ReviewPart[] =>
  lines.length === 0 ? [] : [{ title, says: [says], lines: some(lines) }]

/** For the plan's reader: terminal, Markdown and JSON say the same. */
export function rehearsalParts(rehearsal: Rehearsal): ReviewPart[] {
  const { passedOver, notRehearsed, different } = rehearsal
  return [
    { title: 'Rehearsal', says: [headlineOf(rehearsal)], lines: stepLines(rehearsal) },
    ...failurePart(rehearsal),
    ...listPart(
      'Rehearsal: checks that were passed over',
      'they do not pass in the sandbox, and the upgrade was gone on with to see what happens',
      passedOver.map(({ check, says }) => `${check}   ${says}`),
    ),
    ...listPart(
      'Rehearsal: not rehearsed',
      'of these nothing is known',
      notRehearsed.map(({ what, why }) => `${what}   ${why}`),
    ),
    ...listPart('Rehearsal: what is different in the sandbox', 'besides that the cluster and the repository are copies', different),
  ]
}

const MARKS: Readonly<Record<Rehearsal['outcome'], string>> = { passed: '✔', failed: '✗', unknown: '?' }

/** For a terminal. */
export function rehearsalLines(rehearsal: Rehearsal): string[] {
  const parts = rehearsalParts(rehearsal)
  return [
    `${MARKS[rehearsal.outcome]} rehearsal  ${headlineOf(rehearsal)}`,
    ...parts.flatMap(({ title, says = [], lines = [] }, index) => [
      ...(index === 0 ? [] : [`  ${title.replace('Rehearsal: ', '')}`, ...says.map((line) => `    ${line}`)]),
      ...lines.map((line) => `    ${line}`),
    ]),
  ]
}
