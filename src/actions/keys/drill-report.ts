// What a drill found, and what it comes to: whatever could not be answered is no pass.
import { type FileProblem, isUnread } from './sealed-survey.ts'

export interface FileCount {
  /** How many sealed files were to be opened. */
  readonly files: number
  readonly opened: number
  readonly problems: readonly FileProblem[]
}

export interface SecretDrill extends FileCount {
  /** `namespace/name` */
  readonly id: string
  readonly usedBy: readonly string[]
  /** Recipients of the identities that Flux reads from it. */
  readonly recipients: readonly string[]
  /** Keys of it, read by Flux or not, that the backup does not have: lost with the cluster. Recipients, or where one stands that names none. */
  readonly notBackedUp: readonly string[]
  /** Sealed files, as they were when Flux last applied them, at another revision than the clone's. */
  readonly applied: readonly (FileCount & { readonly revision: string })[]
  /** Kustomizations that decrypt with it what is not in this repository: nothing is said of that. */
  readonly elsewhere: readonly string[]
  /** What could not be answered, and why. */
  readonly unknown: readonly string[]
}

export type Verdict = 'passed' | 'failed' | 'unknown'

export interface DrillReport {
  readonly verdict: Verdict
  /** RFC 3339. */
  readonly at: string
  readonly backup: {
    readonly names: readonly string[]
    readonly taken: string | null
    readonly cluster: string | null
    readonly recipients: readonly string[]
    /** Why it is not known whether it opens when its own keys are lost; null when it is. */
    readonly unknown: string | null
  }
  readonly repository: FileCount & {
    readonly head: string
    readonly withoutMac: readonly string[]
    /** Sealed files that are not as they are committed: both were opened. */
    readonly uncommitted: readonly string[]
    /** Paths; not looked at. */
    readonly submodules: readonly string[]
  }
  /** null: the cluster was not asked. */
  readonly cluster: {
    readonly context: string
    readonly uid: string
    readonly secrets: readonly SecretDrill[]
    readonly unknown: readonly string[]
  } | null
}

const worst = (verdicts: readonly Verdict[]): Verdict =>
  verdicts.includes('failed') ? 'failed' : verdicts.includes('unknown') ? 'unknown' : 'passed'

const verdictOnSecret = ({ problems, applied, notBackedUp, unknown }: SecretDrill): Verdict => {
  if (problems.length > 0 || notBackedUp.length > 0 || applied.some((one) => one.problems.length > 0)) return 'failed'
  return unknown.length > 0 ? 'unknown' : 'passed'
}

const verdictOnFiles = ({ problems, files }: FileCount): Verdict => {
  if (problems.length > 0) return problems.every(isUnread) ? 'unknown' : 'failed'
  return files === 0 ? 'unknown' : 'passed'
}

export function verdictOf({ backup, repository, cluster }: Pick<DrillReport, 'backup' | 'repository' | 'cluster'>): Verdict {
  const ofCluster = cluster === null ? [] : [...cluster.secrets.map(verdictOnSecret), ...cluster.unknown.map((): Verdict => 'unknown')]
  return worst([backup.unknown === null ? 'passed' : 'unknown', verdictOnFiles(repository), ...ofCluster])
}
