// A rehearsal of what a backup holds: with the clone of the repository and no cluster at all.
import { randomInt } from 'node:crypto'
import { resolve } from 'node:path'
import { systemClock } from '../../adapters/clock.ts'
import { createExec } from '../../adapters/exec.ts'
import { localFiles } from '../../adapters/files.ts'
import { createGit } from '../../adapters/git.ts'
import { createRedactor } from '../../adapters/redactor.ts'
import { newRunId } from '../../engine/run-id.ts'
import { EMPTY_STATE } from '../../engine/run-state.ts'
import { refusal } from '../../errors.ts'
import { sameRepository } from '../../flux/git-urls.ts'
import { installedCrd, installedFlux } from '../../flux/installed.ts'
import type { KubeObject } from '../../ports/kube.ts'
import type { Captured } from '../../rehearsal/captured.ts'
import { readBackup } from '../../rehearsal/from-backup.ts'
import { operatorVersion } from '../../rehearsal/operator.ts'
import type { Invocation } from '../invocation.ts'
import type { OutputFlags } from '../run-flags.ts'
import { type RunReport, runReport } from '../run-report.ts'
import type { Planned } from './planned.ts'
import { rehearse } from './rehearse.ts'
import { tellRehearsal, withRehearsal } from './told.ts'

export interface BackupRequest {
  /** Folder of a run. */
  readonly from: string
  readonly to: string
  readonly via: readonly string[]
  readonly repo: string
  readonly timeoutSeconds: number
  readonly flags: OutputFlags
}

function versionIn({ crds, system }: Captured): string {
  const deployments = system.filter(({ resource }) => resource.kind === 'Deployment').map(({ object }) => object)
  if (operatorVersion(deployments) !== undefined)
    throw refusal(
      'rehearsal-style',
      'a backup holds nothing of the Flux Operator: what it keeps cannot be rehearsed from one',
      'on the cluster itself:  leave --from out',
    )
  const installed = installedFlux(
    deployments,
    crds.map(installedCrd).filter((crd) => crd !== undefined),
  )
  if (installed.status === 'found') return installed.version
  throw refusal('flux-version-unclear', 'the backup does not hold one version of Flux', 'flux-ops runs list')
}

const idOf = ({ metadata }: KubeObject): string => `${metadata.namespace}/${metadata.name}`

/** The GitRepository of the backup that the clone is of: the one that most Kustomizations use, where there are several. */
function sourceOf(captured: Captured, urls: readonly string[]): KubeObject {
  const ours = captured.objects.filter(
    ({ kind, spec }) => kind === 'GitRepository' && urls.some((url) => sameRepository(url, String(spec?.url))),
  )
  const uses = (source: KubeObject): number =>
    captured.objects.filter(({ spec }) => spec?.sourceRef?.kind === 'GitRepository' && spec.sourceRef.name === source.metadata.name).length
  const [first] = ours.sort((one, other) => uses(other) - uses(one))
  if (first !== undefined) return first
  throw refusal(
    'source-missing',
    'no GitRepository of the backup follows this repository',
    '--repo DIR: the clone that the cluster follows',
  )
}

async function plannedFor(invocation: Invocation, request: BackupRequest, captured: Captured, commit: string): Promise<Planned> {
  const { env, signal } = invocation
  const git = createGit(createExec({ env, redactor: createRedactor(), signal, kubeconfig: undefined, context: undefined }))
  const root = await git.root(resolve(request.repo))
  const source = sourceOf(
    captured,
    (await git.remotes(root)).map(({ url }) => url),
  )
  const from = versionIn(captured)
  const { to, via, timeoutSeconds } = request
  const branch = String(source.spec?.ref?.branch ?? 'master')
  const repo = { root, head: commit, branch, source: idOf(source) }
  return { from, to, via, releases: [from, ...via, to], namespace: captured.namespace, repo, timeoutSeconds, operator: false }
}

export async function rehearseBackup(invocation: Invocation, request: BackupRequest): Promise<RunReport> {
  const { captured, commit } = await readBackup({ files: localFiles }, resolve(request.from))
  const planned = await plannedFor(invocation, request, captured, commit)
  const rehearsal = await rehearse(invocation, { captured, planned, kubernetes: undefined, json: request.flags.json })
  tellRehearsal(rehearsal, request.flags)
  const runId = newRunId(systemClock.now(), 'upgrade', randomInt(0x10000))
  return withRehearsal(runReport({ outcome: 'planned', exit: 'done', runId, state: EMPTY_STATE }, null), rehearsal)
}
