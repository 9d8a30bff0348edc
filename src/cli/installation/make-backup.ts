// `backup`: read, seal, open again, write, read back. Nothing is overwritten, and the manifest comes last: without it a backup is not whole.
import { createHash } from 'node:crypto'
import { join, resolve } from 'node:path'
import { ofKind } from '../../actions/cluster-survey.ts'
import { type InstallationSeal, sealInstallation } from '../../actions/installation-backup/file.ts'
import { type Taken, takeInstallation } from '../../actions/installation-backup/take.ts'
import { type ClusterKeys, readClusterKeys } from '../../actions/keys/cluster-keys.ts'
import { recordBackup } from '../../actions/keys/record.ts'
import { parseId } from '../../actions/resources.ts'
import { buildContext, operatorName } from '../../adapters/context.ts'
import { localFiles } from '../../adapters/files.ts'
import { OpsError, refusal } from '../../errors.ts'
import { type Summary, summaryOf } from '../../flux/installation/summary.ts'
import { bundleKeys } from '../../sops/keys/bundle.ts'
import type { SealedBy } from '../../sops/keys/manifest.ts'
import type { Invocation } from '../invocation.ts'
import { assertName, tellRepository } from '../keys/backup-place.ts'
import { type KeysWorld, openKeysWorld } from '../keys/open-world.ts'
import type { ClusterFlags, OutputFlags } from '../run-flags.ts'

export interface BackupOrder {
  /** Asked once the cluster has been read: a passphrase is typed for nothing else. */
  readonly how: () => Promise<InstallationSeal>
  readonly out: string
  readonly name: string | undefined
  readonly dryRun: boolean
  readonly record: boolean
  readonly flags: OutputFlags & ClusterFlags
}

/** The `--json` document of `backup`; its keys are stable. */
export interface BackupResult extends Omit<Summary, 'format'> {
  /** Absolute paths; [] with --dry-run. */
  readonly files: readonly string[]
  /** Of the sealed file; null with --dry-run. */
  readonly bytes: number | null
  readonly sealed: SealedBy | null
  /** Whether it was opened again from what is written, with a key that is not in it. */
  readonly reopened: boolean
  /** Secrets with age keys that remember it. */
  readonly recorded: readonly string[]
}

const defaultName = ({ context, taken }: Summary): string => {
  const plain = context.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[-.]+/, '')
  return `${plain.slice(0, 80) || 'cluster'}-${taken.slice(0, 16).replaceAll(/[-:]/g, '').replace('T', '-')}`
}

const pathsOf = (folder: string, base: string) => ({
  sealed: join(folder, `${base}.installation.age`),
  manifest: join(folder, `${base}.installation.json`),
})

async function assertFree(paths: readonly string[]): Promise<void> {
  for (const path of paths)
    if (await localFiles.exists(path))
      throw refusal(
        'backup-exists',
        `${path} is there already, and a backup is never overwritten`,
        'name another folder by --out, or another name by --name',
      )
}

/** Both or none. */
async function write({ sealed, manifest }: ReturnType<typeof pathsOf>, bytes: Uint8Array, text: string): Promise<void> {
  const written: string[] = []
  try {
    await localFiles.createBytes(sealed, bytes)
    written.push(sealed)
    if ((await localFiles.sha256(sealed)) !== createHash('sha256').update(bytes).digest('hex'))
      throw new OpsError({
        code: 'backup-differs',
        message: `${sealed} does not read back as it was written`,
        hints: ['look at the disk: dmesg', 'write it to another one: --out DIR'],
      })
    await localFiles.createText(manifest, text)
  } catch (error) {
    for (const path of written) await localFiles.remove(path).catch(() => undefined)
    throw error
  }
}

const keySets = (secrets: readonly ClusterKeys[]) =>
  secrets.flatMap(({ id, entries }) =>
    entries.map(({ name: entry, identities }) => {
      const { namespace = '', name } = parseId(id)
      return { source: { kind: 'secret' as const, namespace, name, entry }, identities }
    }),
  )

async function remember(world: KeysWorld, keys: readonly ClusterKeys[], at: string, invocation: Invocation): Promise<readonly string[]> {
  if (world.cluster === undefined) return []
  const context = buildContext(world.cluster, { runDir: '', operator: operatorName(invocation.env) })
  const { ids, problems } = await recordBackup(context, keys, at)
  for (const problem of problems) world.say('⚠', `the cluster does not remember this backup: ${problem}`)
  return ids
}

async function keysOf({ cluster }: KeysWorld, { survey }: Taken): Promise<ClusterKeys[]> {
  if (cluster === undefined) return []
  return readClusterKeys(cluster.world.kube, { objects: ofKind(survey.objects, 'Kustomization'), deployments: survey.deployments })
}

export async function makeInstallationBackup(invocation: Invocation, order: BackupOrder): Promise<BackupResult> {
  assertName(order.name)
  const world = await openKeysWorld(invocation, order.flags, true)
  const { ctx, cluster } = world
  if (cluster === undefined) throw new Error('a backup is made of a cluster')
  try {
    const read = { kube: cluster.world.kube, clock: ctx.clock, progress: ctx.progress }
    const taken = await takeInstallation(read, { namespace: order.flags.namespace, tool: invocation.version })
    const { format: _format, ...summary } = summaryOf(taken.content)
    const nothing = { ...summary, files: [], bytes: null, sealed: null, reopened: false, recorded: [] }
    if (order.dryRun) return nothing
    const folder = resolve(order.out)
    await tellRepository(world, folder)
    const paths = pathsOf(folder, order.name ?? defaultName({ format: _format, ...summary }))
    await assertFree(Object.values(paths))
    const keys = await keysOf(world, taken)
    for (const problem of keys.flatMap(({ problems }) => problems)) world.say('⚠', problem)
    world.quiet()
    const how = await order.how()
    const { bytes, sealed, reopened } = await sealInstallation(
      ctx,
      taken.content,
      how,
      bundleKeys({ cluster: undefined, taken: undefined, sets: keySets(keys) }),
    )
    await localFiles.makeDir(folder)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const file = { name: paths.sealed.slice(folder.length + 1), bytes: bytes.length, sha256 }
    await write(paths, bytes, `${JSON.stringify({ format: _format, ...summary, sealed, file }, null, 2)}\n`)
    const recorded = order.record && reopened ? await remember(world, keys, summary.taken, invocation) : []
    return { ...summary, files: [paths.sealed, paths.manifest], bytes: bytes.length, sealed, reopened, recorded }
  } finally {
    world.close()
  }
}
