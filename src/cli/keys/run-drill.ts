// `age drill`: opens the backup, asks repository and cluster, tells, and lets the cluster remember.
import { resolve } from 'node:path'
import { ofKind, surveyCluster } from '../../actions/cluster-survey.ts'
import { readClusterKeys } from '../../actions/keys/cluster-keys.ts'
import { type ClusterWorld, type DrillReport, drill } from '../../actions/keys/drill.ts'
import { recordDrill } from '../../actions/keys/record.ts'
import { surveySealed } from '../../actions/keys/sealed-survey.ts'
import { buildContext, operatorName } from '../../adapters/context.ts'
import { localFiles } from '../../adapters/files.ts'
import { messageOf, OpsError } from '../../errors.ts'
import type { Invocation } from '../invocation.ts'
import type { ClusterFlags, OutputFlags } from '../run-flags.ts'
import { askPassphrase } from './ask-passphrase.ts'
import { drillHtml } from './drill-html.ts'
import { type Named, namesFor } from './named.ts'
import { openBackup } from './open-backup.ts'
import { type KeysWorld, openKeysWorld } from './open-world.ts'

export interface DrillRequest {
  readonly files: readonly string[]
  readonly identities: readonly string[]
  readonly passphraseFile: string | undefined
  readonly repo: string
  /** Folders of the repository to narrow to. */
  readonly only: readonly string[]
  readonly secrets: readonly string[]
  readonly withCluster: boolean
  readonly record: boolean
  readonly html: string | undefined
  readonly flags: OutputFlags & ClusterFlags
}

/** The report, and what was written down of it. */
export type DrillResult = DrillReport & { readonly recorded: readonly string[] }

export interface Drilled {
  readonly result: DrillResult
  readonly named: Named
}

async function clusterWorld(world: KeysWorld, secrets: readonly string[]): Promise<ClusterWorld | undefined> {
  if (world.cluster === undefined) return undefined
  const { kube } = world.cluster.world
  const { namespace } = world.cluster.target
  world.ctx.progress({ waitingFor: 'the cluster' })
  const [{ uid, context }, survey] = await Promise.all([kube.identity(), surveyCluster(kube, namespace)])
  return {
    uid,
    context,
    keys: await readClusterKeys(kube, survey, secrets),
    kustomizations: ofKind(survey.objects, 'Kustomization'),
    gitRepositories: ofKind(survey.objects, 'GitRepository'),
  }
}

async function remember(world: KeysWorld, report: DrillReport, invocation: Invocation): Promise<string[]> {
  if (world.cluster === undefined || report.verdict !== 'passed') return []
  const context = buildContext(world.cluster, { runDir: '', operator: operatorName(invocation.env) })
  try {
    return await recordDrill(context, report)
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    world.say('⚠', `the cluster does not remember this drill: ${messageOf(error)}`)
    return []
  }
}

export async function runDrill(invocation: Invocation, request: DrillRequest): Promise<Drilled> {
  const { flags, files, identities, passphraseFile, withCluster } = request
  const world = await openKeysWorld(invocation, flags, withCluster)
  try {
    const { signal } = invocation
    const passphrase = () => askPassphrase({ what: `of ${files.join(', ')}`, file: passphraseFile, twice: false, json: flags.json, signal })
    const { bundle, names, doubts } = await openBackup(world.ctx, { files, identities, passphrase })
    for (const doubt of doubts) world.say('⚠', doubt)
    const at = world.ctx.clock.now()
    world.ctx.progress({ waitingFor: 'the files of the repository' })
    const survey = await surveySealed(world.ctx, resolve(request.repo), request.only)
    const report = await drill(world.ctx, { bundle, names, survey, cluster: await clusterWorld(world, request.secrets), at })
    const recorded = request.record ? await remember(world, report, invocation) : []
    if (request.html !== undefined) await localFiles.writeText(resolve(request.html), drillHtml({ ...report, recorded }), { mode: 0o600 })
    return { result: { ...report, recorded }, named: await namesFor(world, request.repo) }
  } finally {
    world.close()
  }
}
