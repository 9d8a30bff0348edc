// Kubernetes' own order of API versions: stable before beta before alpha, then the higher number.
const SHAPE = /^v(\d+)(?:(alpha|beta)(\d+))?$/

const STAGE: Readonly<Record<string, number>> = { alpha: 0, beta: 1 }

/** Below 0 when `one` is older than `other`. What is no version in the usual form is older than all that are, by name among themselves. */
export function compareApiVersions(one: string, other: string): number {
  const [a, b] = [SHAPE.exec(one), SHAPE.exec(other)]
  if (!a || !b) return a ? 1 : b ? -1 : one.localeCompare(other)
  const stage = (found: RegExpExecArray): number => STAGE[found[2] ?? ''] ?? 2
  return stage(a) - stage(b) || Number(a[1]) - Number(b[1]) || Number(a[3] ?? 0) - Number(b[3] ?? 0)
}
