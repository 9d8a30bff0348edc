// Puts what was captured into an empty cluster, as it was: CRDs with their stored versions, objects with their field managers, the controllers last.
import { plant } from '../actions/plant.ts'
import { CRD, DEPLOYMENT, FLUX_INSTANCE, NAMESPACE, resourceOfObject, SECRET } from '../actions/resources.ts'
import { sideBySide } from '../actions/side-by-side.ts'
import { resourceOfCrdObject } from '../actions/system-objects.ts'
import { waitFor } from '../actions/wait-for.ts'
import { messageOf, OpsError } from '../errors.ts'
import type { Kept } from '../flux/installation/content.ts'
import type { Context } from '../ports/context.ts'
import type { Kube, KubeObject } from '../ports/kube.ts'
import { type Captured, labelOf } from './captured.ts'
import type { Hold } from './holds.ts'
import type { NotRehearsed } from './report.ts'
import { type Forged, standIn } from './secret-shapes.ts'

const AT_ONCE = 8

async function plantCrds(ctx: Context, crds: readonly KubeObject[]): Promise<void> {
  await sideBySide(crds, AT_ONCE, (object) => plant(ctx.kube, { resource: CRD, object }))
  await waitFor(ctx, {
    waitingFor: 'the CRDs to be established',
    timeoutMs: 60_000,
    probe: async () => {
      const open = await sideBySide(crds, AT_ONCE, async (crd) =>
        (await ctx.kube.serves(resourceOfCrdObject(crd))) ? [] : [crd.metadata.name],
      )
      return open.flat().length === 0 ? { done: true, value: undefined } : { done: false, lastSeen: `${open.flat().length} are not` }
    },
  })
  for (const { metadata, status } of crds)
    await ctx.kube.patch(CRD, { name: metadata.name }, 'merge', { status: { storedVersions: status?.storedVersions ?? [] } }, STATUS)
}

const STATUS = { subresource: 'status', metadataOnly: true } as const

const namespacesOf = ({ namespace, objects, secrets }: Captured): string[] => [
  ...new Set([namespace, ...objects.flatMap(({ metadata }) => metadata.namespace ?? []), ...secrets.map((each) => each.namespace)]),
]

/** What helm-controller makes by itself for each release is left to it. */
const isMade = (object: KubeObject): boolean =>
  object.kind === 'HelmChart' && object.metadata.labels?.['helm.toolkit.fluxcd.io/name'] !== undefined

/** `own`: the GitRepository that is rehearsed, as it is to be. Objects that the API server refuses are given back, with why. */
async function plantObjects(
  kube: Kube,
  objects: readonly KubeObject[],
  holds: readonly Hold[],
  own: (object: KubeObject) => KubeObject,
): Promise<NotRehearsed[]> {
  const held = new Set(holds.map(({ object }) => object))
  const refused = await sideBySide(objects, AT_ONCE, async (object): Promise<NotRehearsed[]> => {
    if (isMade(object) || object.metadata.deletionTimestamp !== undefined) return []
    const changed = held.has(object) ? { ...object, spec: { ...object.spec, suspend: true } } : own(object)
    try {
      await plant(kube, { resource: resourceOfObject(object), object: changed })
      return []
    } catch (error) {
      if (!(error instanceof OpsError) || error.code !== 'kube-invalid') throw error
      return [{ what: labelOf(object), why: `the API server does not take it anew: ${messageOf(error)}` }]
    }
  })
  return refused.flat()
}

export interface Replanting {
  readonly captured: Captured
  readonly holds: readonly Hold[]
  readonly forged: Forged
  readonly own: (object: KubeObject) => KubeObject
  /** Of the Flux Operator, as they are to be. */
  readonly instances?: readonly KubeObject[]
}

export async function replant(ctx: Context, { captured, holds, forged, own, instances = [] }: Replanting): Promise<NotRehearsed[]> {
  const { kube } = ctx
  const namespaces = namespacesOf(captured).map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }))
  await sideBySide(namespaces, AT_ONCE, (object) => plant(kube, { resource: NAMESPACE, object }))
  await plantCrds(ctx, [...captured.crds, ...(captured.operator?.crds ?? [])])
  const known = new Set(captured.secrets.map(({ namespace, name }) => `${namespace}/${name}`))
  const extra = Object.keys(forged.values)
    .filter((id) => !known.has(id))
    .map((id) => ({ namespace: id.split('/')[0] ?? '', name: id.split('/')[1] ?? '', type: 'Opaque', keys: [] }))
  await sideBySide([...captured.secrets, ...extra], AT_ONCE, (shape) => plant(kube, { resource: SECRET, object: standIn(shape, forged) }))
  const isController = ({ resource }: Kept): boolean => resource.kind === DEPLOYMENT.kind
  await sideBySide(
    captured.system.filter((each) => !isController(each)),
    AT_ONCE,
    (each) => plant(kube, each),
  )
  const refused = await plantObjects(kube, captured.objects, holds, own)
  await sideBySide(instances, AT_ONCE, (object) => plant(kube, { resource: FLUX_INSTANCE, object }))
  await sideBySide(captured.system.filter(isController), AT_ONCE, (each) => plant(kube, each))
  return refused
}
