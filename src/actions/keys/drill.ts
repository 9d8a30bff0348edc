// The drill of a backup: from the backup alone every sealed file opens and its MAC holds, and what the cluster has opens what the cluster applies.
import type { ReadContext } from '../../ports/context.ts'
import type { KubeObject } from '../../ports/kube.ts'
import type { KeyBundle } from '../../sops/keys/bundle.ts'
import type { Identity } from '../../sops/keys/identities.ts'
import { type AppliedFiles, appliedFiles } from './applied-files.ts'
import { type ClusterKeys, importedIdentities } from './cluster-keys.ts'
import { openFiles } from './open-files.ts'
import type { FileProblem, SealedSurvey } from './sealed-survey.ts'

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
  /** Recipients among them that the backup does not have: lost with the cluster. */
  readonly notBackedUp: readonly string[]
  /** Sealed files, as they were when Flux last applied them, at another revision than the clone's. */
  readonly applied: readonly (FileCount & { readonly revision: string })[]
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
  }
  readonly repository: FileCount & {
    readonly head: string
    readonly uncommitted: readonly string[]
    readonly withoutMac: readonly string[]
  }
  /** null: the cluster was not asked. */
  readonly cluster: {
    readonly context: string
    readonly uid: string
    readonly secrets: readonly SecretDrill[]
    readonly unknown: readonly string[]
  } | null
}

export interface ClusterWorld {
  readonly context: string
  readonly uid: string
  readonly keys: readonly ClusterKeys[]
  readonly kustomizations: readonly KubeObject[]
  readonly gitRepositories: readonly KubeObject[]
}

export interface DrillInput {
  readonly bundle: KeyBundle
  /** What the backup was read from, for the report. */
  readonly names: readonly string[]
  readonly survey: SealedSurvey
  readonly cluster: ClusterWorld | undefined
  /** When it began, before anything was read: a key that was put into a Secret since is not in what was proven. */
  readonly at: Date
}

type DrillContext = Pick<ReadContext, 'files' | 'git' | 'exec' | 'progress'>

const recipientsOf = (identities: readonly Identity[]): string[] => [...new Set(identities.flatMap(({ recipient }) => recipient ?? []))]

async function drillRepository(
  ctx: DrillContext,
  identities: readonly Identity[],
  survey: SealedSurvey,
): Promise<DrillReport['repository']> {
  const files = survey.files.length + survey.problems.length
  const progress = (done: number): void => {
    if (done % 50 === 0) ctx.progress({ waitingFor: 'every sealed file to open from the backup', lastSeen: `${done} of ${files}` })
  }
  const { opened, problems } = await openFiles(ctx, survey.files, identities, progress)
  const mismatched = opened.filter(({ mac }) => mac === 'mismatch' || mac === 'unknown').map(macProblem)
  const all = [...survey.problems, ...problems, ...mismatched].sort((a, b) => (a.path < b.path ? -1 : 1))
  return {
    head: survey.head,
    uncommitted: survey.uncommitted,
    files,
    opened: files - new Set(all.map(({ path }) => path)).size,
    problems: all,
    withoutMac: opened.filter(({ mac }) => mac === 'none').map(({ path }) => path),
  }
}

const macProblem = ({ path, mac }: { path: string; mac: string }): FileProblem =>
  mac === 'mismatch'
    ? {
        path,
        code: 'mac-mismatch',
        message: 'its MAC does not hold: something in it was changed without sops; Flux does not look at the MAC and applies it',
        hints: [`see what changed:  git log -p -- ${path}`, `when it is right as it is:  sops --ignore-mac --rotate --in-place ${path}`],
      }
    : { path, code: 'mac-unknown', message: 'only sops can tell whether its MAC holds, and it could not be asked', hints: ['install sops'] }

async function drillSecret(ctx: DrillContext, keys: ClusterKeys, files: AppliedFiles, backup: ReadonlySet<string>): Promise<SecretDrill> {
  const identities = importedIdentities(keys)
  const recipients = recipientsOf(identities)
  const { problems, opened } = await openFiles(ctx, files.atHead, identities)
  const applied = []
  for (const { revision, files: then } of files.before) {
    const result = await openFiles(ctx, then, identities)
    applied.push({ revision, files: then.length, opened: result.opened.length, problems: result.problems })
  }
  return {
    id: keys.id,
    usedBy: keys.usedBy,
    recipients,
    notBackedUp: recipients.filter((recipient) => !backup.has(recipient)),
    files: files.atHead.length,
    opened: opened.length,
    problems,
    applied,
    unknown: [...keys.problems, ...files.unknown],
  }
}

const worst = (verdicts: readonly Verdict[]): Verdict =>
  verdicts.includes('failed') ? 'failed' : verdicts.includes('unknown') ? 'unknown' : 'passed'

const verdictOnSecret = ({ problems, applied, notBackedUp, unknown }: SecretDrill): Verdict => {
  if (problems.length > 0 || notBackedUp.length > 0 || applied.some((one) => one.problems.length > 0)) return 'failed'
  return unknown.length > 0 ? 'unknown' : 'passed'
}

function verdictOf({ repository, cluster }: Pick<DrillReport, 'repository' | 'cluster'>): Verdict {
  const files: Verdict = repository.problems.every(({ code }) => code === 'mac-unknown') ? 'unknown' : 'failed'
  const ofFiles: Verdict = repository.problems.length === 0 ? (repository.files === 0 ? 'unknown' : 'passed') : files
  const ofCluster = cluster === null ? [] : [...cluster.secrets.map(verdictOnSecret), ...cluster.unknown.map((): Verdict => 'unknown')]
  return worst([ofFiles, ...ofCluster])
}

/** Reads only. No clear value leaves memory. */
export async function drill(ctx: DrillContext, { bundle, names, survey, cluster, at }: DrillInput): Promise<DrillReport> {
  const identities = bundle.sets.flatMap((set) => set.identities)
  const recipients = recipientsOf(identities)
  const repository = await drillRepository(ctx, identities, survey)
  let ofCluster: DrillReport['cluster'] = null
  if (cluster !== undefined) {
    const applied = await appliedFiles(ctx, survey, cluster)
    const secrets = []
    for (const keys of cluster.keys) secrets.push(await drillSecret(ctx, keys, applied.of(keys.id), new Set(recipients)))
    ofCluster = { context: cluster.context, uid: cluster.uid, secrets, unknown: applied.unknown }
  }
  const parts = { repository, cluster: ofCluster }
  return {
    verdict: verdictOf(parts),
    at: at.toISOString(),
    backup: { names, taken: bundle.taken ?? null, cluster: bundle.cluster?.name ?? null, recipients },
    ...parts,
  }
}
