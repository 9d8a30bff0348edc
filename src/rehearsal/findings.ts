// What went wrong in a rehearsal, and where in the repository its cause is written. Pure.
import type { RepoFile } from '../flux/files.ts'
import { writtenAt } from '../flux/written-at.ts'
import type { Failure } from './report.ts'

interface Said {
  readonly code: string
  readonly message: string
  readonly hints: readonly string[]
}

interface Cause {
  readonly pattern: RegExp
  readonly hint: (word: string) => string
}

const TAKE_OUT = 'in git, push, wait until it is applied, then rehearse again'

/** What Flux' controllers say on their start. Sources: github.com/spf13/pflag errors, github.com/fluxcd/pkg/runtime/features SupportedFeatures. */
const CAUSES: readonly Cause[] = [
  {
    pattern: /unknown (?:shorthand )?flag: (--?[\w-]+)/,
    hint: (word) => `the new controller has no flag ${word}: take it out of the patches ${TAKE_OUT}`,
  },
  {
    pattern: /invalid argument .* for "(?:-\w, )?(--[\w-]+)" flag/,
    hint: (word) => `the new controller does not take this value of ${word}: change it in the patches ${TAKE_OUT}`,
  },
  {
    pattern: /feature-gate '?([A-Za-z]\w+)'? not supported/,
    hint: (word) => `the new controller has no feature gate ${word}: take it out of the patches ${TAKE_OUT}`,
  },
]

/** Hints of the run in the sandbox name a context and a run that are gone by the time anybody reads them: only those for git are kept. */
const isOfSandbox = (hint: string): boolean => /kubectl|flux-ops (runs|rollback)/.test(hint)

export function failureOf(error: Said, files: readonly RepoFile[]): Failure {
  const { code, message } = error
  const hints = error.hints.filter((hint) => !isOfSandbox(hint))
  for (const { pattern, hint } of CAUSES) {
    const word = pattern.exec(message)?.[1]
    if (word !== undefined) return { code, message, where: writtenAt(files, word), hints: [hint(word), ...hints] }
  }
  return { code, message, where: [], hints }
}
