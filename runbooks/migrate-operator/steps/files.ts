// The old files leave git and the new ones come, in one commit: only once the operator owns everything.
import {
  assertAllPushed,
  commitMessage,
  dropCommit,
  findCommit,
  isPushed,
  pushCommit,
  pushLine,
} from '../../../src/actions/commit-and-push.ts'
import { isHeld } from '../../../src/actions/hold.ts'
import { openOf, waitForTakeover, wouldBePruned } from '../../../src/actions/operator-move/takeover.ts'
import { restoreFiles, restoreLines } from '../../../src/actions/restore-files.ts'
import type { WriteStep } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import type { Context, ReadContext } from '../../../src/ports/context.ts'
import { type MoveView, ownerOf, subject, takeoverOf, trailerOf } from '../plan-facts.ts'
import type { MovePlan } from '../plan-schema.ts'

type Write = WriteStep<MovePlan>

const pathsOf = ({ files }: MovePlan): string[] => files.map(({ path }) => path)

/** Text of a file of the clone; null where it is not there. */
async function textNow(ctx: ReadContext, root: string, path: string): Promise<string | null> {
  const full = `${root}/${path}`
  return (await ctx.files.exists(full)) ? ctx.files.readText(await ctx.files.inside(root, full)) : null
}

async function isWritten(ctx: ReadContext, { repo, files }: MovePlan): Promise<boolean> {
  for (const { path, text } of files) if ((await textNow(ctx, repo.root, path)) !== text) return false
  return true
}

const committed = async (ctx: ReadContext, view: MoveView): Promise<boolean> =>
  (await findCommit(ctx, view.plan.repo, trailerOf(view))) !== undefined

/** Throws OpsError `files-changed`: what is neither as in git nor as this run writes it is somebody else's. */
async function assertOurs(ctx: ReadContext, { repo, files }: MovePlan, done: string): Promise<void> {
  const foreign: string[] = []
  for (const { path, text } of files) {
    const now = await textNow(ctx, repo.root, path)
    const head = (await ctx.git.show(repo.root, 'HEAD', path)) ?? null
    if (now !== text && now !== head) foreign.push(path)
  }
  if (foreign.length === 0) return
  throw new OpsError({
    code: 'files-changed',
    message: [`not ${done}: somebody else has changed what this run writes`, ...foreign.map((path) => `  ${path}`)].join('\n'),
    hints: [
      `look:  git -C ${repo.root} diff`,
      'keep that change elsewhere, put the file back as it is in git, then:  flux-ops runs resume',
      'or take this run back, which keeps a copy of the file:  flux-ops runs abandon',
    ],
  })
}

const fileLines = ({ files }: MovePlan): string[] => files.map(({ path, text }) => `${text === null ? '-' : '±'} ${path}`)

export const writeFiles: Write = {
  kind: 'write',
  id: 'write-files',
  title: 'put the FluxInstance in the place of the old files',
  why: 'git says what runs: the operator and its FluxInstance, and no longer the controllers themselves',
  preview: ({ plan }) => fileLines(plan),
  isDone: async (ctx, view) => (await committed(ctx, view)) || (await isWritten(ctx, view.plan)),
  run: async (ctx, { plan }) => {
    await assertOurs(ctx, plan, 'written')
    for (const { path, text } of plan.files) await writeOne(ctx, plan.repo.root, path, text)
    return { files: pathsOf(plan) }
  },
  undo: async (ctx, view) => {
    if (await committed(ctx, view)) return
    await restoreFiles(ctx, view.plan.repo.root, pathsOf(view.plan))
  },
  undoPreview: ({ plan }) => restoreLines(pathsOf(plan)),
}

async function writeOne(ctx: Context, root: string, path: string, text: string | null): Promise<void> {
  const full = `${root}/${path}`
  const now = await textNow(ctx, root, path)
  if (now === text) return
  if (text === null) await ctx.files.remove(await ctx.files.inside(root, full))
  else if (now === null) await ctx.files.writeText(full, text, { mode: 0o644 })
  else await ctx.files.replaceText(await ctx.files.inside(root, full), text)
}

export const commit: Write = {
  kind: 'write',
  id: 'commit',
  title: 'commit the change',
  why: 'one commit holds all of it',
  preview: (view) => [
    `git commit -m '${subject}' ${[trailerOf(view)].map(({ key, value }) => `--trailer '${key}: ${value}'`).join(' ')} -- ${pathsOf(view.plan).join(' ')}`,
  ],
  isDone: committed,
  run: async (ctx, view) => {
    const { plan } = view
    await assertAllPushed(ctx, plan.repo)
    await assertOurs(ctx, plan, 'committed')
    if (!(await isWritten(ctx, plan))) throw notWritten(plan)
    const body = [`Flux ${plan.version} stays as it is; FluxInstance ${plan.instance.id} says what runs.`]
    return { commit: await ctx.git.commit(plan.repo.root, commitMessage(subject, body, [trailerOf(view)]), pathsOf(plan)) }
  },
  undo: (ctx, view) => dropCommit(ctx, view.plan.repo, trailerOf(view), view.runId),
}

const notWritten = ({ repo }: MovePlan): OpsError =>
  new OpsError({
    code: 'files-changed',
    message: 'not committed: files of this run are back as they were before it',
    hints: [`look:  git -C ${repo.root} status`, 'take this run back and begin again:  flux-ops runs abandon'],
  })

/** The last look before the line: what leaves git must not leave the cluster. Throws OpsError `prune-not-held` or `takeover-lost`. */
async function assertSafe(ctx: ReadContext, view: MoveView): Promise<void> {
  const { plan } = view
  const goal = takeoverOf(view)
  const open = await openOf(ctx, goal)
  if (open.length > 0) throw unsafe('takeover-lost', 'not pushed: the operator does not own all of Flux any more', open)
  const pruned = await wouldBePruned(ctx, goal)
  if (plan.ownerLeaves && !(await isHeld(ctx, ownerOf(plan)))) pruned.push(`Kustomization ${plan.owner}: is not held`)
  if (pruned.length > 0) throw unsafe('prune-not-held', 'not pushed: with the old files something of Flux would be deleted', pruned)
}

const unsafe = (code: string, what: string, items: readonly string[]): OpsError =>
  new OpsError({
    code,
    message: [what, ...items.slice(0, 20).map((item) => `  ${item}`)].join('\n'),
    hints: ['look at the objects named here, then:  flux-ops runs resume', 'or take it back:  flux-ops runs abandon'],
  })

/** After a lost race: our commit stands on what the others have pushed. Throws OpsError `repository-moved`. */
async function assertStillOurs(ctx: ReadContext, { plan }: MoveView): Promise<void> {
  const others: string[] = []
  for (const { path, text } of plan.files) if (((await ctx.git.show(plan.repo.root, 'HEAD', path)) ?? null) !== text) others.push(path)
  if (others.length === 0) return
  throw new OpsError({
    code: 'repository-moved',
    message: ['not pushed: others have changed the same files meanwhile', ...others.map((path) => `  ${path}`)].join('\n'),
    hints: ['take this run back and plan again:  flux-ops runs abandon', 'then:  flux-ops migrate operator'],
  })
}

export const push: Write = {
  kind: 'write',
  id: 'push',
  title: 'push: the old files leave git',
  why: 'the operator owns every object of theirs, and nothing of them is pruned',
  preview: ({ plan }) => ['look once more that nothing would be pruned', pushLine(plan.repo, '<commit of this run>')],
  isDone: (ctx, view) => isPushed(ctx, view.plan.repo, trailerOf(view)),
  run: async (ctx, view) => {
    // What was applied behind the operator's back since is put right now, or nothing is pushed.
    await waitForTakeover(ctx, takeoverOf(view))
    const { commit: made, replayed } = await pushCommit(ctx, view.plan.repo, trailerOf(view), async () => {
      await assertStillOurs(ctx, view)
      await assertSafe(ctx, view)
    })
    return { commit: made, replayed }
  },
}
