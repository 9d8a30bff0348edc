// Which objects of Flux a backup has to bring back, and which come back by themselves: what git says is brought by Flux from there, and not from a backup, where it
// would outlive what git has dropped since.
import type { KubeObject } from '../../ports/kube.ts'
import { appliedBy } from '../applied-by.ts'
import { isSuspended, verdict } from '../conditions.ts'
import { type Applied, entriesIn } from '../inventories.ts'
import { isFluxGroup, objectLabel } from '../kinds.ts'

/** Why an object is in the backup. */
export type Reason =
  /** Nothing applies it, or only what it applies itself: where everything begins, or made by hand. */
  | 'root'
  /** What a root is made from, or waits for. */
  | 'needed'
  /** Suspended: Flux would bring it back as git has it, and let it go. */
  | 'suspended'
  /** It needs something that is suspended, or is not Ready: nobody knows that Flux will bring back what it had applied. */
  | 'waits'
  /** Applied by one of those two. */
  | 'frozen'

export interface Brought {
  /** By label, `Kind namespace/name`, in the order of the objects. */
  readonly reasons: ReadonlyMap<string, Reason>
  /** Kustomizations and HelmReleases that will not apply anything by themselves: what they had applied is to be brought as well. */
  readonly frozen: readonly KubeObject[]
  /** What those had applied besides objects of Flux. */
  readonly applied: readonly Applied[]
}

/** Labels that an object needs, directly. */
export interface Needs {
  /** What it is made from; charts among them. */
  readonly sources: readonly string[]
  readonly dependencies: readonly string[]
}

export type NeedsOf = (object: KubeObject) => Needs

const isMade = ({ kind, metadata }: KubeObject): boolean =>
  kind === 'ExternalArtifact' || (metadata.ownerReferences ?? []).some(({ controller }) => controller === true)

/** helm-controller makes one for each release, and names it by label. */
const isChartOfRelease = (object: KubeObject): boolean =>
  object.kind === 'HelmChart' && appliedBy(object)?.startsWith('HelmRelease ') === true

/** Label of an object -> what applies it, where that is there. */
function appliers(objects: readonly KubeObject[]): Map<string, string> {
  const there = new Set(objects.map(objectLabel))
  const found = new Map<string, string>()
  for (const object of objects) {
    const by = appliedBy(object)
    if (by !== undefined && there.has(by)) found.set(objectLabel(object), by)
  }
  for (const object of objects)
    for (const { kind, group, namespace, name } of entriesIn(object)) {
      const label = `${kind} ${namespace ?? ''}/${name}`
      if (isFluxGroup(group) && there.has(label) && !found.has(label)) found.set(label, objectLabel(object))
    }
  return found
}

/** Nothing applies it, or it is one of a circle: a Kustomization that applies itself. */
function isRoot(label: string, by: ReadonlyMap<string, string>): boolean {
  const seen = new Set<string>()
  let at = by.get(label)
  while (at !== undefined && !seen.has(at)) {
    if (at === label) return true
    seen.add(at)
    at = by.get(at)
  }
  return by.get(label) === undefined
}

/** Near and far. */
function allOf(
  label: string,
  find: ReadonlyMap<string, KubeObject>,
  next: (object: KubeObject) => readonly string[],
  seen = new Set<string>(),
): string[] {
  const object = find.get(label)
  if (object === undefined || seen.has(label)) return []
  seen.add(label)
  return next(object).flatMap((one) => [one, ...allOf(one, find, next, seen)])
}

/** Labels of what cannot go on by itself: it is suspended, or needs what is. `objects`: every object of Flux. */
export function standingStill(objects: readonly KubeObject[], needsOf: NeedsOf): Set<string> {
  const find = new Map(objects.map((object) => [objectLabel(object), object]))
  const needs = (object: KubeObject): string[] => {
    const { sources, dependencies } = needsOf(object)
    return [...sources, ...dependencies]
  }
  const isStill = (label: string): boolean => find.has(label) && isSuspended(find.get(label) as KubeObject)
  return new Set([...find.keys()].filter((label) => isStill(label) || allOf(label, find, needs).some(isStill)))
}

const isWell = (object: KubeObject): boolean => ['ready', 'static'].includes(verdict(object).state)

const applies = ({ kind }: KubeObject): boolean => kind === 'Kustomization' || kind === 'HelmRelease'

/**
 * Pure. `objects`: every object of Flux. `entriesOf`: what an applier has applied, where its own inventory does not say (HelmReleases before 2.8).
 */
export function broughtBy(
  objects: readonly KubeObject[],
  needsOf: NeedsOf,
  entriesOf: (object: KubeObject) => readonly Applied[] = entriesIn,
): Brought {
  const living = objects.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  const find = new Map(living.map((object) => [objectLabel(object), object]))
  const by = appliers(living)
  const reasons = new Map<string, Reason>()
  const add = (label: string, reason: Reason): void => {
    const object = find.get(label)
    if (object !== undefined && !reasons.has(label) && (reason === 'frozen' || !(isMade(object) || isChartOfRelease(object))))
      reasons.set(label, reason)
  }
  const still = standingStill(living, needsOf)

  for (const [label, object] of find) if (isSuspended(object)) add(label, 'suspended')
  for (const label of find.keys()) if (isRoot(label, by)) add(label, 'root')
  const frozen = living.filter((object) => applies(object) && (still.has(objectLabel(object)) || !isWell(object)))
  for (const object of frozen) add(objectLabel(object), 'waits')
  const applied = frozen.flatMap(entriesOf)
  const stood = new Set(frozen.map(objectLabel))
  for (const { kind, group, namespace, name } of applied) if (isFluxGroup(group)) add(`${kind} ${namespace ?? ''}/${name}`, 'frozen')
  for (const [label, object] of find) if (isChartOfRelease(object) && stood.has(appliedBy(object) ?? '')) add(label, 'frozen')
  const all = (object: KubeObject): string[] => {
    const { sources, dependencies } = needsOf(object)
    return [...sources, ...dependencies]
  }
  // A root cannot apply what brings its own source, nor what it waits for itself.
  for (const [label, reason] of [...reasons]) if (reason === 'root') for (const need of allOf(label, find, all)) add(need, 'needed')
  const order = [...find.keys()].filter((label) => reasons.has(label))
  return {
    reasons: new Map(order.map((label) => [label, reasons.get(label) as Reason])),
    frozen,
    applied: applied.filter(({ group }) => !isFluxGroup(group)),
  }
}
