// The new credential, into the run's own Secret; and the swap.

import { parseId, SECRET } from '../../../src/actions/resources.ts'
import type { WriteStep } from '../../../src/engine/model.ts'
import type { Context, ReadContext } from '../../../src/ports/context.ts'
import { publicLine } from '../../../src/ssh/public-key.ts'
import { nameOf, publicKeyOf } from '../credential.ts'
import { commentOf, createKept, type Kept, needKept, readKept } from '../own-secret.ts'
import { type CredentialsView, fact, ownSecretId, what } from '../plan-facts.ts'
import type { CredentialsPlan } from '../plan-schema.ts'
import { proveFetch } from '../prove.ts'
import { standing, swapBack, swapIn } from '../swap.ts'

const factsOf = ({ plan, runId }: CredentialsView, { next }: Kept) => {
  const key = plan.kind === 'ssh' ? publicKeyOf(next) : undefined
  return {
    name: nameOf(plan.kind, next),
    publicKey: key === undefined ? '' : publicLine(key, commentOf(runId)),
    kept: ownSecretId({ plan, runId }),
  }
}

const WORDS: Readonly<Record<CredentialsPlan['next']['how'], (plan: CredentialsPlan) => string>> = {
  generate: ({ next }) => `a new SSH key${next.how === 'generate' && next.algorithm !== null ? ` (${next.algorithm})` : ''}`,
  'key-file': ({ next }) => `the key of ${next.how === 'key-file' ? next.path : ''}`,
  token: ({ next }) => `the token of ${next.how === 'token' ? (next.env ?? next.file ?? '') : ''}`,
}

/** Puts the old one back and sees it fetch; only then the new one may go. */
async function putBack(ctx: Context, view: CredentialsView): Promise<void> {
  if ((await readKept(ctx, view)) === undefined || (await standing(ctx, view)) !== 'next') return
  await swapBack(ctx, view)
  await proveFetch(ctx, view, 'back')
}

export const newCredential: WriteStep<CredentialsPlan> = {
  kind: 'write',
  id: 'new-credential',
  title: 'put the new credential into the cluster, beside the old one',
  why: 'in a Secret of its own it changes nothing, and a run that is killed finds it there; it lies on no disk here',
  preview: (view) => [`create Secret ${ownSecretId(view)}: ${WORDS[view.plan.next.how](view.plan)}, and the old ${what(view.plan)}`],
  isDone: async (ctx, view) => (await readKept(ctx, view)) !== undefined,
  factsWhenDone: async (ctx, view) => factsOf(view, await needKept(ctx, view)),
  run: async (ctx, view) => {
    const kept = await createKept(ctx, view)
    return factsOf(view, kept)
  },
  undo: async (ctx, view) => {
    await putBack(ctx, view)
    await ctx.kube.delete(SECRET, parseId(ownSecretId(view)))
  },
  undoPreview: (view) => [
    `delete Secret ${ownSecretId(view)}`,
    `at the server the new ${what(view.plan)} stays until you remove it: ${fact(view, 'new-credential', 'name')}`,
  ],
}

async function isSwapped(ctx: ReadContext, view: CredentialsView): Promise<boolean> {
  return (await standing(ctx, view)) === 'next'
}

export const swapStep: WriteStep<CredentialsPlan> = {
  kind: 'write',
  id: 'swap',
  title: 'exchange the credential in the Secret that Flux reads',
  why: 'one patch; the server takes both by now, so that no fetch can fail; host keys stay as they are pinned',
  preview: ({ plan }) => [`patch Secret ${plan.secret}: the new ${what(plan)}, nothing else`],
  isDone: isSwapped,
  factsWhenDone: async (ctx) => ({ at: ctx.clock.now().toISOString() }),
  run: async (ctx, view) => {
    const at = ctx.clock.now().toISOString()
    await swapIn(ctx, view)
    return { at }
  },
  undo: putBack,
  undoPreview: ({ plan }) => [`patch Secret ${plan.secret}: the old ${what(plan)} again, and see every source fetch with it`],
}
