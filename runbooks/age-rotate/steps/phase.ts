// Write, commit, push and have applied: the same four steps for both commits of a rotation.
import { pushLine } from '../../../src/actions/commit-and-push.ts'
import { requestLine } from '../../../src/actions/requests.ts'
import type { WriteStep } from '../../../src/engine/model.ts'
import { shortRecipient } from '../../../src/sops/keys/bundle.ts'
import { type Goal, isApplied, waitUntilApplied } from '../cluster/applied.ts'
import {
  catchUp,
  commitPhase,
  committed,
  dropPhase,
  isPhasePushed,
  isWritten,
  pushPhase,
  unwritePhase,
  writePhase,
} from '../files/publish.ts'
import { type Phase, phaseTrailer, subjectOf, trailersOf } from '../phases.ts'
import { nextName, type RotateView } from '../plan-facts.ts'
import type { RotatePlan } from '../plan-schema.ts'
import { goBack, goesBack } from './go-back.ts'

type Write = WriteStep<RotatePlan>

export const goalOf = (view: RotateView, phase: Phase): Goal => ({
  view,
  trailer: phaseTrailer(view.runId, phase),
  token: `${view.runId}/${phase}`,
})

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

const FILES: Readonly<Record<'add' | 'cut', Pick<Write, 'id' | 'title' | 'why'>>> = {
  add: {
    id: 'add-recipient',
    title: 'seal every file to the new key as well',
    why: 'each file opens with the old key and with the new one: nothing that is under way can fail',
  },
  cut: {
    id: 'new-data-keys',
    title: 'seal every file anew, without the old key',
    why: 'whoever has the old key, or a data key from before, opens no file any more',
  },
}

const filePreview = (view: RotateView, phase: 'add' | 'cut'): string[] => {
  const { plan } = view
  const recipient = phase === 'add' ? `+ ${nextName(view)}` : `- ${shortRecipient(plan.old)}`
  const change = phase === 'add' ? recipient : `${recipient}, new data key`
  return [
    ...plan.rules.map((path) => `${path}   ${recipient}`),
    ...plan.files.slice(0, 20).map((path) => `${path}   ${change}`),
    ...(plan.files.length > 20 ? [`and ${counted(plan.files.length - 20, 'file')} more`] : []),
    ...(phase === 'cut' && plan.bySops.length > 0 ? [`by sops, on a copy: ${plan.bySops.join(', ')}`] : []),
  ]
}

export const writeFiles = (phase: 'add' | 'cut'): Write => ({
  kind: 'write',
  ...FILES[phase],
  preview: (view) => filePreview(view, phase),
  isDone: (ctx, view) => isWritten(ctx, view, phase),
  run: async (ctx, view) => {
    await catchUp(ctx, view)
    return writePhase(ctx, view, phase)
  },
  undo: (ctx, view) => unwritePhase(ctx, view, phase),
  undoPreview: ({ plan }) => [`git restore of ${counted(plan.files.length, 'file')}, kept as they are now in <run>/taken-back`],
})

export const commitFiles = (phase: 'add' | 'cut'): Write => ({
  kind: 'write',
  id: `commit-${phase}`,
  title: phase === 'add' ? 'commit: both keys' : 'commit: the new key alone',
  why: 'one commit holds all of it',
  preview: (view) => [
    `git commit -m '${subjectOf(phase)}' ${trailersOf(view.runId, phase)
      .map(({ key, value }) => `--trailer '${key}: ${value}'`)
      .join(' ')}`,
  ],
  isDone: (ctx, view) => committed(ctx, view, phase),
  run: (ctx, view) => commitPhase(ctx, view, phase),
  undo: (ctx, view) => dropPhase(ctx, view, phase),
})

export const pushFiles = (phase: 'add' | 'cut'): Write => ({
  kind: 'write',
  id: `push-${phase}`,
  title: phase === 'add' ? 'push: both keys' : 'push: the new key alone',
  why: 'Flux applies what the branch holds; the keys for it are in the cluster',
  preview: ({ plan }) => [pushLine(plan.repo, '<commit of this run>')],
  isDone: (ctx, view) => isPhasePushed(ctx, view, phase),
  run: (ctx, view) => pushPhase(ctx, view, phase),
  undo: goBack(phase),
  undoPreview: goesBack,
})

export const haveApplied = (phase: 'add' | 'cut'): Write => ({
  kind: 'write',
  id: `apply-${phase}`,
  title: 'let Flux apply it',
  why: phase === 'add' ? 'nobody may be left who applies what only the old key opens' : 'the old key goes only when nothing needs it',
  preview: ({ plan, runId }) => [
    requestLine(`GitRepository ${plan.sources.join(', ')}`, `${runId}/${phase}`),
    `wait for ${counted(plan.kustomizations.length, 'Kustomization')} that decrypt with the key: ${plan.kustomizations.slice(0, 6).join(', ')}${plan.kustomizations.length > 6 ? ' …' : ''}`,
  ],
  isDone: (ctx, view) => isApplied(ctx, goalOf(view, phase)),
  run: async (ctx, view) => ({ ...(await waitUntilApplied(ctx, goalOf(view, phase))) }),
})
