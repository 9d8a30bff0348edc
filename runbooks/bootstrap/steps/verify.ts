// The proof: Flux has fetched the commit, the Kustomization of the cluster has applied it, and everything below it is Ready, layer by layer.
import { readCrds, readObjects } from '../../../src/actions/cluster-survey.ts'
import { reaching } from '../../../src/actions/git-credentials.ts'
import { shorten } from '../../../src/actions/reconcile.ts'
import { idOf } from '../../../src/actions/resources.ts'
import { paceOf } from '../../../src/actions/wait-for.ts'
import type { Facts, ReadStep } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import { verdict } from '../../../src/flux/conditions.ts'
import type { InstalledCrd } from '../../../src/flux/installed.ts'
import { objectLabel } from '../../../src/flux/kinds.ts'
import { appliedRevision, artifactRevision } from '../../../src/flux/revisions.ts'
import type { ReadContext } from '../../../src/ports/context.ts'
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

/** Pure. How all objects stand. `source`: namespace/name of the GitRepository that has to have `commit`. */
export function standingOf(objects: readonly KubeObject[], { source, commit }: { source: string; commit: string }): Standing {
  const revisions = new Map(
    objects.flatMap((object) => (object.kind === 'GitRepository' ? ([[idOf(object), artifactRevision(object) ?? '']] as const) : [])),
  )
  const ready: string[] = []
  const suspended: string[] = []
  const open: string[] = []
  if (!revisions.has(source)) open.push(`GitRepository ${source}: is not there`)
  for (const object of objects) {
    const label = objectLabel(object)
    if (verdict(object).state === 'suspended') suspended.push(label)
    else if (!isWell(object)) open.push(`${label}: ${whyOf(object)}`)
    else if (idOf(object) === source && object.kind === 'GitRepository' && !artifactRevision(object)?.endsWith(commit))
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

/** Each layer has the whole time: the clock begins anew whenever something more is Ready. */
async function waitForLayers(ctx: ReadContext, plan: BootstrapPlan, commit: string): Promise<Standing> {
  let crds: readonly InstalledCrd[] = []
  let since = ctx.clock.now().getTime()
  let most = -1
  for (;;) {
    ctx.signal.throwIfAborted()
    if (crds.length === 0) ({ crds } = await readCrds(ctx.kube))
    const standing = standingOf(await readObjects(ctx.kube, crds), { source: plan.repo.source, commit })
    const { ready, open } = standing
    if (open.length === 0) return standing
    const now = ctx.clock.now().getTime()
    if (ready.length > most) [most, since] = [ready.length, now]
    if (now - since >= plan.timeoutMs) throw notReady(standing, plan.timeoutMs)
    ctx.progress({ waitingFor: `${ready.length} of ${ready.length + open.length} objects Ready`, lastSeen: shorten(open, 2) })
    await ctx.clock.sleep(paceOf(ready.length + open.length), ctx.signal)
  }
}

async function run(plain: ReadContext, { plan }: BootstrapView): Promise<Facts> {
  const ctx = await reaching(plain, plan)
  const { root, remote, branch } = plan.repo
  const commit = (await ctx.git.remoteHead(root, remote, branch)) ?? ''
  const { ready, suspended } = await waitForLayers(ctx, plan, commit)
  return { commit, ready: ready.length, suspended: [...suspended] }
}

export const verifyStep: ReadStep<BootstrapPlan> = {
  kind: 'read',
  id: 'verify',
  title: 'wait until every layer is Ready',
  why: 'Ready at the commit that was pushed, and not only Ready',
  run,
}
