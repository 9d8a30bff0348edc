// What was there before a move, by uid: an object that has another one afterwards was deleted and made again, whatever it looks like.
import { isFluxGroup, objectLabel } from '../../flux/kinds.ts'
import { type Difference, deploymentDifferences } from '../../flux/operator-move/effective.ts'
import { reasonOf } from '../../flux/operator-move/reasons.ts'
import type { Context, ReadContext } from '../../ports/context.ts'
import type { KubeObject, Resource } from '../../ports/kube.ts'
import { readCrds, readDeployments, resourceOfCrd } from '../cluster-survey.ts'
import { DEPLOYMENT, NAMESPACE } from '../resources.ts'
import { sideBySide } from '../side-by-side.ts'
import { OPERATED_KINDS } from './inventory.ts'

export const BEFORE = 'before.json'

export interface Before {
  /** uid by `Kind namespace/name`. */
  readonly uids: Readonly<Record<string, string>>
  /** How often the pods of each controller have been replaced in all, by the name of its Deployment. */
  readonly revisions: Readonly<Record<string, number>>
  /** The controllers' Deployments, name and spec. */
  readonly deployments: readonly KubeObject[]
}

const apps = (plural: string, kind: string): Resource => ({ ...DEPLOYMENT, plural, kind })

const WORKLOADS: readonly Resource[] = [DEPLOYMENT, apps('statefulsets', 'StatefulSet'), apps('daemonsets', 'DaemonSet'), NAMESPACE]

const REVISION = 'deployment.kubernetes.io/revision'

export async function readRevisions(ctx: ReadContext): Promise<Record<string, number>> {
  const deployments = await readDeployments(ctx.kube, ctx.target.namespace)
  return Object.fromEntries(deployments.map(({ metadata }) => [metadata.name, Number(metadata.annotations?.[REVISION] ?? 0)]))
}

async function readUids(ctx: ReadContext): Promise<Record<string, string>> {
  const { crds } = await readCrds(ctx.kube)
  const flux = crds.filter(({ group }) => isFluxGroup(group)).map((crd) => resourceOfCrd(crd))
  const kinds = [...WORKLOADS, ...OPERATED_KINDS.filter((each) => !WORKLOADS.includes(each)), ...flux]
  const all = await sideBySide(kinds, 4, async (resource) => {
    const items = await ctx.kube.list(resource, { metadataOnly: true })
    return items.map((item): KubeObject => ({ ...item, kind: resource.kind }))
  })
  return Object.fromEntries(all.flat().map((object) => [objectLabel(object), object.metadata.uid ?? '']))
}

export async function recordBefore(ctx: Context): Promise<Before> {
  const [uids, revisions, read] = await Promise.all([readUids(ctx), readRevisions(ctx), readDeployments(ctx.kube, ctx.target.namespace)])
  const deployments = read.map(({ apiVersion, metadata: { name, namespace }, spec }) => ({
    apiVersion,
    kind: 'Deployment',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    spec,
  }))
  const before = { uids, revisions, deployments }
  await ctx.files.writeText(`${ctx.runDir}/${BEFORE}`, `${JSON.stringify(before)}\n`)
  return before
}

/** What has become another in the spec of a controller since, and what the operator only writes in other words apart. */
export async function changedSince(ctx: ReadContext): Promise<Difference[]> {
  const [{ deployments }, now] = await Promise.all([readBefore(ctx), readDeployments(ctx.kube, ctx.target.namespace)])
  return deployments.flatMap((before) => {
    const after = now.find(({ metadata }) => metadata.name === before.metadata.name)
    const found = after === undefined ? [] : deploymentDifferences(before, after)
    return found.filter((each) => reasonOf(each, ctx.target.namespace) === 'kept')
  })
}

export const isRecorded = (ctx: ReadContext): Promise<boolean> => ctx.files.exists(`${ctx.runDir}/${BEFORE}`)

export const readBefore = async (ctx: ReadContext): Promise<Before> =>
  JSON.parse(await ctx.files.readText(`${ctx.runDir}/${BEFORE}`)) as Before

export interface Since {
  /** Deleted since, or deleted and made again. */
  readonly lost: readonly string[]
  /** Controllers whose pods were replaced more than once. */
  readonly restless: readonly string[]
  /** How often pods were replaced at most. */
  readonly replaced: number
}

/** `goes`: labels of what is to be gone. */
export async function compareWithBefore(ctx: ReadContext, goes: ReadonlySet<string>): Promise<Since> {
  const [before, uids, revisions] = await Promise.all([readBefore(ctx), readUids(ctx), readRevisions(ctx)])
  const lost = Object.entries(before.uids)
    .filter(([label, uid]) => !goes.has(label) && uids[label] !== uid)
    .map(([label]) => `${label}: ${uids[label] === undefined ? 'is gone' : 'was deleted and made again'}`)
  const times = Object.entries(before.revisions).map(([name, revision]) => ({ name, times: (revisions[name] ?? revision) - revision }))
  return {
    lost,
    restless: times.filter((each) => each.times > 1).map((each) => `Deployment ${each.name}: its pods were replaced ${each.times} times`),
    replaced: Math.max(0, ...times.map((each) => each.times)),
  }
}
