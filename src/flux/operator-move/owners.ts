// Who owns an object of Flux: one of kustomize-controller and the Flux Operator, or both, which is what a move must not leave behind.
// Source: takeOwnershipFrom and apply in internal/controller of flux-operator; shouldSkipApply and Delete in ssa of github.com/fluxcd/pkg.
import type { KubeObject, ManagedField } from '../../ports/kube.ts'
import { objectLabel } from '../kinds.ts'

export const OPERATOR_MANAGER = 'flux-operator'
const OLD_MANAGER = 'kustomize-controller'
const KUSTOMIZE = 'kustomize.toolkit.fluxcd.io'
const OPERATOR = 'fluxcd.controlplane.io'

const applied = ({ operation, subresource }: ManagedField): boolean => operation === 'Apply' && !subresource

const managersOf = ({ metadata }: KubeObject): string[] =>
  (metadata.managedFields ?? []).filter(applied).map(({ manager }) => manager ?? '')

/** Why the operator is not its only owner yet; undefined when it is. */
export function notTakenOver(object: KubeObject): string | undefined {
  const { labels = {} } = object.metadata
  const label = objectLabel(object)
  if (labels[`${OPERATOR}/name`] === undefined) return `${label}: the operator has not applied it`
  if (labels[`${KUSTOMIZE}/name`] !== undefined) return `${label}: Kustomization ${labels[`${KUSTOMIZE}/name`]} has applied it as well`
  const managers = managersOf(object)
  if (!managers.includes(OPERATOR_MANAGER)) return `${label}: the operator owns no field of it`
  const others = managers.filter((manager) => manager === OLD_MANAGER || manager.startsWith('kubectl') || manager === 'helm-controller')
  return others.length === 0 ? undefined : `${label}: ${others.join(' and ')} own fields of it as well`
}

const is = (object: KubeObject, key: string, value: string): boolean =>
  [object.metadata.labels, object.metadata.annotations].some((all) => all?.[key]?.toLowerCase() === value)

/**
 * Why `owner` (namespace/name of a Kustomization) would delete the object when it is no longer in what it applies; undefined when it would not:
 * kustomize-controller deletes what carries its own labels and nothing that says prune: disabled.
 */
export function prunable(object: KubeObject, owner: string): string | undefined {
  const { labels = {} } = object.metadata
  if (`${labels[`${KUSTOMIZE}/namespace`]}/${labels[`${KUSTOMIZE}/name`]}` !== owner) return undefined
  if (is(object, `${KUSTOMIZE}/prune`, 'disabled') || is(object, `${KUSTOMIZE}/reconcile`, 'disabled')) return undefined
  return `${objectLabel(object)}: Kustomization ${owner} would delete it`
}

type Trie = { [key: string]: Trie }

const union = (one: Trie, other: Trie): Trie =>
  Object.fromEntries(
    [...new Set([...Object.keys(one), ...Object.keys(other)])].map((key) => {
      const [left, right] = [one[key], other[key]]
      return [key, left === undefined || right === undefined ? (left ?? right ?? {}) : union(left, right)]
    }),
  )

/** The operator's entry under the name of kustomize-controller: with its next apply that one drops what it does not set itself. */
function renamed(entries: readonly ManagedField[]): ManagedField[] {
  const own = entries.filter((each) => applied(each) && (each.manager === OPERATOR_MANAGER || each.manager === OLD_MANAGER))
  const rest = entries.filter((each) => !own.includes(each))
  const [first] = own
  if (first === undefined) return [...rest]
  const fieldsV1 = own.map((each) => (each.fieldsV1 ?? {}) as Trie).reduce(union)
  return [...rest, { ...first, manager: OLD_MANAGER, fieldsV1 }]
}

/** Whether there is something to give back. */
export const isOperators = (object: KubeObject): boolean =>
  is(object, `${KUSTOMIZE}/ssa`, 'ignore') || managersOf(object).includes(OPERATOR_MANAGER)

/** A merge patch that gives an object back to kustomize-controller: it applies it again, and prunes it again. Refused where the object has moved since it was read. */
export function givingBack({ metadata }: KubeObject): Record<string, unknown> {
  const { resourceVersion, managedFields = [] } = metadata
  return {
    metadata: {
      resourceVersion,
      annotations: { [`${KUSTOMIZE}/ssa`]: null, [`${KUSTOMIZE}/prune`]: null },
      managedFields: renamed(managedFields),
    },
  }
}
