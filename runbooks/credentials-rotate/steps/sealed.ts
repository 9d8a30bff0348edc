// The copy in git: written, committed and pushed before the swap. What Flux applies by itself it takes from there; what nobody applies is what a cluster is set
// up anew from, and must not bring the old one back.
import { pushLine } from '../../../src/actions/commit-and-push.ts'
import { restoreLines } from '../../../src/actions/restore-files.ts'
import type { WriteStep } from '../../../src/engine/model.ts'
import { haveApplied, isAppliedFromGit } from '../applied.ts'
import { what } from '../plan-facts.ts'
import type { CredentialsPlan } from '../plan-schema.ts'
import { proveFetch } from '../prove.ts'
import {
  commitSealed,
  dropSealed,
  isCommitThere,
  isSealedPushed,
  isWritten,
  pushBack,
  pushSealed,
  sealedOf,
  unwriteSealed,
  writeSealed,
} from '../sealed/publish.ts'
import { swapBack } from '../swap.ts'

export const writeStep: WriteStep<CredentialsPlan> = {
  kind: 'write',
  id: 'seal',
  title: 'seal the new credential into its copy in git',
  why: 'to the recipients that the file has; from git a lost cluster is set up anew',
  preview: (view) => sealedOf(view).files.map((path) => `sops set ${path}: the new ${what(view.plan)}`),
  isDone: (ctx, view) => isWritten(ctx, view, 'next'),
  run: (ctx, view) => writeSealed(ctx, view, 'next'),
  undo: unwriteSealed,
  undoPreview: (view) => restoreLines(sealedOf(view).files),
}

export const commitStep: WriteStep<CredentialsPlan> = {
  kind: 'write',
  id: 'commit',
  title: 'commit it',
  why: 'one commit, with the id of this run, so that it is found again',
  preview: (view) => [`git commit -- ${sealedOf(view).files.join(' ')}`],
  isDone: (ctx, view) => isCommitThere(ctx, view, 'next'),
  run: (ctx, view) => commitSealed(ctx, view, 'next'),
  undo: dropSealed,
}

export const pushStep: WriteStep<CredentialsPlan> = {
  kind: 'write',
  id: 'push',
  title: 'push it',
  why: 'before the swap: Flux would put back what git has',
  preview: (view) => [pushLine(sealedOf(view).repo, 'HEAD')],
  isDone: (ctx, view) => isSealedPushed(ctx, view, 'next'),
  run: async (ctx, view) => ({ ...(await pushSealed(ctx, view, 'next')) }),
  undo: async (ctx, view) => {
    const back = await pushBack(ctx, view)
    if (!back || view.plan.managedBy === null) return
    await haveApplied(ctx, view, 'back')
    await swapBack(ctx, view)
    await proveFetch(ctx, view, 'back')
  },
  undoPreview: (view) => [`a further commit seals the old ${what(view.plan)} into ${sealedOf(view).files.join(', ')} again, and is pushed`],
}

export const applyStep: WriteStep<CredentialsPlan> = {
  kind: 'write',
  id: 'apply',
  title: 'have Flux apply it',
  why: 'Flux keeps this Secret as git has it: what is swapped by hand would not last',
  preview: ({ plan }) => [`flux reconcile kustomization ${plan.managedBy} --with-source`],
  isDone: (ctx, view) => isAppliedFromGit(ctx, view, 'next'),
  run: async (ctx, view) => {
    await haveApplied(ctx, view, 'next')
    return {}
  },
}
