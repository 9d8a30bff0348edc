// What the cluster follows, written, committed and pushed. A repository that has everything already gets no commit.
import { createHash } from 'node:crypto'
import { commitMessage, dropCommit, findCommit, pushCommit, pushLine, whereabouts } from '../../../src/actions/commit-and-push.ts'
import { reaching } from '../../../src/actions/git-credentials.ts'
import { generateComponents } from '../../../src/actions/gotk.ts'
import { restoreFiles } from '../../../src/actions/restore-files.ts'
import type { WriteStep } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import type { Context, ReadContext } from '../../../src/ports/context.ts'
import { maySealed, readSealed } from '../../../src/sops/sealed/read.ts'
import { isSealedTo } from '../../../src/sops/sealed/sealed-to.ts'
import { keySecret, keysInCluster } from '../age.ts'
import { type BootstrapView, pathsOf, trailerOf } from '../plan-facts.ts'
import type { BootstrapPlan } from '../plan-schema.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

type Planned = BootstrapPlan['files'][number]

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'))

async function componentsText(ctx: ReadContext, { file, flags, components }: BootstrapPlan): Promise<string> {
  const text = await generateComponents(ctx, file.flux.version, flags)
  if (sha256(text) === components?.sha256) return text
  throw new OpsError({
    code: 'gotk-moved',
    message: 'flux install --export prints other manifests than when the plan was made',
    hints: ['was the flux CLI replaced meanwhile?', 'begin anew:  flux-ops runs abandon, then bootstrap'],
  })
}

/** The key that files are sealed to, once it is there. */
async function recipientOf(ctx: ReadContext, { file }: BootstrapPlan): Promise<string> {
  if (file.sops === undefined) return ''
  const id = keySecret(file, file.sops)
  const recipient = (await keysInCluster(ctx, id))?.identities.find((one) => one.recipient !== undefined)?.recipient
  if (recipient !== undefined) return recipient
  throw new OpsError({
    code: 'key-not-kept',
    message: `Secret ${id} holds no key that files could be sealed to`,
    hints: ['who took it out?', 'flux-ops runs resume makes it again'],
  })
}

/** With the recipient of the key that the run has made. */
const textOf = ({ text }: Pick<Planned, 'text'>, { standIn }: BootstrapPlan, recipient: string): string =>
  standIn === null ? text : text.replaceAll(standIn, recipient)

/** Sealed in a private folder: no rule of the repository counts, and clear text is never in the clone. */
async function sealed(ctx: ReadContext, path: string, text: string, recipient: string): Promise<string> {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const result = await ctx.exec.run({
    tool: 'sops',
    args: [
      'encrypt',
      '--age',
      recipient,
      '--encrypted-regex',
      '^(data|stringData)$',
      '--input-type',
      'yaml',
      '--output-type',
      'yaml',
      name,
    ],
    effect: 'read',
    scratch: { files: { [name]: text } },
    timeoutMs: 60_000,
  })
  return result.stdout
}

/** Whether a file is as the plan has it; a sealed one is another each time, and has to be sealed to the key. */
async function isThere(ctx: ReadContext, plan: BootstrapPlan, planned: Planned, recipient: string): Promise<boolean> {
  const path = `${plan.repo.root}/${planned.path}`
  if (!(await ctx.files.exists(path))) return false
  const text = await ctx.files.readText(path)
  if (!planned.seal) return text === textOf(planned, plan, recipient)
  const file = maySealed(text) ? readSealed(planned.path, text) : undefined
  return file !== undefined && isSealedTo(file, recipient)
}

async function isWritten(ctx: ReadContext, plan: BootstrapPlan): Promise<boolean> {
  const { repo, files, components } = plan
  if (components !== null && !components.isThere) {
    const path = `${repo.root}/${components.path}`
    if (!(await ctx.files.exists(path)) || (await ctx.files.sha256(path)) !== components.sha256) return false
  }
  if (files.length === 0) return true
  // A dry run has made no key, and has written nothing.
  const recipient = await recipientOf(ctx, plan).catch(() => undefined)
  if (recipient === undefined) return false
  for (const planned of files) if (!(await isThere(ctx, plan, planned, recipient))) return false
  return true
}

/** A folder of the repository may be a link that leads out of it. Throws OpsError `path-outside`. */
async function assertInside(ctx: ReadContext, root: string, path: string): Promise<void> {
  const folders = path.split('/').slice(0, -1)
  for (const at of folders.map((_, index) => `${root}/${folders.slice(0, index + 1).join('/')}`)) {
    if (!(await ctx.files.exists(at))) return
    await ctx.files.inside(root, at)
  }
}

async function put(ctx: Context, plan: BootstrapPlan, path: string, text: string): Promise<void> {
  const file = `${plan.repo.root}/${path}`
  await assertInside(ctx, plan.repo.root, path)
  await ctx.files.makeDir(folderOf(file))
  await ctx.files.writeText(file, text, { mode: 0o644 })
}

async function write(ctx: Context, plan: BootstrapPlan): Promise<void> {
  const { files, components } = plan
  if (components !== null && !components.isThere) await put(ctx, plan, components.path, await componentsText(ctx, plan))
  if (files.length === 0) return
  const recipient = await recipientOf(ctx, plan)
  for (const planned of files) {
    if (await isThere(ctx, plan, planned, recipient)) continue
    const text = textOf(planned, plan, recipient)
    await put(ctx, plan, planned.path, planned.seal ? await sealed(ctx, planned.path, text, recipient) : text)
  }
}

/** In a repository without a commit there is nothing that git could put back. */
async function takeBack(ctx: Context, { plan }: BootstrapView): Promise<void> {
  const { root } = plan.repo
  // With publish none a person may have made the first commit meanwhile.
  const head = await ctx.git.head(root).catch(() => '')
  if (head !== '') return restoreFiles(ctx, root, pathsOf(plan))
  for (const path of pathsOf(plan)) if (await ctx.files.exists(`${root}/${path}`)) await ctx.files.remove(`${root}/${path}`)
}

export const filesStep: WriteStep<BootstrapPlan> = {
  kind: 'write',
  id: 'files',
  title: 'write what is missing in the repository',
  why: 'what is there stays; what Flux is made of stands in git, so that it can be changed there',
  preview: ({ plan }) => pathsOf(plan).map((path) => `write ${path}`),
  isDone: (ctx, { plan }) => isWritten(ctx, plan),
  run: async (ctx, { plan }) => {
    await write(ctx, plan)
    return { files: pathsOf(plan).length }
  },
  factsWhenDone: async (_ctx, { plan }) => ({ files: pathsOf(plan).length }),
  undo: takeBack,
}

const messageOf = ({ plan, runId }: BootstrapView): string => {
  const { metadata, flux, git } = plan.file
  const appendix = git.commitMessageAppendix === undefined ? [] : [git.commitMessageAppendix]
  return commitMessage(`Bootstrap cluster ${metadata.name} with Flux ${flux.version}`, appendix, [trailerOf({ plan, runId, facts: {} })])
}

/** Whether the commit that is checked out has everything, whoever made it. */
async function isCommitted(ctx: ReadContext, view: BootstrapView): Promise<boolean> {
  if (pathsOf(view.plan).length === 0) return true
  if ((await findCommit(ctx, view.plan.repo, trailerOf(view))) !== undefined) return true
  if (!(await isWritten(ctx, view.plan))) return false
  const { entries } = await ctx.git.status(view.plan.repo.root)
  return entries.length === 0 && (await ctx.git.head(view.plan.repo.root).catch(() => '')) !== ''
}

export const commitStep: WriteStep<BootstrapPlan> = {
  kind: 'write',
  id: 'commit',
  title: 'commit it',
  why: 'one commit, with the id of this run, so that it is found again',
  preview: (view) => [`git commit -m '${messageOf(view).split('\n')[0]}'`],
  isDone: isCommitted,
  run: async (ctx, view) => {
    if (!(await isWritten(ctx, view.plan))) await write(ctx, view.plan)
    return { commit: await ctx.git.commit(view.plan.repo.root, messageOf(view), pathsOf(view.plan)) }
  },
  factsWhenDone: async (ctx, { plan }) => ({ commit: await ctx.git.head(plan.repo.root) }),
  undo: async (ctx, view) => dropCommit(await reaching(ctx, view.plan), view.plan.repo, trailerOf(view), view.runId),
}

/** Nothing of ours is to be pushed, or the remote has it. */
async function isPushed(ctx: ReadContext, view: BootstrapView): Promise<boolean> {
  const { repo } = view.plan
  const own = await whereabouts(ctx, repo, trailerOf(view))
  return own === 'none' ? isCommitted(ctx, view) : own === 'pushed'
}

export const pushStep: WriteStep<BootstrapPlan> = {
  kind: 'write',
  id: 'push',
  title: 'push it',
  why: 'Flux reads it from there; never forced, and on a protected branch refused before the cluster gets anything of Flux',
  preview: ({ plan }) => [pushLine(plan.repo, 'HEAD')],
  pointOfNoReturn: 'what is pushed stays: from here on the way back is a revert by hand',
  isDone: async (ctx, view) => isPushed(await reaching(ctx, view.plan), view),
  // A branch that refuses the push has taken nothing. What is not known is found out by who drops the commit.
  isCrossed: async (ctx, view) => (await whereabouts(await reaching(ctx, view.plan), view.plan.repo, trailerOf(view))) === 'pushed',
  run: async (ctx, view) => ({
    ...(await pushCommit(await reaching(ctx, view.plan), view.plan.repo, trailerOf(view), async () => undefined)),
  }),
  factsWhenDone: async (ctx, { plan }) => ({ commit: await ctx.git.head(plan.repo.root), replayed: 0 }),
}
