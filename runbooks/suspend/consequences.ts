// What a suspension does to others, told by what the objects say of each other; pure.
import type { CheckItem } from '../../src/engine/model.ts'
import { appliedBy } from '../../src/flux/applied-by.ts'
import { objectLabel } from '../../src/flux/kinds.ts'
import { isSwitchInGit } from '../../src/flux/suspension.ts'
import type { KubeObject } from '../../src/ports/kube.ts'

const LEAVE_BEHIND = new Set(['Kustomization', 'HelmRelease'])

/** Where git says `suspend: false`, the next apply puts it back. */
export function gitSays(object: KubeObject, all: readonly KubeObject[]): CheckItem[] {
  if (!isSwitchInGit(object)) return []
  const parent = appliedBy(object)
  const known = all.find((each) => objectLabel(each) === parent)
  const when = typeof known?.spec?.interval === 'string' ? `, within ${known.spec.interval}` : ''
  return [{ where: objectLabel(object), what: `git says that it is not suspended: ${parent ?? 'what applies it'} resumes it${when}` }]
}

/** By what prunes: one line for each. */
export function pruned(targets: readonly KubeObject[], all: readonly KubeObject[]): CheckItem[] {
  const prunes = new Set(all.filter(({ kind, spec }) => kind === 'Kustomization' && spec?.prune === true).map(objectLabel))
  const byParent = new Map<string, string[]>()
  for (const object of targets) {
    const parent = appliedBy(object)
    if (parent === undefined || !prunes.has(parent) || !LEAVE_BEHIND.has(object.kind)) continue
    byParent.set(parent, [...(byParent.get(parent) ?? []), objectLabel(object)])
  }
  return [...byParent].map(([where, labels]) => ({ where, what: `prunes ${named(labels)}` }))
}

const named = (labels: readonly string[]): string =>
  labels.length <= 3 ? labels.join(', ') : `${labels.slice(0, 3).join(', ')} and ${labels.length - 3} more`

const sourceOf = ({ spec, metadata }: KubeObject): string =>
  `${spec?.sourceRef?.kind} ${spec?.sourceRef?.namespace ?? metadata.namespace}/${spec?.sourceRef?.name}`

/**
 * Kustomizations that name one in dependsOn, go on themselves and have its source: kustomize-controller lets them wait until what they depend on has
 * applied the revision that they are to apply. Others go on with what a suspended dependency said last.
 */
export function dependants(targets: readonly KubeObject[], all: readonly KubeObject[]): CheckItem[] {
  const chosen = new Map(targets.map((object) => [objectLabel(object), object]))
  const waiting = new Map<string, string[]>()
  for (const object of all) {
    if (object.kind !== 'Kustomization' || chosen.has(objectLabel(object)) || !Array.isArray(object.spec?.dependsOn)) continue
    for (const each of object.spec.dependsOn as readonly ({ name?: string; namespace?: string } | null)[]) {
      const to = `Kustomization ${each?.namespace ?? object.metadata.namespace}/${each?.name}`
      const target = chosen.get(to)
      if (target === undefined || sourceOf(target) !== sourceOf(object)) continue
      waiting.set(to, [...(waiting.get(to) ?? []), objectLabel(object)])
    }
  }
  return [...waiting].map(([where, labels]) => ({ where, what: `${named(labels)} ${labels.length === 1 ? 'depends' : 'depend'} on it` }))
}
