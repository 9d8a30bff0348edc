// The rotation is two commits, and a third where it is taken back. What each makes of a file is decided by the file alone, so that a phase can be made
// again at any time, on whatever the branch has become.
import { runTrailer, type Trailer } from '../../src/actions/commit-and-push.ts'
import { shortRecipient } from '../../src/sops/keys/bundle.ts'
import type { SealedFile } from '../../src/sops/sealed/model.ts'
import { isSealedTo, lacksBeside } from '../../src/sops/sealed/sealed-to.ts'

/** `add`: the new key beside the old one. `cut`: new data keys, without the old one. `back`: the old one alone again. */
export type Phase = 'add' | 'cut' | 'back'

export interface Recipients {
  readonly old: string
  readonly next: string
}

const PHASE_TRAILER = 'Flux-Ops-Phase'

export const phaseTrailer = (runId: string, phase: Phase): Trailer => ({ key: PHASE_TRAILER, value: `${runId}/${phase}` })

export const trailersOf = (runId: string, phase: Phase): Trailer[] => [runTrailer(runId), phaseTrailer(runId, phase)]

/** Whether the phase has something to do for the file. */
export function concerns(phase: Phase, file: SealedFile, { old, next }: Recipients): boolean {
  if (phase === 'add') return lacksBeside(file, next, old)
  return isSealedTo(file, phase === 'cut' ? old : next)
}

export const subjectOf = (phase: Phase): string =>
  ({
    add: 'Seal secrets to the next age key as well',
    cut: 'Seal secrets anew, without the former age key',
    back: 'Seal secrets to the former age key alone again',
  })[phase]

export const bodyOf = (phase: Phase, { old, next }: Recipients): string[] =>
  phase === 'cut' ? [`without ${shortRecipient(old)}`, `with    ${shortRecipient(next)}`] : [shortRecipient(next)]
