// What a person needs when all else fails: every Flux object, the CRDs, Flux' namespace, and the manifests that are applied now, with checksums.
import { OpsError } from '../errors.ts'
import type { Context, ReadContext } from '../ports/context.ts'
import type { KubeObject } from '../ports/kube.ts'
import { Secret } from '../ports/secret.ts'
import { readCrds, readObjects } from './cluster-survey.ts'
import type { Installation, Repository } from './installation.ts'
import { OLD_MANIFESTS, renderManifests } from './render.ts'
import { NAMESPACE, NAMESPACE_KINDS, SECRET } from './resources.ts'

export const BACKUP_INDEX = 'backup/index.json'

export interface BackupInput {
  readonly repo: Repository
  readonly installation: Installation
  /** The release that runs, without v. */
  readonly version: string
  /** age recipients; without one Secrets are left out. */
  readonly recipients: readonly string[]
}

export interface BackupIndex {
  readonly commit: string
  readonly namespace: string
  /** Path below the run's folder -> SHA-256. */
  readonly files: Readonly<Record<string, string>>
  readonly objects: number
  readonly crds: number
  readonly secrets: number | null
}

/** `path` below the run's folder is what its checksum in the index says. */
export async function intact(
  ctx: Pick<ReadContext, 'files'>,
  dir: string,
  index: Pick<BackupIndex, 'files'>,
  path: string,
): Promise<boolean> {
  const file = `${dir}/${path}`
  return (await ctx.files.exists(file)) && (await ctx.files.sha256(file)) === index.files[path]
}

/** undefined when there is none. Throws OpsError `backup-unreadable`. */
export async function readIndex(ctx: Pick<ReadContext, 'files'>, dir: string): Promise<BackupIndex | undefined> {
  const path = `${dir}/${BACKUP_INDEX}`
  if (!(await ctx.files.exists(path))) return undefined
  try {
    const index = JSON.parse(await ctx.files.readText(path)) as BackupIndex
    if (typeof index.files !== 'object' || index.files === null) throw new Error('no list of files')
    return index
  } catch (cause) {
    throw new OpsError({
      code: 'backup-unreadable',
      message: `${path} cannot be read as an index of a backup`,
      hints: [`ls -l ${dir}/backup`],
      cause,
    })
  }
}

export async function backupHolds(ctx: ReadContext): Promise<boolean> {
  const index = await readIndex(ctx, ctx.runDir)
  if (index === undefined) return false
  for (const path of Object.keys(index.files)) {
    if (!(await intact(ctx, ctx.runDir, index, path))) return false
  }
  return true
}

const listOf = (items: readonly KubeObject[]): string => `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, null, 1)}\n`

/** The index is written last: a backup without it is not done. */
export async function backUp(ctx: Context, input: BackupInput): Promise<BackupIndex> {
  await ctx.files.makeDir(`${ctx.runDir}/backup`)
  const files: Record<string, string> = {}
  const keep = async (path: string, text: string): Promise<void> => {
    await ctx.files.writeText(`${ctx.runDir}/${path}`, text)
    files[path] = await ctx.files.sha256(`${ctx.runDir}/${path}`)
  }

  const { objects: crdObjects, crds } = await readCrds(ctx.kube)
  const objects = await readObjects(ctx.kube, crds)
  await keep('backup/crds.json', listOf(crdObjects))
  await keep('backup/flux-objects.json', listOf(objects))
  await keep('backup/namespace.json', listOf(await readNamespace(ctx)))
  const secrets = await keepSecrets(ctx, input.recipients, keep)
  const { repo, installation, version } = input
  const { path } = await renderManifests(ctx, { repo, installation, version, file: OLD_MANIFESTS })
  files[OLD_MANIFESTS] = await ctx.files.sha256(path)

  const commit = await ctx.git.head(input.repo.root)
  const index: BackupIndex = { commit, namespace: ctx.target.namespace, files, objects: objects.length, crds: crds.length, secrets }
  await ctx.files.writeText(`${ctx.runDir}/${BACKUP_INDEX}`, `${JSON.stringify(index, null, 2)}\n`)
  return index
}

async function readNamespace(ctx: Context): Promise<KubeObject[]> {
  const namespace = ctx.target.namespace
  const lists = await Promise.all(
    NAMESPACE_KINDS.map(async (resource) => {
      const items = await ctx.kube.list(resource, { namespace })
      const apiVersion = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`
      return items.map((item) => ({ ...item, apiVersion, kind: resource.kind }))
    }),
  )
  const itself = await ctx.kube.get(NAMESPACE, { name: namespace })
  return [...(itself === undefined ? [] : [{ ...itself, apiVersion: 'v1', kind: 'Namespace' }]), ...lists.flat()]
}

/** Sealed to the recipients by age, so that the run's folder never holds one in plain. */
async function keepSecrets(
  ctx: Context,
  recipients: readonly string[],
  keep: (path: string, text: string) => Promise<void>,
): Promise<number | null> {
  if (recipients.length === 0) return null
  const items = await ctx.kube.list(SECRET, { namespace: ctx.target.namespace })
  const secrets = items.map((item) => ({ ...item, apiVersion: 'v1', kind: 'Secret' }))
  const args = ['--encrypt', '--armor', ...recipients.flatMap((recipient) => ['--recipient', recipient])]
  const sealed = await ctx.exec.run({ tool: 'age', args, effect: 'write', stdin: new Secret(listOf(secrets)) })
  await keep('backup/secrets.json.age', sealed.stdout)
  return secrets.length
}
