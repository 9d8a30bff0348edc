// One object with an immutable field is deleted and made anew by kustomize-controller: it does so for an object that carries the annotation, in the cluster
// or in git. Source: shouldForceApply in fluxcd/pkg ssa, which looks at both. In the cluster it goes with the object, and nothing stays that deletes again.
import { type Seen, waitFor } from '../../../src/actions/wait-for.ts'
import { OpsError, refusal } from '../../../src/errors.ts'
import { reconciledSince, verdict } from '../../../src/flux/conditions.ts'
import { inventoryOf } from '../../../src/flux/inventories.ts'
import type { ReadContext } from '../../../src/ports/context.ts'
import type { KubeObject, Resource } from '../../../src/ports/kube.ts'
import type { Fix } from '../plan-schema.ts'
import { askAfter, askedProof, askLine, wasAsked } from './ask.ts'
import { addressOf, type Doing, type Found, labelAt, mustBeThere, patchAt, readAt } from './remedy.ts'

const ANSWER_MS = 120_000

const FORCE = 'kustomize.toolkit.fluxcd.io/force'

/** Made anew, what they hold is gone. */
const HOLDS = new Set(['PersistentVolumeClaim', 'PersistentVolume', 'Namespace', 'CustomResourceDefinition'])

/** Discovery of the core group is a place of its own; these are the ones that have fields which cannot be changed. */
const core = (plural: string, kind: string): Resource => ({ group: '', version: 'v1', plural, kind, namespaced: true })
const CORE: readonly Resource[] = [
  core('configmaps', 'ConfigMap'),
  core('secrets', 'Secret'),
  core('services', 'Service'),
  core('pods', 'Pod'),
  core('persistentvolumeclaims', 'PersistentVolumeClaim'),
]

const isMarked = (object: KubeObject | undefined): boolean => object?.metadata.annotations?.[FORCE] !== undefined

const targetOf = ({ to }: Fix): NonNullable<Fix['to']> => {
  if (to === undefined) throw refusal('nothing-to-recreate', 'the plan names no object to be made anew', 'flux-ops recover')
  return to
}

/** `Deployment/default/web`, or `ClusterRole/web`. */
async function resourceNamed(
  ctx: ReadContext,
  { object, to = '' }: Found,
): Promise<{ resource: Resource; name: string; namespace?: string }> {
  const [kind = '', ...rest] = to.split('/')
  const [name = '', namespace] = rest.reverse()
  const applied = inventoryOf([object]).find((one) => one.kind === kind && one.name === name && (one.namespace ?? '') === (namespace ?? ''))
  const served = applied === undefined ? [] : applied.group === '' ? CORE : await ctx.kube.kinds([applied.group])
  const resource = served.find((one) => one.kind === kind && one.group === applied?.group)
  if (resource === undefined)
    throw refusal(
      'not-in-inventory',
      `${to} is nothing that ${object.kind} ${object.metadata.name} has applied`,
      'kubectl get it, and see whose it is',
    )
  return { resource, name, ...(namespace === undefined ? {} : { namespace }) }
}

async function details(ctx: ReadContext, found: Found): Promise<Fix> {
  const { resource, ...name } = await resourceNamed(ctx, found)
  if (HOLDS.has(resource.kind))
    throw refusal(
      'holds-data',
      `a ${resource.kind} is not made anew: what it holds would be gone`,
      'give it another name, or take the change back, in git',
    )
  const object = await ctx.kube.get(resource, name)
  if (object === undefined) throw refusal('object-gone', `${found.to} is not there`, 'flux-ops recover')
  return { ...found.fix, to: addressOf(resource, object) }
}

/** It takes as long as an apply may take; whatever has come of it by then, nothing stays that deletes. */
async function answered(ctx: ReadContext, fix: Fix, token: string): Promise<void> {
  const probe = async (): Promise<Seen<void>> => {
    const [owner, target] = await Promise.all([readAt(ctx, fix.at), readAt(ctx, targetOf(fix))])
    if (owner === undefined || target === undefined || reconciledSince(owner, token)) return { done: true, value: undefined }
    return { done: false, lastSeen: verdict(owner).message || 'no answer yet' }
  }
  try {
    await waitFor(ctx, { waitingFor: `${fix.object} to make it anew`, timeoutMs: ANSWER_MS, code: 'answer-late', probe })
  } catch (error) {
    if (!(error instanceof OpsError) || error.code !== 'answer-late') throw error
  }
}

export const recreate: Doing = {
  title: (fix) => `let Flux delete ${labelAt(targetOf(fix))} and make it anew`,
  why: (fix) => `a field of it cannot be changed, and ${fix.object} applies nothing until then`,
  details,
  preview: (fix, token) => [`annotate ${labelAt(targetOf(fix))} ${FORCE}=enabled`, askLine(fix, token)],
  isDone: wasAsked,
  run: async (ctx, fix, token) => {
    await mustBeThere(ctx, targetOf(fix))
    await patchAt(ctx, targetOf(fix), { metadata: { annotations: { [FORCE]: 'enabled' } } })
    await askAfter(ctx, fix, token)
    return { recreated: labelAt(targetOf(fix)) }
  },
  undo: async (ctx, fix) => {
    if (isMarked(await readAt(ctx, targetOf(fix)))) await patchAt(ctx, targetOf(fix), { metadata: { annotations: { [FORCE]: null } } })
  },
  undoPreview: (fix) => [`annotate ${labelAt(targetOf(fix))} ${FORCE}-`],
  pointOfNoReturn: (fix) =>
    `${labelAt(targetOf(fix))} is deleted and made anew: what it has in the cluster alone, and what depends on its uid, is gone`,
  tidy: {
    title: (fix) => `let nothing stay that deletes ${labelAt(targetOf(fix))} again`,
    preview: (fix) => [`annotate ${labelAt(targetOf(fix))} ${FORCE}-, if it is still the same one`],
    isDone: async (ctx, fix) => !isMarked(await readAt(ctx, targetOf(fix))),
    run: async (ctx, fix, token) => {
      await answered(ctx, fix, token)
      const same = await readAt(ctx, targetOf(fix))
      if (isMarked(same)) await patchAt(ctx, targetOf(fix), { metadata: { annotations: { [FORCE]: null } } })
      return { anew: same === undefined }
    },
  },
  proof: askedProof,
}
