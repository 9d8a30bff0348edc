// The Secret that Flux reads the repository with. One that is there with other credentials is somebody's, and stays.

import { secretData } from '../../../src/actions/git-credentials.ts'
import { parseId, SECRET } from '../../../src/actions/resources.ts'
import type { WriteStep } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import type { ReadContext } from '../../../src/ports/context.ts'
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

export const gitSecretStep: WriteStep<BootstrapPlan> = {
  kind: 'write',
  id: 'git-secret',
  title: 'give Flux the credentials of the repository',
  why: 'with them it fetches from its first second; host keys are those that you gave, never those that a server shows',
  preview: ({ plan }) => [
    plan.forFlux === null
      ? 'nothing: the repository asks for no credentials'
      : `create Secret ${gitSecret(plan)}: ${plan.forFlux.how === 'ssh' ? `key and ${plan.knownHosts.length} host keys` : 'token'}`,
  ],
  isDone: async (ctx, view) => (await standing(ctx, view)) === 'same',
  factsWhenDone: async () => ({ made: false }),
  run: async (ctx, view) => {
    const id = gitSecret(view.plan)
    if ((await standing(ctx, view)) === 'other') throw taken(id)
    const { forFlux: access, knownHosts } = view.plan
    if (access === null) return { made: false }
    const data = await secretData(ctx, { access, knownHosts })
    const { namespace = '', name } = parseId(id)
    await ctx.kube.create(SECRET, { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type: 'Opaque', data })
    return { made: true }
  },
  undo: async (ctx, view) => {
    // One that was there before the run is somebody's.
    if (view.facts['git-secret']?.made === false) return
    if ((await standing(ctx, view)) === 'same') await ctx.kube.delete(SECRET, parseId(gitSecret(view.plan)))
  },
  undoPreview: ({ plan }) => (plan.forFlux === null ? [] : [`delete Secret ${gitSecret(plan)}`]),
}
