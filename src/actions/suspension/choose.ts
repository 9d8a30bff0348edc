// Which objects a person means: named one by one, or all that fit. What is chosen is read once for the checks of a run.
import * as z from 'zod'
import { OpsError, usageError } from '../../errors.ts'
import { controllersOf } from '../../flux/installed.ts'
import { FLUX_KINDS, kindOfObject, objectLabel } from '../../flux/kinds.ts'
import { parseSelector } from '../../flux/label-selector.ts'
import { findNamed, type NamedObject, nameLabel, parseKind, parseObjectNames } from '../../flux/object-names.ts'
import type { ReadContext } from '../../ports/context.ts'
import type { KubeObject } from '../../ports/kube.ts'
import { once } from '../once.ts'
import { takeSnapshot } from '../take-snapshot.ts'

const word = z.string().max(600)

/** The part of an input that says which objects are meant. */
export const selectionParts = {
  /** As typed, see object-names. */
  objects: z.array(word).max(1000).default([]),
  all: z.boolean().default(false),
  /** Narrow the choice, and are one by themselves. */
  kinds: z.array(word).max(50).default([]),
  namespaces: z.array(word).max(100).default([]),
  selector: z.string().max(4096).exactOptional(),
}

export interface Selection {
  readonly objects: readonly string[]
  readonly all: boolean
  readonly kinds: readonly string[]
  readonly namespaces: readonly string[]
  readonly selector?: string
}

export interface Seen {
  /** Every object of Flux that may be seen. */
  readonly objects: readonly KubeObject[]
  /** What could not be seen, a line each. */
  readonly unseen: readonly string[]
  /** Controllers of Flux run in the namespace that was given; null where that may not be seen. */
  readonly isFluxHere: boolean | null
}

/** Kinds that an unseen list would have had; what is missing of pods and events is no matter here. */
const ofFlux = (kind: string | undefined): boolean => FLUX_KINDS.some((one) => one.kind === kind)

async function readNow(ctx: ReadContext): Promise<Seen> {
  const { objects, deployments, unseen } = await takeSnapshot(ctx, ctx.target.namespace)
  return {
    objects,
    unseen: unseen.filter(({ kind }) => ofFlux(kind)).map(({ what, why }) => `${what}: ${why}`),
    isFluxHere: unseen.some(({ kind }) => kind === 'Deployment') ? null : controllersOf(deployments).length > 0,
  }
}

/** The first reading of a run, for all of its checks. */
export const seenOnce = (ctx: ReadContext): Promise<Seen> => once(ctx, 'suspension', () => readNow(ctx))

export const seenNow = readNow

/** Throws OpsError (usage) `nothing-chosen` or `chosen-twice`. */
function assertSelection({ objects, all, kinds, namespaces, selector }: Selection): void {
  const narrowed = kinds.length > 0 || namespaces.length > 0 || selector !== undefined
  if (objects.length > 0 && (all || narrowed))
    throw usageError(
      'chosen-twice',
      'objects are named, and chosen by flags as well',
      'name them, or choose them by --all, --kind, --in or -l',
    )
  if (objects.length === 0 && !all && !narrowed)
    throw usageError(
      'nothing-chosen',
      'no object is named',
      'name them, for example  ks/apps hr/media/plex',
      'or choose them:  --all, --kind, --in, -l',
    )
}

/** What is wrong with the words alone, before a cluster is asked. Throws OpsError (usage). */
export function assertReadable(selection: Selection): void {
  assertSelection(selection)
  parseObjectNames(selection.objects)
  for (const kind of selection.kinds) parseKind(kind)
  if (selection.selector !== undefined) parseSelector(selection.selector)
}

export const isNamed = ({ objects }: Selection): boolean => objects.length > 0

/** Who may not list a kind everywhere may still read the one that is named. */
async function readNamed(ctx: ReadContext, named: NamedObject): Promise<KubeObject[]> {
  const { kind, namespace, name } = named
  if (namespace === undefined) return []
  const [resource] = (await ctx.kube.kinds([kind.group])).filter((served) => served.kind === kind.kind)
  const object = resource && (await ctx.kube.get(resource, { namespace, name }))
  return object === undefined || resource === undefined
    ? []
    : [{ ...object, apiVersion: `${resource.group}/${resource.version}`, kind: resource.kind }]
}

async function named(ctx: ReadContext, words: readonly string[], { objects, unseen }: Seen): Promise<KubeObject[]> {
  const found = new Map<string, KubeObject>()
  for (const each of parseObjectNames(words)) {
    const isListed = objects.some((object) => labelOf(object) === nameLabel(each))
    const more = isListed || unseen.length === 0 ? [] : await readNamed(ctx, each)
    try {
      const object = findNamed(each, [...more, ...objects])
      found.set(labelOf(object), object)
    } catch (error) {
      throw unseen.length === 0 ? error : notSeen(error, unseen)
    }
  }
  return [...found.values()]
}

const labelOf = (object: KubeObject): string => objectLabel(object)

/** What may not be listed may be there. */
function notSeen(error: unknown, unseen: readonly string[]): unknown {
  if (!(error instanceof OpsError) || error.code !== 'object-not-found') return error
  const { code, message, hints, exit } = error
  return new OpsError({
    code,
    message: `${message}, or you may not see it (${unseen[0]})`,
    hints: ['name its namespace: KIND/NAMESPACE/NAME', ...hints],
    exit,
  })
}

/** The objects that are meant, each once; of a choice by flags all that fit. Throws OpsError (usage), see object-names and label-selector. */
export async function choose(ctx: ReadContext, selection: Selection, seen: Seen): Promise<KubeObject[]> {
  assertSelection(selection)
  if (isNamed(selection)) return named(ctx, selection.objects, seen)
  const kinds = new Set(selection.kinds.map((one) => parseKind(one).kind))
  const fits = selection.selector === undefined ? () => true : parseSelector(selection.selector)
  return seen.objects.filter(
    (object) =>
      kindOfObject(object) !== undefined &&
      (kinds.size === 0 || kinds.has(object.kind)) &&
      (selection.namespaces.length === 0 || selection.namespaces.includes(object.metadata.namespace ?? '')) &&
      fits(object.metadata.labels ?? {}),
  )
}
