// What each remedy is made of, and what they share.
import type { Snapshot } from '../../../src/diagnosis/snapshot.ts'
import type { Facts } from '../../../src/engine/model.ts'
import { refusal } from '../../../src/errors.ts'
import type { Context, ReadContext } from '../../../src/ports/context.ts'
import type { AccessRequest, KubeObject, ObjectName, Resource } from '../../../src/ports/kube.ts'
import type { RecoverInput } from '../input.ts'
import type { Address, Fix } from '../plan-schema.ts'

/** What a fix is made from: the cause, and how it looked. */
export interface Found {
  readonly fix: Fix
  readonly object: KubeObject
  /** As the diagnosis names what is written to, where that is another object. */
  readonly to: string | undefined
  readonly snapshot: Snapshot
  readonly input: RecoverInput
}

export interface Seen {
  /** `failing` may be of the try before, for a moment. */
  readonly how: 'well' | 'waiting' | 'failing'
  readonly says: string
}

export const well: Seen = { how: 'well', says: '' }
export const waiting = (says: string): Seen => ({ how: 'waiting', says })
export const failing = (says: string): Seen => ({ how: 'failing', says })

export interface Doing {
  title(fix: Fix): string
  why(fix: Fix): string
  /** Read only, when the plan is made. Throws OpsError (refused) where it cannot be done. */
  details?(ctx: ReadContext, found: Found): Promise<Fix>
  preview(fix: Fix, token: string): string[]
  isDone(ctx: ReadContext, fix: Fix, token: string): Promise<boolean>
  run(ctx: Context, fix: Fix, token: string): Promise<Facts>
  undo?(ctx: Context, fix: Fix): Promise<void>
  undoPreview?(fix: Fix): string[]
  pointOfNoReturn?(fix: Fix): string
  /** What is not to stay behind, whatever comes of it. */
  tidy?: Pick<Doing, 'title' | 'preview' | 'isDone' | 'run'>
  /** Besides reading and patching the object of the cause, which is in `namespace`. */
  needs?(namespace: string | undefined): AccessRequest[]
  /** By what it says of itself. `since`, RFC 3339: an answer to whoever asked after that counts as one to us. */
  proof(ctx: ReadContext, fix: Fix, token: string, since: string): Promise<Seen>
}

export const resourceAt = ({ group, version, plural, kind, namespaced }: Address): Resource => ({
  group,
  version,
  plural,
  kind,
  namespaced,
})

export const nameAt = ({ name, namespace }: Address): ObjectName => ({ name, namespace })

export const labelAt = ({ kind, namespace, name }: Address): string => `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`

export const addressOf = (resource: Resource, object: KubeObject): Address => ({
  ...resource,
  ...(object.metadata.namespace === undefined ? {} : { namespace: object.metadata.namespace }),
  name: object.metadata.name,
  uid: object.metadata.uid ?? '',
})

/** undefined: it is gone, or another one has its name by now. */
export async function readAt(ctx: ReadContext, at: Address): Promise<KubeObject | undefined> {
  const object = await ctx.kube.get(resourceAt(at), nameAt(at))
  return object?.metadata.uid === at.uid ? object : undefined
}

/** Throws OpsError (refused) `object-replaced`. */
export async function mustBeThere(ctx: ReadContext, at: Address): Promise<KubeObject> {
  const object = await readAt(ctx, at)
  if (object !== undefined) return object
  throw refusal('object-replaced', `${labelAt(at)} is not the one that the plan was made for, or is gone`, 'flux-ops recover')
}

/** The API server refuses it where another object has the name by now. Throws OpsError `kube-conflict`. */
export async function patchAt(
  ctx: Context,
  at: Address,
  body: { readonly metadata?: object; readonly [field: string]: unknown },
): Promise<void> {
  const patch = { ...body, metadata: { ...body.metadata, uid: at.uid } }
  await ctx.kube.patch(resourceAt(at), nameAt(at), 'merge', patch, { fieldManager: 'flux-ops' })
}

export const verbs = (
  at: { readonly group: string; readonly plural: string; readonly namespace?: string | undefined },
  ...all: readonly string[]
): AccessRequest[] =>
  all.map((verb) => ({ verb, group: at.group, resource: at.plural, ...(at.namespace === undefined ? {} : { namespace: at.namespace }) }))
