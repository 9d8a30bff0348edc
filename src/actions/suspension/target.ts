// One object that is suspended or resumed, as a plan holds it.
import * as z from 'zod'
import { resourceOf } from '../../flux/kinds.ts'
import { switchOf } from '../../flux/suspendable.ts'
import { type Suspension, suspensionMark, suspensionOf } from '../../flux/suspension.ts'
import { notesBefore } from '../../flux/suspension-changes.ts'
import type { KubeObject, KubeReader } from '../../ports/kube.ts'
import { objectId, text } from '../plan-parts.ts'
import { idOf, parseId } from '../resources.ts'

const suspension = z.strictObject({
  by: text.nullable(),
  manager: text.nullable(),
  reason: text.nullable(),
  since: text.nullable(),
  until: text.nullable(),
  inGit: z.boolean(),
  heldBy: text.nullable(),
  expired: z.boolean(),
  forgotten: z.boolean(),
})

export const targetSchema = z.strictObject({
  kind: text,
  /** API version that it was read at. */
  version: text,
  id: objectId,
  uid: text,
  switch: z.enum(['spec', 'annotation']),
  mark: text,
  before: z.record(z.string(), z.string().nullable()),
  /** As it was suspended when the plan was made; null when it was not. */
  suspension: suspension.nullable(),
})

export type Target = z.infer<typeof targetSchema>

export const labelOf = ({ kind, id }: Pick<Target, 'kind' | 'id'>): string => `${kind} ${id}`

/** undefined: its kind cannot be suspended. */
export function targetOf(object: KubeObject, now: string): Target | undefined {
  const how = switchOf(object)
  if (how === undefined) return undefined
  const suspended: Suspension | undefined = suspensionOf(object, now)
  return {
    kind: object.kind,
    version: object.apiVersion.slice(object.apiVersion.indexOf('/') + 1),
    id: idOf(object),
    uid: object.metadata.uid ?? '',
    switch: how,
    mark: suspensionMark(object),
    before: { ...notesBefore(object) },
    suspension: suspended ?? null,
  }
}

/** undefined: it is not there. */
export const readTarget = (
  kube: KubeReader,
  { kind, version, id }: Pick<Target, 'kind' | 'version' | 'id'>,
): Promise<KubeObject | undefined> => kube.get(resourceOf(kind, version), parseId(id))
