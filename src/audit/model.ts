// A rule of an audit is a value: a sentence that is true when all is well, why it matters, what to do, and a question to the world. What it could
// not find out it says; silence means that it looked everywhere.

/** Worst first. */
export const SEVERITIES = ['error', 'warning', 'info'] as const
export type Severity = (typeof SEVERITIES)[number]

/** A place in the repository, or an object of the cluster: `Secret flux-system/sops-age`. */
export type Where = { readonly path: string; readonly line?: number | undefined } | { readonly object: string }

export interface Found {
  readonly where: Where
  readonly what: string
  /** What to do here, where it is more than what the rule says. */
  readonly fix?: string
  /** Where this one is not as bad, or worse, than the rule. */
  readonly severity?: Severity
}

export interface Unanswered {
  readonly where?: Where
  readonly cause: string
}

export interface Looked {
  readonly found: readonly Found[]
  /** What could not be looked at; where there is any, the rule does not hold even if nothing was found. */
  readonly unknown: readonly Unanswered[]
  /** What nobody wanted to be looked at; where there is any, and nothing else, the rule was not asked. */
  readonly skipped?: string
}

export interface AuditRule<World> {
  /** kebab-case and stable; a heading of the README. */
  readonly id: string
  /** A sentence that is true when the rule holds. */
  readonly title: string
  readonly severity: Severity
  readonly reason: string
  /** Something to type or to write. */
  readonly fix: string
  /** Where the fact behind it is from. */
  readonly source: string
  readonly find: (world: World) => Looked
}

export interface Finding {
  readonly rule: string
  readonly severity: Severity
  /** `path:line` or `Kind namespace/name`. */
  readonly where: string
  /** Of a place in the repository. */
  readonly path: string | null
  readonly line: number | null
  readonly what: string
  readonly fix: string
}

export interface RuleReport {
  readonly id: string
  readonly title: string
  /** Of the worst that was found; of the rule where nothing was. */
  readonly severity: Severity
  readonly status: 'holds' | 'found' | 'unknown' | 'skipped'
  readonly findings: readonly Finding[]
  readonly unknown: readonly { readonly where: string | null; readonly cause: string }[]
  /** Why it was not asked. */
  readonly skipped: string | null
  readonly reason: string
  readonly fix: string
  readonly source: string
}

export const whereText = (where: Where): string =>
  'object' in where ? where.object : where.line === undefined ? where.path : `${where.path}:${where.line}`

export const NOTHING: Looked = { found: [], unknown: [] }

export const foundOnly = (found: readonly Found[]): Looked => ({ found, unknown: [] })

/** One answer of several. */
export function together(all: readonly Looked[]): Looked {
  const skipped = all.find((each) => each.skipped !== undefined)?.skipped
  return {
    found: all.flatMap((each) => each.found),
    unknown: all.flatMap((each) => each.unknown),
    ...(skipped === undefined ? {} : { skipped }),
  }
}
