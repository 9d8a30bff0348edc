// Proofs, and what is left in the end: nothing but the new credential.
import { REPORT } from '../../../src/actions/report.ts'
import { parseId, SECRET } from '../../../src/actions/resources.ts'
import type { WriteStep } from '../../../src/engine/model.ts'
import type { Context } from '../../../src/ports/context.ts'
import { readKept } from '../own-secret.ts'
import { type CredentialsView, fact, ownSecretId } from '../plan-facts.ts'
import type { CredentialsPlan } from '../plan-schema.ts'
import { failedFetches, proveFetch } from '../prove.ts'
import { reportText } from '../report-text.ts'
import { assertSwapped, forgetOld } from '../swap.ts'

async function proven(ctx: Context, view: CredentialsView, label: string) {
  const { sources, at } = await proveFetch(ctx, view, label)
  await assertSwapped(ctx, view)
  return { sources: [...sources], at, failed: await failedFetches(ctx, view, fact(view, 'swap', 'at') || at) }
}

const asks = ({ plan }: CredentialsView): string[] =>
  plan.sources.filter(({ suspended }) => !suspended).map(({ id }) => `flux reconcile source git ${id}`)

export const prove: WriteStep<CredentialsPlan> = {
  kind: 'write',
  id: 'prove',
  title: 'see every source fetch with the new credential',
  why: 'Ready from before proves nothing: each is asked, and its answer counts',
  preview: asks,
  isDone: async () => false,
  run: (ctx, view) => proven(ctx, view, 'prove'),
}

export const proveAgain: WriteStep<CredentialsPlan> = {
  kind: 'write',
  id: 'prove-alone',
  title: 'see every source fetch without the old credential',
  why: 'the server takes the new one alone by now: whoever still used the old one would be seen',
  preview: asks,
  isDone: async () => false,
  run: (ctx, view) => proven(ctx, view, 'alone'),
}

export const cleanUp: WriteStep<CredentialsPlan> = {
  kind: 'write',
  id: 'clean-up',
  title: 'take the old credential out of the cluster',
  why: 'it lies in the Secret of this run, and where kubectl apply has kept a copy of it',
  pointOfNoReturn: 'the old credential leaves the cluster',
  preview: (view) => [`delete Secret ${ownSecretId(view)}`],
  // Before it is made, as in a dry run, it is not there either.
  isDone: async (ctx, view) => view.facts['new-credential'] !== undefined && (await readKept(ctx, view)) === undefined,
  run: async (ctx, view) => {
    await assertSwapped(ctx, view)
    await forgetOld(ctx, view)
    await ctx.kube.delete(SECRET, parseId(ownSecretId(view)))
    return {}
  },
}

export const report: WriteStep<CredentialsPlan> = {
  kind: 'write',
  id: 'report',
  title: 'write the report',
  why: 'what was exchanged and proven, and what is left to do by people',
  preview: () => [`write <run>/${REPORT}`],
  isDone: (ctx) => ctx.files.exists(`${ctx.runDir}/${REPORT}`),
  run: async (ctx, view) => {
    const path = `${ctx.runDir}/${REPORT}`
    await ctx.files.writeText(path, reportText(view, { operator: ctx.operator, at: ctx.clock.now().toISOString() }))
    return { report: path }
  },
}
