// The sealed files with the new values, committed and pushed; and back again. Only what this run has written is committed: its sums are in the folder of the
// run before the first file is replaced.
import { createHash } from 'node:crypto'
import {
  assertAllPushed,
  clearHalfReplay,
  commitMessage,
  dropCommit,
  findCommit,
  isPushed,
  pushCommit,
  whereabouts,
} from '../../../src/actions/commit-and-push.ts'
import { swapSealed } from '../../../src/actions/keys/swap-files.ts'
import { restoreFiles } from '../../../src/actions/restore-files.ts'
import { OpsError } from '../../../src/errors.ts'
import type { Context, ReadContext } from '../../../src/ports/context.ts'
import { changeTo, type Data, holds } from '../credential.ts'
import { needKept } from '../own-secret.ts'
import { type CredentialsView, type Phase, phaseTrailer, trailersOf, what } from '../plan-facts.ts'
import type { CredentialsPlan } from '../plan-schema.ts'
import { sopsEnv } from './copies.ts'
import { openCopy, withValues } from './file.ts'

type SealedPlan = NonNullable<CredentialsPlan['sealed']>

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

export const sealedOf = ({ plan }: Pick<CredentialsView, 'plan'>): SealedPlan => {
  if (plan.sealed === null) throw new Error('no sealed copy is planned')
  return plan.sealed
}

const recordPath = (ctx: Pick<ReadContext, 'runDir'>, phase: Phase): string => `${ctx.runDir}/${phase}.json`

async function recorded(ctx: Pick<ReadContext, 'files' | 'runDir'>, phase: Phase): Promise<Record<string, string>> {
  const path = recordPath(ctx, phase)
  return (await ctx.files.exists(path)) ? (JSON.parse(await ctx.files.readText(path)) as Record<string, string>) : {}
}

const wantedOf = async (ctx: ReadContext, view: CredentialsView, phase: Phase): Promise<Data> => {
  const kept = await needKept(ctx, view)
  return phase === 'next' ? kept.next : kept.old
}

const isCommitted = async (ctx: ReadContext, view: CredentialsView, phase: Phase): Promise<boolean> =>
  (await findCommit(ctx, sealedOf(view).repo, phaseTrailer(view.runId, phase))) !== undefined

/** Whether every copy in the work tree holds the credential. */
async function isMade(ctx: ReadContext, view: CredentialsView, phase: Phase): Promise<boolean> {
  const [wanted, env, { repo, files }] = [await wantedOf(ctx, view, phase), await sopsEnv(ctx), sealedOf(view)]
  for (const path of files) {
    const text = await ctx.files.readText(`${repo.root}/${path}`)
    if (!holds(view.plan.kind, await openCopy(ctx, { path, text, env }), wanted)) return false
  }
  return true
}

export const isWritten = async (ctx: ReadContext, view: CredentialsView, phase: Phase): Promise<boolean> =>
  (await isCommitted(ctx, view, phase)) || (await isMade(ctx, view, phase))

const filesChanged = (root: string, foreign: readonly string[]): OpsError =>
  new OpsError({
    code: 'files-changed',
    message: ['somebody else has changed what this run writes', ...foreign.map((path) => `  ${path}`)].join('\n'),
    hints: [`look:  git -C ${root} diff`, 'keep that change elsewhere, put the file back as it is in git, then:  flux-ops runs resume'],
  })

/** Of the files those that differ from HEAD. Throws OpsError `files-changed` where one is not as this run has written it. */
async function ownChanges(ctx: ReadContext, view: CredentialsView, phase: Phase): Promise<string[]> {
  const { repo, files } = sealedOf(view)
  const sums = await recorded(ctx, phase)
  const changed = (await ctx.git.changed(repo.root, 'HEAD')).filter((path) => files.includes(path))
  const foreign: string[] = []
  for (const path of changed) if ((await ctx.files.sha256(`${repo.root}/${path}`)) !== sums[path]) foreign.push(path)
  if (foreign.length > 0) throw filesChanged(repo.root, foreign)
  return changed
}

export async function writeSealed(ctx: Context, view: CredentialsView, phase: Phase): Promise<{ files: number }> {
  const { repo, files } = sealedOf(view)
  const [wanted, env] = [await wantedOf(ctx, view, phase), await sopsEnv(ctx)]
  await ownChanges(ctx, view, phase)
  const changes: { path: string; was: string; text: string }[] = []
  for (const path of files) {
    const text = await ctx.files.readText(`${repo.root}/${path}`)
    if (holds(view.plan.kind, await openCopy(ctx, { path, text, env }), wanted)) continue
    const next = await withValues(ctx, { path, text, env }, view.plan.kind, changeTo(view.plan.kind, wanted))
    changes.push({ path, was: await ctx.files.sha256(`${repo.root}/${path}`), text: next })
  }
  const sums = { ...(await recorded(ctx, phase)), ...Object.fromEntries(changes.map(({ path, text }) => [path, sha256(text)])) }
  await ctx.files.writeText(recordPath(ctx, phase), `${JSON.stringify(sums, null, 1)}\n`)
  await swapSealed(ctx, repo.root, changes)
  return { files: changes.length }
}

const subjectOf = ({ plan }: CredentialsView, phase: Phase): string =>
  phase === 'next' ? `Rotate the ${what(plan)} that Flux reads git with` : `Take back the ${what(plan)} that Flux reads git with`

export async function commitSealed(ctx: Context, view: CredentialsView, phase: Phase): Promise<{ commit: string }> {
  const { repo } = sealedOf(view)
  await assertAllPushed(ctx, repo)
  if (!(await isMade(ctx, view, phase))) await writeSealed(ctx, view, phase)
  const message = commitMessage(subjectOf(view, phase), [`Secret ${view.plan.secret}`], trailersOf(view.runId, phase))
  return { commit: await ctx.git.commit(repo.root, message, await ownChanges(ctx, view, phase)) }
}

const otherwise = (files: readonly string[]): OpsError =>
  new OpsError({
    code: 'sealed-otherwise',
    message: `not pushed: what others have pushed meanwhile holds another credential in ${files.join(', ')}`,
    hints: ['who else rotates it?', 'once it is settled:  flux-ops runs resume, or back:  flux-ops runs abandon'],
  })

export async function pushSealed(ctx: Context, view: CredentialsView, phase: Phase): Promise<{ commit: string; replayed: number }> {
  const { repo, files } = sealedOf(view)
  const trailer = phaseTrailer(view.runId, phase)
  await clearHalfReplay(ctx, repo, trailer)
  if (!(await isCommitted(ctx, view, phase))) await commitSealed(ctx, view, phase)
  return pushCommit(ctx, repo, trailer, async () => {
    if (!(await isMade(ctx, view, phase))) throw otherwise(files)
  })
}

export const isCommitThere = isCommitted

export const isSealedPushed = (ctx: ReadContext, view: CredentialsView, phase: Phase): Promise<boolean> =>
  isPushed(ctx, sealedOf(view).repo, phaseTrailer(view.runId, phase))

async function wasPushed(ctx: Context, view: CredentialsView): Promise<boolean> {
  const { repo } = sealedOf(view)
  const trailer = phaseTrailer(view.runId, 'next')
  const where = await whereabouts(ctx, repo, trailer)
  if (where !== 'unknown') return where === 'pushed'
  await ctx.git.fetch(repo.root, repo.remote, repo.branch)
  return isPushed(ctx, repo, trailer)
}

/** A further commit with the old values, where the new ones are on the branch. Gives whether there was anything to take back. */
export async function pushBack(ctx: Context, view: CredentialsView): Promise<boolean> {
  if (!(await wasPushed(ctx, view))) return false
  await pushSealed(ctx, view, 'back')
  return true
}

/** Only while nobody else has it: what is pushed is taken back by a commit of its own. */
export async function dropSealed(ctx: Context, view: CredentialsView): Promise<void> {
  if (await wasPushed(ctx, view)) return
  await dropCommit(ctx, sealedOf(view).repo, phaseTrailer(view.runId, 'next'), view.runId)
}

/** Back to what HEAD has; what the files hold by then is kept in the folder of the run. */
export async function unwriteSealed(ctx: Context, view: CredentialsView): Promise<void> {
  if (await isCommitted(ctx, view, 'next')) return
  const { repo, files } = sealedOf(view)
  const changed = (await ctx.git.changed(repo.root, 'HEAD')).filter((path) => files.includes(path))
  if (changed.length > 0) await restoreFiles(ctx, repo.root, changed)
}
