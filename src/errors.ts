// Every error a person can meet has a code, an exit code, a sentence and a next step. Only src/cli turns one into an exit.

/** Process exit codes: a stable interface, printed in `--help` from this map. */
export const EXIT_CODES = {
  done: { code: 0, meaning: 'done' },
  failed: { code: 1, meaning: 'a step failed; the run can be resumed' },
  usage: { code: 2, meaning: 'wrong usage or input; nothing changed' },
  checks: { code: 3, meaning: 'checks failed; nothing changed' },
  waiting: { code: 4, meaning: 'waits for a person' },
  partial: { code: 5, meaning: 'partly done' },
  refused: { code: 6, meaning: 'refused: lock held, stale plan or wrong cluster' },
  bug: { code: 70, meaning: 'a bug of ours' },
  interrupted: { code: 130, meaning: 'interrupted; the run can be resumed' },
} as const

export type Exit = keyof typeof EXIT_CODES

export interface OpsErrorInput {
  /** Stable, kebab-case: what scripts match on. */
  code: string
  /** What happened, to which object. Untrusted parts are sanitised when drawn, not here. */
  message: string
  /** What to type or look at next; at least one unless the error is our bug. */
  hints?: readonly string[]
  exit?: Exit
  cause?: unknown
}

/** The one error class with a meaning for the person at the keyboard; anything else that escapes is our bug (exit 70). */
export class OpsError extends Error {
  readonly code: string
  readonly hints: readonly string[]
  readonly exit: Exit

  constructor(input: OpsErrorInput) {
    super(input.message, input.cause === undefined ? undefined : { cause: input.cause })
    this.name = 'OpsError'
    this.code = input.code
    this.hints = input.hints ?? []
    this.exit = input.exit ?? 'failed'
  }
}

export const usageError = (code: string, message: string, ...hints: string[]): OpsError =>
  new OpsError({ code, message, hints, exit: 'usage' })

export const refusal = (code: string, message: string, ...hints: string[]): OpsError =>
  new OpsError({ code, message, hints, exit: 'refused' })

/** The sentence of any thrown value, for a report line; never a stack. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
