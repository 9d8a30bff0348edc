// The proof: Flux has fetched the commit, the Kustomization of the cluster has applied it, and everything below it is Ready, layer by layer.
import { reaching } from '../../../src/actions/git-credentials.ts'
import { asking, isWell, lookAtLayers, type Standing, waitForLayers, whyOf } from '../../../src/actions/layers.ts'
import { request } from '../../../src/actions/requests.ts'
import { idOf } from '../../../src/actions/resources.ts'
import type { Facts, ReadStep, WriteStep } from '../../../src/engine/model.ts'
import { verdict } from '../../../src/flux/conditions.ts'
import { sameRepository } from '../../../src/flux/git-urls.ts'
import { objectLabel } from '../../../src/flux/kinds.ts'
import { appliedRevision, artifactRevision } from '../../../src/flux/revisions.ts'
import type { Context, ReadContext } from '../../../src/ports/context.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import type { BootstrapView } from '../plan-facts.ts'
import type { BootstrapPlan } from '../plan-schema.ts'
import { isOutdated, renewGitSecret } from './git-secret.ts'

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
  (object.spec?.ref?.branch === branch || object.spec?.ref?.name === `refs/heads/${branch}`) &&
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

const judging =
  (plan: BootstrapPlan, commit: string) =>
  (objects: readonly KubeObject[]): Standing =>
    standingOf(objects, { ...plan.repo, commit })

async function headOf(plain: ReadContext, plan: BootstrapPlan): Promise<string> {
  const { git } = await reaching(plain, plan)
  const { root, remote, branch } = plan.repo
  return (await git.remoteHead(root, remote, branch)) ?? ''
}

const SOURCES = new Set(['GitRepository', 'OCIRepository', 'HelmRepository', 'Bucket'])

/** A source that has failed looks again later and later: what kept it may be put right by now. */
function askingAll(ctx: Context, runId: string): (objects: readonly KubeObject[]) => Promise<void> {
  const askWaiting = asking(ctx, runId)
  let asked = false
  return async (objects) => {
    const failed = asked ? [] : objects.filter((object) => SOURCES.has(object.kind) && verdict(object).state === 'failed')
    asked = true
    for (const object of failed) await request(ctx.kube, object, `${runId}/${ctx.clock.now().getTime()}`)
    await askWaiting(objects)
  }
}

export const layersStep: WriteStep<BootstrapPlan> = {
  kind: 'write',
  id: 'layers',
  title: 'have every layer reconciled, one after another',
  why: 'each is asked as soon as what it needs is Ready: by itself it would look again half a minute later',
  preview: () => ['flux reconcile, of each object whose dependencies have become Ready'],
  isDone: async (ctx, view) => {
    const { open } = (await lookAtLayers(ctx, judging(view.plan, await headOf(ctx, view.plan)))).standing
    return open.length === 0 && !(await isOutdated(ctx, view))
  },
  run: async (ctx, view) => {
    const { plan, runId } = view
    await renewGitSecret(ctx, view)
    const standing = judging(plan, await headOf(ctx, plan))
    const { ready } = await waitForLayers(ctx, { timeoutMs: plan.timeoutMs, standing, each: askingAll(ctx, runId) })
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
    const { ready, suspended } = await waitForLayers(ctx, { timeoutMs: plan.timeoutMs, standing: judging(plan, commit) })
    return { commit, ready: ready.length, suspended: [...suspended] }
  },
}
