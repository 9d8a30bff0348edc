// The repository of a forge, and the key that Flux reads it with: both are made where they are not there, and nothing of others is touched.
import { asFile } from '../../../src/actions/git-credentials.ts'
import type { WriteStep } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import type { Context, ReadContext } from '../../../src/ports/context.ts'
import type { ForgeRepository, DeployKey as Registered } from '../../../src/ports/forge.ts'
import { fingerprint } from '../../../src/ssh/public-key.ts'
import { type DeployKey, deployKeyIn, lineOf } from '../deploy-key.ts'
import { type BootstrapView, gitSecret } from '../plan-facts.ts'
import type { BootstrapPlan } from '../plan-schema.ts'
import { visibilityOf } from './flags.ts'

export function placeOf({ forge, repo }: BootstrapPlan): ForgeRepository {
  if (forge === null) throw new Error('the plan has no forge')
  return { kind: forge.kind, url: forge.url, path: forge.path, dir: repo.root }
}

export const repositoryStep: WriteStep<BootstrapPlan> = {
  kind: 'write',
  id: 'repository',
  title: 'make the repository',
  why: 'an empty one: the first commit is that of this run. One that is there stays as it is',
  preview: ({ plan }) => [`make the ${visibilityOf(plan.file)} repository ${placeOf(plan).url}/${placeOf(plan).path}`],
  isDone: async (ctx, { plan }) => (await asFile(ctx, plan)).forge.exists(placeOf(plan)),
  run: async (ctx, { plan }) => {
    const { file } = plan
    const how = { personal: file.forge?.personal === true, visibility: visibilityOf(file), branch: file.git.branch }
    await (await asFile(ctx, plan)).forge.create(placeOf(plan), how)
    return { made: true }
  },
}

/** Type and key, without the comment: a forge may write another one. */
const bare = (line: string): string => line.trim().split(/\s+/).slice(0, 2).join(' ')

/** As flux bootstrap names it, so that it is known there. */
export const titleOf = ({ flux, git }: BootstrapPlan['file']): string =>
  [flux.namespace, git.secretName, git.branch, git.path === '.' ? './' : `./${git.path}`].join('-')

async function held(ctx: ReadContext, { plan }: BootstrapView): Promise<DeployKey> {
  const key = await deployKeyIn(ctx, gitSecret(plan))
  if (key !== undefined) return key
  throw new OpsError({
    code: 'key-not-kept',
    message: `Secret ${gitSecret(plan)} holds no key that could be registered`,
    hints: ['who took it out?', 'flux-ops runs abandon, then bootstrap, makes it anew'],
  })
}

async function registered(
  ctx: ReadContext,
  view: BootstrapView,
): Promise<{ key: DeployKey; all: readonly Registered[]; own?: Registered }> {
  const [key, { forge }] = [await held(ctx, view), await asFile(ctx, view.plan)]
  const all = await forge.deployKeys(placeOf(view.plan))
  const own = all.find((one) => bare(one.key) === bare(lineOf(view.plan.file, key)))
  return own === undefined ? { key, all } : { key, all, own }
}

const readOnly = ({ file }: BootstrapPlan): boolean => file.forge?.readWriteKey !== true

async function register(ctx: Context, view: BootstrapView): Promise<{ fingerprint: string; title: string; made: boolean }> {
  const { plan } = view
  const { key, all, own } = await registered(ctx, view)
  const { forge } = await asFile(ctx, plan)
  const print = fingerprint(key.public)
  // One that may not do what it should: a forge has no way to change that.
  if (own !== undefined) await forge.removeDeployKey(placeOf(plan), own.id)
  const usual = titleOf(plan.file)
  // A key of that name is of a cluster that is lost, or of another: whoever reads with it goes on.
  const title = all.some((one) => one !== own && one.title === usual) ? `${usual} ${print.slice(7, 15)}` : usual
  await forge.addDeployKey(placeOf(plan), { title, key: lineOf(plan.file, key), readOnly: readOnly(plan) })
  return { fingerprint: print, title, made: own === undefined }
}

export const deployKeyStep: WriteStep<BootstrapPlan> = {
  kind: 'write',
  id: 'deploy-key',
  title: 'register the key at the forge',
  why: 'the key is in the cluster already, with host keys that you gave; flux bootstrap would take those that the server shows',
  preview: ({ plan }) => [
    `register deploy key "${titleOf(plan.file)}" on ${placeOf(plan).url}/${placeOf(plan).path}, ${readOnly(plan) ? 'to read' : 'to read and push'}`,
  ],
  isDone: async (ctx, view) => (await registered(ctx, view)).own?.readOnly === readOnly(view.plan),
  factsWhenDone: async (ctx, view) => {
    const { key, own } = await registered(ctx, view)
    return { fingerprint: fingerprint(key.public), title: own?.title ?? '', made: false }
  },
  run: register,
  undo: async (ctx, view) => {
    if (view.facts['deploy-key']?.made === false) return
    const { own } = await registered(ctx, view)
    if (own !== undefined) await (await asFile(ctx, view.plan)).forge.removeDeployKey(placeOf(view.plan), own.id)
  },
  undoPreview: ({ plan }) => [
    `remove deploy key "${titleOf(plan.file)}" of ${placeOf(plan).url}/${placeOf(plan).path}, if this run has registered it`,
  ],
}
