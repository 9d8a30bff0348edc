// Whether an object of the cluster is as it is wanted.

/** Whether everything that is wanted is there as it is wanted; what else is there is somebody's, or a default. */
export function holds(there: unknown, wanted: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return there === wanted
  if (typeof there !== 'object' || there === null) return false
  if (Array.isArray(wanted))
    return Array.isArray(there) && there.length === wanted.length && wanted.every((one, at) => holds(there[at], one))
  return Object.entries(wanted).every(([key, one]) => holds((there as Record<string, unknown>)[key], one))
}
