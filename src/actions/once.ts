// One reading of the cluster or the clone for all checks of a run. The memory belongs to the context it is keyed by and goes with it;
// plans and steps read afresh.
const memory = new WeakMap<object, Map<string, Promise<unknown>>>()

/** The result of the first `read` under this key and context; a failed one is given to all who ask, it is never a pass. */
export function once<T>(context: object, key: string, read: () => Promise<T>): Promise<T> {
  const known = memory.get(context) ?? new Map<string, Promise<unknown>>()
  memory.set(context, known)
  const found = known.get(key) ?? read()
  known.set(key, found)
  return found as Promise<T>
}
