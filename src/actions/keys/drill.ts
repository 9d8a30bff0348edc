// The drill of a backup: from the backup alone every sealed file opens and its MAC holds, and what the cluster has opens what the cluster applies.
import type { ReadContext } from '../../ports/context.ts'
import type { KubeObject } from '../../ports/kube.ts'
import type { KeyBundle } from '../../sops/keys/bundle.ts'
import type { Identity } from '../../sops/keys/identities.ts'
import { type AppliedFiles, appliedFiles } from './applied-files.ts'
import { type ClusterKeys, importedIdentities } from './cluster-keys.ts'
import { type DrillReport, type SecretDrill, verdictOf } from './drill-report.ts'
import { openFiles } from './open-files.ts'
import { type FileProblem, narrowed, type SealedSurvey } from './sealed-survey.ts'

export interface ClusterWorld {
  readonly context: string
  readonly uid: string
  readonly keys: readonly ClusterKeys[]
  /** What could not be known of its keys. */
  readonly unknown: readonly string[]
  readonly kustomizations: readonly KubeObject[]
  readonly gitRepositories: readonly KubeObject[]
}

export interface DrillInput {
  readonly bundle: KeyBundle
  /** What the backup was read from, for the report. */
  readonly names: readonly string[]
  /** The backup was opened with nothing but keys that are in it. */
  readonly openedByItself: boolean
  readonly survey: SealedSurvey
  /** Folders of the repository to narrow to; what the cluster applies is looked at all the same. */
  readonly only: readonly string[]
  readonly cluster: ClusterWorld | undefined
  /** When repository and cluster began to be read, RFC 3339: what changed since is not proven. */
  readonly at: string
}

type DrillContext = Pick<ReadContext, 'files' | 'git' | 'exec' | 'progress' | 'signal'>

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
    files,
    opened: opened.length - mismatched.length,
    problems: all,
    withoutMac: opened.filter(({ mac }) => mac === 'none').map(({ path }) => path),
    uncommitted: survey.uncommitted,
    submodules: survey.submodules,
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

/** By the keys themselves: what a comment says of a plugin's is no proof, and not every one has a comment. */
const lacking = ({ id, entries }: ClusterKeys, backup: readonly Identity[]): string[] => {
  const held = new Set(backup.map(({ secret }) => secret.reveal()))
  const missing = entries.flatMap(({ name, identities }) =>
    identities
      .filter(({ secret }) => !held.has(secret.reveal()))
      .map(({ kind, recipient }) => (recipient === undefined ? `a key of ${kind} in entry ${name} of Secret ${id}` : recipient)),
  )
  return [...new Set(missing)]
}

const nothingApplied = ({ usedBy }: ClusterKeys, { atHead, before }: AppliedFiles): string[] => {
  if (usedBy.length === 0) return ['no Kustomization decrypts with it: no sealed file was tried with it']
  return atHead.length + before.length === 0 ? ['Flux applies no sealed file of this repository with it: --secret narrows to others'] : []
}

async function drillSecret(ctx: DrillContext, keys: ClusterKeys, files: AppliedFiles, backup: readonly Identity[]): Promise<SecretDrill> {
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
    notBackedUp: lacking(keys, backup),
    files: files.atHead.length,
    opened: opened.length,
    problems,
    applied,
    elsewhere: files.elsewhere,
    unknown: [...keys.problems, ...files.unknown, ...nothingApplied(keys, files)],
  }
}

const ITSELF =
  'it was opened with a key that is in it, which is lost when it is needed: open it with one that is kept elsewhere, --identity FILE'

const ABOUT_NOTHING = 'no Kustomization of this cluster decrypts with a Secret: nothing of it is proven'

async function drillCluster(
  ctx: DrillContext,
  { survey, cluster }: DrillInput,
  backup: readonly Identity[],
): Promise<DrillReport['cluster']> {
  if (cluster === undefined) return null
  const applied = await appliedFiles(ctx, survey, cluster)
  const secrets: SecretDrill[] = []
  for (const keys of cluster.keys) secrets.push(await drillSecret(ctx, keys, applied.of(keys), backup))
  const unknown = [...cluster.unknown, ...applied.unknown, ...(secrets.length === 0 ? [ABOUT_NOTHING] : [])]
  return { context: cluster.context, uid: cluster.uid, secrets, unknown }
}

/** Reads only. No clear value leaves memory. */
export async function drill(ctx: DrillContext, input: DrillInput): Promise<DrillReport> {
  const { bundle, names, survey, only, openedByItself, at } = input
  const identities = bundle.sets.flatMap((set) => set.identities)
  const parts = {
    backup: {
      names,
      taken: bundle.taken ?? null,
      cluster: bundle.cluster?.name ?? null,
      recipients: recipientsOf(identities),
      unknown: openedByItself ? ITSELF : null,
    },
    repository: await drillRepository(ctx, identities, narrowed(survey, only)),
    cluster: await drillCluster(ctx, input, identities),
  }
  return { verdict: verdictOf(parts), at, ...parts }
}
