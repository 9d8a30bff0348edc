// `audit keys`: reads the clone and the cluster, asks every rule, and writes the answers where they are wanted. Nothing else is written.
import { resolve } from 'node:path'
import { readAuditWorld } from '../../actions/keys/audit-world.ts'
import { localFiles } from '../../adapters/files.ts'
import { KEYS_RULES } from '../../audit/keys/index.ts'
import { ageOf, othersOf, ruleFiles, sealedFiles } from '../../audit/keys/world.ts'
import type { RuleReport, Severity } from '../../audit/model.ts'
import { fails, runAudit } from '../../audit/run.ts'
import { messageOf, OpsError, usageError } from '../../errors.ts'
import { type Identity, parseIdentities } from '../../sops/keys/identities.ts'
import type { Invocation } from '../invocation.ts'
import type { ClusterFlags, OutputFlags } from '../run-flags.ts'
import { sarifOf } from './audit-sarif.ts'
import { type KeysWorld as OpenKeys, openKeysWorld } from './open-world.ts'

export interface AuditRequest {
  readonly repo: string
  readonly withCluster: boolean
  readonly identities: readonly string[]
  /** A file, or `-` for stdout. */
  readonly sarif: string | undefined
  readonly failOn: Severity
  readonly flags: OutputFlags & ClusterFlags
}

/** The `--json` document; its keys are stable. */
export interface AuditReport {
  readonly repository: {
    readonly root: string
    /** Text files that git knows. */
    readonly files: number
    readonly sealed: number
    /** `shown`: as it is drawn, `age1q…9x "oncall"`. */
    readonly recipients: readonly { readonly recipient: string; readonly shown: string }[]
    /** Keys beside age: `pgp FBC7…`. */
    readonly others: readonly string[]
    readonly rules: number
  }
  /** null: it was not asked. */
  readonly cluster: { readonly context: string; readonly unread: string | null } | null
  readonly counts: Readonly<Record<Severity | 'unknown' | 'skipped' | 'holds', number>>
  readonly failed: boolean
  readonly rules: readonly RuleReport[]
}

async function readIdentities(keys: OpenKeys, paths: readonly string[]): Promise<Identity[]> {
  const all: Identity[] = []
  for (const path of paths) {
    const identities = await parseIdentities(await keys.ctx.files.readText(resolve(path)), path)
    for (const { secret } of identities) keys.redactor.register(secret)
    all.push(...identities)
  }
  return all
}

/** Without a kubeconfig there is still a repository to look at. */
async function openKeys(invocation: Invocation, { flags, withCluster }: AuditRequest): Promise<OpenKeys> {
  try {
    return await openKeysWorld(invocation, flags, withCluster)
  } catch (error) {
    if (!(error instanceof OpsError) || !withCluster) throw error
    throw new OpsError({
      code: error.code,
      message: messageOf(error),
      hints: [...error.hints, 'files alone:  flux-ops audit keys --no-cluster'],
      exit: error.exit,
      cause: error,
    })
  }
}

function countsOf(rules: readonly RuleReport[]): AuditReport['counts'] {
  const ofSeverity = (severity: Severity): number =>
    rules.flatMap(({ findings }) => findings).filter((finding) => finding.severity === severity).length
  const ofStatus = (status: RuleReport['status']): number => rules.filter((rule) => rule.status === status).length
  return {
    error: ofSeverity('error'),
    warning: ofSeverity('warning'),
    info: ofSeverity('info'),
    unknown: rules.filter(({ unknown }) => unknown.length > 0).length,
    skipped: ofStatus('skipped'),
    holds: ofStatus('holds'),
  }
}

async function writeSarif(path: string, report: AuditReport, version: string): Promise<void> {
  const text = `${JSON.stringify(sarifOf(report.rules, version), null, 2)}\n`
  if (path === '-') process.stdout.write(text)
  else await localFiles.writeText(resolve(path), text, { mode: 0o644 })
}

export async function auditKeys(invocation: Invocation, request: AuditRequest): Promise<AuditReport> {
  const { sarif, flags, failOn } = request
  if (sarif === '-' && flags.json) throw usageError('stdout-twice', '--json and --sarif - both want stdout', 'name a file: --sarif FILE')
  const keys = await openKeys(invocation, request)
  try {
    const open = keys.cluster
    const cluster = open && { kube: open.world.kube, namespace: open.target.namespace, context: open.target.context }
    const identities = await readIdentities(keys, request.identities)
    const { root, world } = await readAuditWorld(keys.ctx, { dir: resolve(request.repo), identities, cluster })
    const rules = runAudit(KEYS_RULES, world)
    const sealed = sealedFiles(world)
    const report: AuditReport = {
      repository: {
        root,
        files: world.files.length,
        sealed: sealed.length,
        recipients: [...new Set(sealed.flatMap(ageOf))].map((recipient) => ({ recipient, shown: world.nameOf(recipient) })),
        others: [...new Set(sealed.flatMap(othersOf))],
        rules: ruleFiles(world).reduce((count, { rules: some = [] }) => count + some.length, 0),
      },
      cluster:
        cluster === undefined
          ? null
          : { context: cluster.context, unread: world.cluster !== undefined && 'unread' in world.cluster ? world.cluster.unread : null },
      counts: countsOf(rules),
      failed: fails(rules, failOn, KEYS_RULES),
      rules,
    }
    if (sarif !== undefined) await writeSarif(sarif, report, invocation.version)
    return report
  } finally {
    keys.close()
  }
}
