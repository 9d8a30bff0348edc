// `bootstrap -f`: reads the cluster file, opens its repository, drives the runbook in its cluster.
import { dirname, resolve } from 'node:path'
import { localWorld } from '../../adapters/context.ts'
import { homeFolder } from '../../adapters/crash-log.ts'
import { localFiles } from '../../adapters/files.ts'
import { createRedactor } from '../../adapters/redactor.ts'
import { runsRoot } from '../../adapters/run-store.ts'
import { readClusterFile } from '../../cluster-file/read.ts'
import { isForgeStyle } from '../../cluster-file/rules/git-rules.ts'
import type { ClusterFile } from '../../cluster-file/schema.ts'
import { usageError } from '../../errors.ts'
import type { Invocation } from '../invocation.ts'
import { loadRunbook } from '../load-runbook.ts'
import type { RunFlags } from '../run-flags.ts'
import type { RunReport } from '../run-report.ts'
import { startRun } from '../run-runbook.ts'
import { withAddress } from './on-forge.ts'
import { openClone } from './open-clone.ts'
import { resolvePaths } from './resolve-file.ts'

/** Where a script says another cluster than the file, one of the two is a mistake. */
function assertAgrees(given: string | undefined, wanted: string, flag: string, field: string): void {
  if (given === undefined || given === wanted) return
  throw usageError(
    'cluster-file-disagrees',
    `--${flag} is ${given}, and ${field} of the file is ${wanted}`,
    `leave --${flag} out, or change the file`,
  )
}

async function readFile(path: string, invocation: Invocation): Promise<ClusterFile> {
  const file = readClusterFile(await localFiles.readBytes(resolve(path)), path)
  return resolvePaths(file, { folder: dirname(resolve(path)), home: homeFolder(invocation.env) })
}

export interface BootstrapFlags {
  readonly file: string
  /** undefined where it was not typed. */
  readonly namespace: string | undefined
  readonly noPush: boolean
  readonly pullRequest: { readonly forge: 'gitea' | 'github' | 'gitlab' | undefined; readonly url: string | undefined } | undefined
  /** A clone of the person's own. */
  readonly repo: string | undefined
}

/** An explicit flag counts for more than the file. Throws OpsError (usage) `flag-forge`, `flag-repo`. */
export function withFlags(file: ClusterFile, { noPush, pullRequest, repo }: Omit<BootstrapFlags, 'file' | 'namespace'>): ClusterFile {
  const publish = noPush ? 'none' : pullRequest === undefined ? file.git.publish : 'pr'
  if (publish !== 'push' && isForgeStyle(file.flux.style))
    throw usageError(
      'flag-forge',
      `--${noPush ? 'no-push' : 'pr'} does not go with style ${file.flux.style}: flux bootstrap pushes to the branch itself`,
      'style: git, which can leave it to you or to a pull request',
    )
  if (repo !== undefined && publish !== 'none')
    throw usageError(
      'flag-repo',
      '--repo is for --no-push: with a push the run has a clone of its own',
      'leave --repo out, or add --no-push',
    )
  const { pullRequest: ofFile, ...git } = file.git
  if (publish !== 'pr') return { ...file, git: { ...git, publish } }
  const { forge = ofFile?.forge, url = ofFile?.url } = pullRequest ?? {}
  const asked = { ...(forge !== undefined && { forge }), ...(url !== undefined && { url }) }
  return { ...file, git: { ...git, publish, pullRequest: asked } }
}

export async function startBootstrap(
  invocation: Invocation,
  { file: path, namespace, ...given }: BootstrapFlags,
  flags: RunFlags,
): Promise<RunReport> {
  const file = withAddress(withFlags(await readFile(path, invocation), given))
  assertAgrees(flags.context, file.cluster.context, 'context', 'cluster.context')
  assertAgrees(namespace, file.flux.namespace, 'namespace', 'flux.namespace')
  const world = localWorld({ env: invocation.env, redactor: createRedactor(), signal: invocation.signal })
  const runs = runsRoot(invocation.env, homeFolder(invocation.env))
  const clone = await openClone(world, file, { runs, clone: given.repo })
  const driven = await startRun(invocation, {
    runbook: await loadRunbook('bootstrap'),
    input: { file, ...clone, tool: invocation.version },
    flags: { ...flags, context: file.cluster.context, namespace: file.flux.namespace },
  })
  return driven.report
}
