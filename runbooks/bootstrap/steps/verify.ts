// The proof: Flux has fetched the commit, the Kustomization of the cluster has applied it, and everything below it is Ready, layer by layer.
import { readCrds, readObjects } from '../../../src/actions/cluster-survey.ts'
import { reaching } from '../../../src/actions/git-credentials.ts'
import { shorten } from '../../../src/actions/reconcile.ts'
import { request } from '../../../src/actions/requests.ts'
import { idOf } from '../../../src/actions/resources.ts'
import { paceOf } from '../../../src/actions/wait-for.ts'
import type { Facts, ReadStep, WriteStep } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import { verdict } from '../../../src/flux/conditions.ts'
import { sameRepository } from '../../../src/flux/git-urls.ts'
import { objectLabel } from '../../../src/flux/kinds.ts'
import { appliedRevision, artifactRevision } from '../../../src/flux/revisions.ts'
import type { Context, ReadContext } from '../../../src/ports/context.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import type { BootstrapView } from '../plan-facts.ts'
import type { BootstrapPlan } from '../plan-schema.ts'

export interface Standing {
  readonly ready: readonly string[]
  readonly suspended: readonly string[]
  /** `Kind namespace/name: why` */
  readonly open: readonly string[]
}

const whyOf = (object: KubeObject): string => {
  const { state, reason, message } = verdict(object)
  return [reason, message].filter((part) => part !== '').join(': ') || state
}

const isWell = (object: KubeObject): boolean => ['ready', 'static'].includes(verdict(object).state)

/** A Kustomization of this source that has applied another commit is Ready, and not with what was pushed. */
function isBehind(object: KubeObject, sources: ReadonlyMap<string, string>): string | undefined {
  if (object.kind !== 'Kustomization') return undefined
  const { kind, name, namespace = object.metadata.namespace } = object.spec?.sourceRef ?? {}
  const wanted = kind === 'GitRepository' ? sources.get(`${namespace}/${name}`) : undefined
  const applied = appliedRevision(object)
  return wanted === undefined || applied === wanted ? undefined : `at ${applied ?? 'no revision'}, not at ${wanted}`
}

/** A GitRepository of the branch that the run has pushed to. */
const follows = (object: KubeObject, { url, branch }: Followed): boolean =>
  object.kind === 'GitRepository' &&
  object.spec?.ref?.branch === branch &&
  (object.spec?.url === url || sameRepository(String(object.spec?.url ?? ''), url))

export interface Followed {
  readonly url: string
  readonly branch: string
  /** That every source of this branch has to have. */
  readonly commit: string
}

/** Pure. How all objects stand. */
export function standingOf(objects: readonly KubeObject[], followed: Followed): Standing {
  const { commit, url } = followed
  const revisions = new Map(
    objects.flatMap((object) => (object.kind === 'GitRepository' ? ([[idOf(object), artifactRevision(object) ?? '']] as const) : [])),
  )
  const ready: string[] = []
  const suspended: string[] = []
  const open: string[] = []
  if (!objects.some((object) => follows(object, followed))) open.push(`GitRepository of ${url}: is not there`)
  for (const object of objects) {
    const label = objectLabel(object)
    if (verdict(object).state === 'suspended') suspended.push(label)
    else if (!isWell(object)) open.push(`${label}: ${whyOf(object)}`)
    else if (follows(object, followed) && !artifactRevision(object)?.endsWith(commit))
      open.push(`${label}: at ${artifactRevision(object) ?? 'no revision'}, not at ${commit}`)
    else {
      const behind = isBehind(object, revisions)
      if (behind === undefined) ready.push(label)
      else open.push(`${label}: ${behind}`)
    }
  }
  return { ready, suspended, open }
}

const notReady = ({ ready, open }: Standing, timeoutMs: number): OpsError =>
  new OpsError({
    code: 'layers-not-ready',
    message: [
      `nothing more has become Ready for ${Math.round(timeoutMs / 1000)} s: ${ready.length} are, ${open.length} are not`,
      ...open.slice(0, 20).map((line) => `  ${line}`),
    ].join('\n'),
    hints: ['what is behind it:  flux-ops recover', 'when they are well:  flux-ops runs resume'],
  })

/** How all objects stand now. */
async function look(
  ctx: ReadContext,
  plan: BootstrapPlan,
  commit: string,
): Promise<{ objects: readonly KubeObject[]; standing: Standing }> {
  const { crds } = await readCrds(ctx.kube)
  const objects = await readObjects(ctx.kube, crds)
  return { objects, standing: standingOf(objects, { ...plan.repo, commit }) }
}

/** Each layer has the whole time: the clock begins anew whenever something more is Ready. `each` is given what is there at every look. */
async function waitForLayers(
  ctx: ReadContext,
  plan: BootstrapPlan,
  commit: string,
  each: (objects: readonly KubeObject[]) => Promise<void> = async () => undefined,
): Promise<Standing> {
  let since = ctx.clock.now().getTime()
  let most = -1
  for (;;) {
    ctx.signal.throwIfAborted()
    const { objects, standing } = await look(ctx, plan, commit)
    const { ready, open } = standing
    if (open.length === 0) return standing
    const now = ctx.clock.now().getTime()
    if (ready.length > most) [most, since] = [ready.length, now]
    if (now - since >= plan.timeoutMs) throw notReady(standing, plan.timeoutMs)
    await each(objects)
    ctx.progress({ waitingFor: `${ready.length} of ${ready.length + open.length} objects Ready`, lastSeen: shorten(open, 2) })
    await ctx.clock.sleep(paceOf(ready.length + open.length), ctx.signal)
  }
}

async function headOf(plain: ReadContext, plan: BootstrapPlan): Promise<string> {
  const { git } = await reaching(plain, plan)
  const { root, remote, branch } = plan.repo
  return (await git.remoteHead(root, remote, branch)) ?? ''
}

/** Waits for objects all of which are Ready by now: its controller would look again only when its time has come, 30 s by default. */
function mayGoOn(object: KubeObject, well: ReadonlySet<string>): boolean {
  if (verdict(object).reason !== 'DependencyNotReady') return false
  const needs = (object.spec?.dependsOn ?? []) as readonly { readonly name: string; readonly namespace?: string }[]
  return (
    needs.length > 0 && needs.every(({ name, namespace = object.metadata.namespace }) => well.has(`${object.kind} ${namespace}/${name}`))
  )
}

const ASK_EVERY_MS = 5_000

/** Asks Flux to take up what waits for nothing any more. */
function asking(ctx: Context, runId: string): (objects: readonly KubeObject[]) => Promise<void> {
  const asked = new Map<string, number>()
  return async (objects) => {
    const well = new Set(objects.filter(isWell).map(objectLabel))
    const now = ctx.clock.now().getTime()
    for (const object of objects.filter((one) => mayGoOn(one, well))) {
      const label = objectLabel(object)
      if (now - (asked.get(label) ?? 0) < ASK_EVERY_MS) continue
      asked.set(label, now)
      await request(ctx.kube, object, `${runId}/${now}`)
    }
  }
}

export const layersStep: WriteStep<BootstrapPlan> = {
  kind: 'write',
  id: 'layers',
  title: 'have every layer reconciled, one after another',
  why: 'each is asked as soon as what it needs is Ready: by itself it would look again half a minute later',
  preview: () => ['flux reconcile, of each object whose dependencies have become Ready'],
  isDone: async (ctx, { plan }) => (await look(ctx, plan, await headOf(ctx, plan))).standing.open.length === 0,
  run: async (ctx, { plan, runId }) => {
    const { ready } = await waitForLayers(ctx, plan, await headOf(ctx, plan), asking(ctx, runId))
    return { ready: ready.length }
  },
}

export const verifyStep: ReadStep<BootstrapPlan> = {
  kind: 'read',
  id: 'verify',
  title: 'see every layer Ready at the commit',
  why: 'Ready at the commit that was pushed, and not only Ready',
  run: async (ctx: ReadContext, { plan }: BootstrapView): Promise<Facts> => {
    const commit = await headOf(ctx, plan)
    const { ready, suspended } = await waitForLayers(ctx, plan, commit)
    return { commit, ready: ready.length, suspended: [...suspended] }
  },
}
