// `age drill`: opens the backup, asks repository and cluster, tells, and lets the cluster remember.
import { resolve } from 'node:path'
import { ofKind, surveyCluster } from '../../actions/cluster-survey.ts'
import { readClusterKeys } from '../../actions/keys/cluster-keys.ts'
import { type ClusterWorld, drill } from '../../actions/keys/drill.ts'
import type { DrillReport } from '../../actions/keys/drill-report.ts'
import { openBackup } from '../../actions/keys/open-backup.ts'
import { recordDrill } from '../../actions/keys/record.ts'
import { surveySealed } from '../../actions/keys/sealed-survey.ts'
import { buildContext, operatorName } from '../../adapters/context.ts'
import { localFiles } from '../../adapters/files.ts'
import { refusal } from '../../errors.ts'
import { fallbackUnknown } from '../../flux/age-backup.ts'
import type { Invocation } from '../invocation.ts'
import type { ClusterFlags, OutputFlags } from '../run-flags.ts'
import { askPassphrase } from './ask-passphrase.ts'
import { drillHtml } from './drill-html.ts'
import { type Named, namesFor } from './named.ts'
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
    unknown: [fallbackUnknown(survey.objects, survey.deployments)].filter((why) => why !== undefined),
    keys: await readClusterKeys(kube, survey, secrets),
    kustomizations: ofKind(survey.objects, 'Kustomization'),
    gitRepositories: ofKind(survey.objects, 'GitRepository'),
  }
}

async function remember(
  world: KeysWorld,
  report: DrillReport,
  cluster: ClusterWorld | undefined,
  invocation: Invocation,
): Promise<readonly string[]> {
  if (world.cluster === undefined || cluster === undefined || report.verdict !== 'passed') return []
  const context = buildContext(world.cluster, { runDir: '', operator: operatorName(invocation.env) })
  const { ids, problems } = await recordDrill(context, report, cluster.keys)
  for (const problem of problems) world.say('⚠', `the cluster does not remember this drill: ${problem}`)
  return ids
}

/** A report that is there is written anew; nothing else is written over. */
async function writeReport(path: string, page: string): Promise<void> {
  if ((await localFiles.exists(path)) && !(await localFiles.readText(path)).startsWith(page.slice(0, page.indexOf('<meta'))))
    throw refusal('report-exists', `${path} is there already, and is no report of a drill`, 'name another file by --html')
  await localFiles.writeText(path, page, { mode: 0o600 })
}

export async function runDrill(invocation: Invocation, request: DrillRequest): Promise<Drilled> {
  const { flags, files, identities, passphraseFile, withCluster } = request
  const world = await openKeysWorld(invocation, flags, withCluster)
  try {
    const { signal } = invocation
    const passphrase = () => askPassphrase({ what: `of ${files.join(', ')}`, file: passphraseFile, twice: false, json: flags.json, signal })
    const { bundle, names, byItself, doubts } = await openBackup(world.ctx, { files, identities, passphrase })
    for (const doubt of doubts) world.say('⚠', doubt)
    world.ctx.progress({ waitingFor: 'the files of the repository' })
    const at = world.ctx.clock.now().toISOString()
    const cluster = await clusterWorld(world, request.secrets)
    const survey = await surveySealed(world.ctx, resolve(request.repo))
    const report = await drill(world.ctx, { bundle, names, openedByItself: byItself, survey, only: request.only, cluster, at })
    const recorded = request.record ? await remember(world, report, cluster, invocation) : []
    if (request.html !== undefined) await writeReport(resolve(request.html), drillHtml({ ...report, recorded }))
    return { result: { ...report, recorded }, named: await namesFor(world, request.repo) }
  } finally {
    world.close()
  }
}
