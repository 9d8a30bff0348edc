// managedFields entries that still name an API version that is going away: an apply by that manager is refused once it is gone.
import type { KubeObject, ManagedField } from '../ports/kube.ts'

type Trie = { [key: string]: Trie }

/** API versions in managedFields other than `apiVersion` (group/version), of the same group; sorted. */
export function staleVersions(object: KubeObject, apiVersion: string): string[] {
  const entries = object.metadata.managedFields ?? []
  const stale = entries.map((entry) => entry.apiVersion).filter((version) => version !== undefined && version !== apiVersion)
  return [...new Set(stale as string[])].sort()
}

/**
 * The entries with every apiVersion set to `apiVersion`. Entries that become twins (one manager, one operation, one subresource) are joined,
 * because the API server keeps only one of them and would drop what the other owns.
 */
export function rewriteManagedFields(entries: readonly ManagedField[], apiVersion: string): ManagedField[] {
  const joined = new Map<string, ManagedField>()
  for (const entry of entries) {
    const key = JSON.stringify([entry.manager, entry.operation, entry.subresource ?? ''])
    const twin = joined.get(key)
    joined.set(key, twin === undefined ? { ...entry, apiVersion } : join(twin, entry))
  }
  return [...joined.values()]
}

const join = (one: ManagedField, other: ManagedField): ManagedField => {
  const time = [one.time, other.time]
    .filter((value) => value !== undefined)
    .sort()
    .at(-1)
  const fieldsV1 = union((one.fieldsV1 ?? {}) as Trie, (other.fieldsV1 ?? {}) as Trie)
  return { ...one, fieldsV1, ...(time === undefined ? {} : { time }) }
}

const union = (one: Trie, other: Trie): Trie => {
  const result: Trie = { ...one }
  for (const [key, value] of Object.entries(other)) {
    const mine = result[key]
    result[key] = mine === undefined ? value : union(mine, value)
  }
  return result
}
