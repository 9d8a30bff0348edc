// A phase written to the clone, committed and pushed. Only what this run has written is committed: the sums of it are in the folder of the run before
// the first file is replaced. When somebody else was faster with the same files, the phase is made again from theirs.
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
import type { Facts } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import type { Context, ReadContext } from '../../../src/ports/context.ts'
import { assertHeld } from '../cluster/key-secrets.ts'
import { bodyOf, type Phase, phaseTrailer, subjectOf, trailersOf } from '../phases.ts'
import { type RotateView, recipientsOf } from '../plan-facts.ts'
import { isMade, makePhase } from './make.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const recordPath = (ctx: Pick<ReadContext, 'runDir'>, phase: Phase): string => `${ctx.runDir}/${phase}.json`

/** SHA-256 of what this run has written, by path. */
async function recorded(ctx: Pick<ReadContext, 'files' | 'runDir'>, phase: Phase): Promise<Record<string, string>> {
  const path = recordPath(ctx, phase)
  return (await ctx.files.exists(path)) ? (JSON.parse(await ctx.files.readText(path)) as Record<string, string>) : {}
}

export const committed = async (ctx: ReadContext, view: RotateView, phase: Phase): Promise<boolean> =>
  (await findCommit(ctx, view.plan.repo, phaseTrailer(view.runId, phase))) !== undefined

export const isWritten = async (ctx: ReadContext, view: RotateView, phase: Phase): Promise<boolean> =>
  (await committed(ctx, view, phase)) || (await isMade(ctx, view, phase))

const filesChanged = (root: string, done: string, foreign: readonly string[]): OpsError =>
  new OpsError({
    code: 'files-changed',
    message: [`not ${done}: somebody else has changed what this run writes`, ...foreign.map((path) => `  ${path}`)].join('\n'),
    hints: [
      `look:  git -C ${root} diff`,
      'keep that change elsewhere, put the file back as it is in git, then:  flux-ops runs resume',
      'or take this run back, which keeps a copy of the file:  flux-ops runs abandon',
    ],
  })

/** Of the paths those that differ from HEAD. Throws OpsError `files-changed` where one is not as this run has written it. */
async function ownChanges(
  ctx: ReadContext,
  { plan }: RotateView,
  sums: Readonly<Record<string, string>>,
  done: string,
  paths: ReadonlySet<string>,
) {
  const { root } = plan.repo
  const changed = (await ctx.git.changed(root, 'HEAD')).filter((path) => paths.has(path))
  const foreign: string[] = []
  for (const path of changed) {
    const there = await ctx.files.exists(`${root}/${path}`)
    if (!there || (await ctx.files.sha256(`${root}/${path}`)) !== sums[path]) foreign.push(path)
  }
  if (foreign.length > 0) throw filesChanged(root, done, foreign)
  return changed
}

/** Throws the errors of makePhase and swapSealed, and OpsError `files-changed` before anything is written. */
export async function writePhase(ctx: Context, view: RotateView, phase: Phase): Promise<Facts> {
  const changes = await makePhase(ctx, view, phase)
  const before = await recorded(ctx, phase)
  await ownChanges(ctx, view, before, 'written', new Set(changes.map(({ path }) => path)))
  const sums = Object.fromEntries(changes.map(({ path, text }) => [path, sha256(text)]))
  await ctx.files.writeText(recordPath(ctx, phase), `${JSON.stringify({ ...before, ...sums }, null, 1)}\n`)
  const progress = (done: number): void => {
    if (done % 20 === 0) ctx.progress({ waitingFor: 'files to be replaced', lastSeen: `${done} of ${changes.length}` })
  }
  const { swapped, there } = await swapSealed(ctx, view.plan.repo.root, changes, { progress })
  return { files: swapped + there }
}

/**
 * Half of a phase is not committed: what somebody has put back while the run stood still is written once more. What somebody has committed and pushed
 * as we have written it is in a commit without changes of its own, which tells later steps where the phase begins.
 */
export async function commitPhase(ctx: Context, view: RotateView, phase: Phase): Promise<Facts> {
  await assertAllPushed(ctx, view.plan.repo)
  // Here as well, before the line behind which nothing is taken back.
  if (phase !== 'back') await assertHeld(ctx, view)
  if (!(await isMade(ctx, view, phase))) await writePhase(ctx, view, phase)
  const sums = await recorded(ctx, phase)
  const paths = await ownChanges(ctx, view, sums, 'committed', new Set(Object.keys(sums)))
  const message = commitMessage(subjectOf(phase), bodyOf(phase, recipientsOf(view)), trailersOf(view.runId, phase))
  return { commit: await ctx.git.commit(view.plan.repo.root, message, paths), files: paths.length }
}

const MAKE_AGAIN = new Set(['git-conflict', 'rotation-incomplete'])
const ATTEMPTS = 4

async function assertWhole(ctx: ReadContext, view: RotateView, phase: Phase): Promise<void> {
  if (phase !== 'back') await assertHeld(ctx, view)
  if (await isMade(ctx, view, phase)) return
  throw new OpsError({
    code: 'rotation-incomplete',
    message: 'not pushed: what came from others meanwhile has to be sealed anew as well',
    hints: ['once nobody else pushes:  flux-ops runs resume'],
  })
}

/** Drops our commit and goes to what the others have pushed. */
async function goToTheirs(ctx: Context, { plan, runId }: RotateView, phase: Phase): Promise<void> {
  const { root, remote, branch } = plan.repo
  const theirs = await ctx.git.fetch(root, remote, branch)
  await dropCommit(ctx, plan.repo, phaseTrailer(runId, phase), runId)
  await ctx.git.fastForward(root, theirs)
}

/** Throws as pushCommit, and OpsError `rotation-incomplete` or `git-conflict` when others were faster every time. */
export async function pushPhase(ctx: Context, view: RotateView, phase: Phase): Promise<Facts> {
  const { repo } = view.plan
  const trailer = phaseTrailer(view.runId, phase)
  for (let attempt = 1; ; attempt++) {
    await clearHalfReplay(ctx, repo, trailer)
    if (!(await committed(ctx, view, phase))) {
      await writePhase(ctx, view, phase)
      await commitPhase(ctx, view, phase)
    }
    try {
      return { ...(await pushCommit(ctx, repo, trailer, () => assertWhole(ctx, view, phase))), again: attempt - 1 }
    } catch (error) {
      if (!(error instanceof OpsError) || !MAKE_AGAIN.has(error.code) || attempt === ATTEMPTS) throw error
      await goToTheirs(ctx, view, phase)
    }
  }
}

export const isPhasePushed = (ctx: ReadContext, view: RotateView, phase: Phase): Promise<boolean> =>
  isPushed(ctx, view.plan.repo, phaseTrailer(view.runId, phase))

/** Like isPhasePushed, and the remote is fetched where that is needed to know. */
export async function wasPushed(ctx: Context, { plan: { repo }, runId }: RotateView, phase: Phase): Promise<boolean> {
  const trailer = phaseTrailer(runId, phase)
  const where = await whereabouts(ctx, repo, trailer)
  if (where !== 'unknown') return where === 'pushed'
  await ctx.git.fetch(repo.root, repo.remote, repo.branch)
  return isPushed(ctx, repo, trailer)
}

/** A clone without changes of its own goes to what the branch has by now: what is made from that meets nobody else's commit. */
export async function catchUp(ctx: Context, { plan: { repo } }: RotateView): Promise<void> {
  const { entries, inProgress } = await ctx.git.status(repo.root)
  if (entries.length > 0 || inProgress !== undefined) return
  const [head, theirs] = [await ctx.git.head(repo.root), await ctx.git.fetch(repo.root, repo.remote, repo.branch)]
  if (head !== theirs && (await ctx.git.isAncestor(repo.root, head, theirs))) await ctx.git.fastForward(repo.root, theirs)
}

/** Files back to what HEAD has; what they hold by then is kept in the folder of the run. */
export async function unwritePhase(ctx: Context, view: RotateView, phase: Phase): Promise<void> {
  if (await committed(ctx, view, phase)) return
  const sums = await recorded(ctx, phase)
  const changed = (await ctx.git.changed(view.plan.repo.root, 'HEAD')).filter((path) => sums[path] !== undefined)
  if (changed.length > 0) await restoreFiles(ctx, view.plan.repo.root, changed)
}

/** Only while nobody else has it: what is pushed is taken back by a commit of its own. */
export async function dropPhase(ctx: Context, view: RotateView, phase: Phase): Promise<void> {
  if (await wasPushed(ctx, view, phase)) return
  await dropCommit(ctx, view.plan.repo, phaseTrailer(view.runId, phase), view.runId)
}
