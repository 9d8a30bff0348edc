// The Secret that Flux reads the repository with. One that is there with other credentials is somebody's, and stays.

import { secretData } from '../../../src/actions/git-credentials.ts'
import { parseId, SECRET } from '../../../src/actions/resources.ts'
import type { Facts, ManualStep, WriteStep } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import type { Context, ReadContext } from '../../../src/ports/context.ts'
import { deployKeyIn, newSecretData, onlyPinned, pushesWithKey, shownKey } from '../deploy-key.ts'
import type { BootstrapInput } from '../input.ts'
import { type BootstrapView, gitSecret } from '../plan-facts.ts'
import type { BootstrapPlan } from '../plan-schema.ts'

type Standing = 'missing' | 'same' | 'other'

/** How the Secret of the cluster compares with the credentials of the cluster file. Entries that the file says nothing of do not count. */
export async function gitSecretStanding(
  ctx: Pick<ReadContext, 'kube' | 'files' | 'env'>,
  id: string,
  { forFlux: access, knownHosts }: Pick<BootstrapInput, 'forFlux' | 'knownHosts'>,
): Promise<Standing> {
  if (access === null) return 'same'
  const there = await ctx.kube.get(SECRET, parseId(id))
  if (there === undefined) return 'missing'
  if (access.how === 'generate') {
    const key = await deployKeyIn(ctx, id)
    return key !== undefined && onlyPinned(key.knownHosts, knownHosts) ? 'same' : 'other'
  }
  const wanted = await secretData(ctx, { access, knownHosts })
  const data = (there.data ?? {}) as Record<string, string>
  return Object.entries(wanted).every(([name, value]) => data[name] === value) ? 'same' : 'other'
}

const taken = (id: string): OpsError =>
  new OpsError({
    code: 'git-secret-taken',
    message: `Secret ${id} holds other credentials than the cluster file: it was left as it is`,
    hints: [
      `kubectl -n ${id.split('/')[0]} get secret ${id.split('/')[1]} -o jsonpath={.data} | jq keys`,
      'once it is out of the way:  flux-ops runs resume',
    ],
  })

const standing = (ctx: ReadContext, { plan }: BootstrapView): Promise<Standing> => gitSecretStanding(ctx, gitSecret(plan), plan)

const WHAT: Readonly<Record<NonNullable<BootstrapPlan['forFlux']>['how'], (plan: BootstrapPlan) => string>> = {
  ssh: ({ knownHosts }) => `key and ${knownHosts.length} host keys`,
  token: () => 'token',
  generate: ({ knownHosts, file }) => `a new ${file.git.auth?.ssh?.generate} key and ${knownHosts.length} host keys`,
}

/** Of a key that was made here, what a person has to register. */
async function found(ctx: ReadContext, { plan }: BootstrapView, made: boolean): Promise<Facts> {
  if (plan.forFlux?.how !== 'generate') return { made }
  const key = await deployKeyIn(ctx, gitSecret(plan))
  return key === undefined ? { made } : { made, ...shownKey(plan.file, key) }
}

/** Whether Flux has credentials of this run, and the run was given others since: the token of before was revoked. */
export const isOutdated = async (ctx: ReadContext, view: BootstrapView): Promise<boolean> =>
  view.facts['git-secret']?.made === true && (await standing(ctx, view)) === 'other'

/** Gives Flux the credentials that the run is taken up with. Throws OpsError `git-secret-taken` where somebody else has written to the Secret. */
export async function renewGitSecret(ctx: Context, view: BootstrapView): Promise<void> {
  const { forFlux: access, knownHosts } = view.plan
  if (access === null || access.how === 'generate' || !(await isOutdated(ctx, view))) return
  const id = gitSecret(view.plan)
  const there = await ctx.kube.get(SECRET, parseId(id), { metadataOnly: true })
  if (there?.metadata.resourceVersion !== view.facts['git-secret']?.version) throw taken(id)
  const data = await secretData(ctx, { access, knownHosts })
  const body = { metadata: { resourceVersion: there?.metadata.resourceVersion }, data }
  await ctx.kube.patch(SECRET, parseId(id), 'merge', body, { fieldManager: 'flux-ops', metadataOnly: true })
}

export const gitSecretStep: WriteStep<BootstrapPlan> = {
  kind: 'write',
  id: 'git-secret',
  title: 'give Flux the credentials of the repository',
  why: 'with them it fetches from its first second; host keys are those that you gave, never those that a server shows',
  preview: ({ plan }) => [
    plan.forFlux === null
      ? 'nothing: the repository asks for no credentials'
      : `create Secret ${gitSecret(plan)}: ${WHAT[plan.forFlux.how](plan)}`,
  ],
  isDone: async (ctx, view) => (await standing(ctx, view)) === 'same',
  // Read back after a kill: who made it is not known, and a key that somebody may have registered stays.
  factsWhenDone: (ctx, view) => found(ctx, view, false),
  run: async (ctx, view) => {
    const id = gitSecret(view.plan)
    if ((await standing(ctx, view)) === 'other') throw taken(id)
    const { forFlux: access, knownHosts, file } = view.plan
    if (access === null) return { made: false }
    const data =
      access.how === 'generate' ? newSecretData(file, access.algorithm, knownHosts) : await secretData(ctx, { access, knownHosts })
    const { namespace = '', name } = parseId(id)
    const made = await ctx.kube.create(SECRET, { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type: 'Opaque', data })
    return { ...(await found(ctx, view, true)), version: made.metadata.resourceVersion ?? '' }
  },
  undo: async (ctx, view) => {
    // Asked of a step that had begun alone: then there was none with these credentials before.
    const id = parseId(gitSecret(view.plan))
    // A key that was found after a kill may be registered already, by whomever: it stays.
    const isKeys = view.plan.forFlux?.how === 'generate' && view.facts['git-secret']?.made === false
    const there = view.plan.forFlux === null || isKeys ? undefined : await ctx.kube.get(SECRET, id, { metadataOnly: true })
    if (there === undefined) return
    const untouched = there.metadata.resourceVersion === view.facts['git-secret']?.version
    if (untouched || (await standing(ctx, view)) === 'same') await ctx.kube.delete(SECRET, id)
  },
  undoPreview: ({ plan, facts }) => {
    if (plan.forFlux === null) return []
    const registered = facts['git-secret']?.fingerprint
    return [
      `delete Secret ${gitSecret(plan)}`,
      ...(typeof registered === 'string' && plan.forge === null ? [`deploy key ${registered} is yours to take out of the repository`] : []),
    ]
  },
}

const say = (facts: BootstrapView['facts'], name: string): string => String(facts['git-secret']?.[name] ?? 'is shown once it is made')

export const keyRegisteredStep: ManualStep<BootstrapPlan> = {
  kind: 'manual',
  id: 'key-registered',
  title: 'wait until the repository lets the new key in',
  why: 'whoever owns the repository decides what reads it; before that nothing is pushed',
  instructions: ({ plan, facts, runId }) => [
    `register this key as deploy key of ${plan.repo.url}:`,
    `  ${say(facts, 'publicKey')}`,
    `fingerprint   ${say(facts, 'fingerprint')}`,
    `write access  ${pushesWithKey(plan.file) ? 'yes: image-automation-controller pushes with it' : 'no: Flux only reads'}`,
    `or take it back:  flux-ops runs abandon ${runId}`,
  ],
  isDone: async (ctx, { plan }) => {
    const held = await deployKeyIn(ctx, gitSecret(plan))
    if (held === undefined) return false
    const { key, passphrase, knownHosts } = held
    const { answer } = await ctx.git.admits(plan.repo.url, { how: 'key', key, passphrase, knownHosts }, { write: pushesWithKey(plan.file) })
    return answer === 'in'
  },
}
