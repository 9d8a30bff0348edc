// `recover bundle`: look once, redact, pack, seal, write. What is sealed lies nowhere in the clear, not even for a moment, and nothing is overwritten.
import { resolve } from 'node:path'
import { packArchive, sizeOf } from '../../adapters/archive.ts'
import { MAX_FILE_BYTES } from '../../adapters/file-bytes.ts'
import { localFiles } from '../../adapters/files.ts'
import { LEFT_OUT } from '../../diagnosis/bundle/layout.ts'
import type { Unseen } from '../../diagnosis/snapshot.ts'
import { OpsError, usageError } from '../../errors.ts'
import { readAgeFile } from '../../sops/keys/age-file.ts'
import type { Recipient } from '../../sops/keys/recipients.ts'
import { ageSealCommand, planSeal, sealBytesNatively } from '../../sops/keys/seal.ts'
import type { Invocation } from '../invocation.ts'
import { type KeysWorld, openKeysWorld } from '../keys/open-world.ts'
import type { ClusterFlags, OutputFlags } from '../run-flags.ts'
import { bundleFiles } from './bundle-files.ts'
import { bundleRecipients } from './bundle-recipients.ts'
import { takeBundle } from './take-bundle.ts'

export interface BundleOrder {
  /** undefined: named after context and time, in the current folder. */
  readonly out: string | undefined
  readonly recipients: readonly string[]
  /** Whose `.flux-ops.yaml` names recipients. */
  readonly repo: string
  /** Of each log. */
  readonly lines: number
  readonly dryRun: boolean
  readonly flags: OutputFlags & ClusterFlags
}

/** The `--json` document of `recover bundle`; its keys are stable. */
export interface BundleResult {
  /** Absolute path; null with --dry-run. */
  readonly file: string | null
  /** Of the file as it is, or would be, written. */
  readonly bytes: number
  /** Recipients it is sealed to; null where it lies in the clear. */
  readonly sealedTo: readonly string[] | null
  readonly takenAt: string
  readonly objects: number
  readonly causes: number
  /** Whether what is left gives the same causes as the cluster. */
  readonly same: boolean
  readonly files: readonly { readonly name: string; readonly bytes: number }[]
  readonly leftOut: readonly string[]
  readonly unseen: readonly Unseen[]
}

/** Whatever a context is called. */
export const bundleName = (context: string, takenAt: string, sealed: boolean): string => {
  const plain = context.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[-.]+/, '')
  const at = takenAt.slice(0, 16).replaceAll(/[-:]/g, '').replace('T', '-')
  return `flux-ops-bundle-${plain.slice(0, 80) || 'cluster'}-${at}.tar.gz${sealed ? '.age' : ''}`
}

async function sealed({ ctx }: KeysWorld, bytes: Uint8Array, recipients: readonly Recipient[]): Promise<Uint8Array> {
  const plan = planSeal(recipients, [])
  if (plan.route === 'native') return await sealBytesNatively(bytes, plan)
  const { stdout } = await ctx.exec.run(ageSealCommand(bytes, plan))
  return (await readAgeFile(stdout, 'the new bundle')).bytes
}

/** What could not be read again is not written. */
function assertReadable(bytes: Uint8Array): void {
  if (bytes.length <= MAX_FILE_BYTES) return
  throw new OpsError({
    code: 'bundle-too-large',
    message: `the bundle would have ${bytes.length} bytes, over the limit of ${MAX_FILE_BYTES}`,
    hints: ['fewer lines of each log: --lines 20'],
  })
}

async function assertFree(path: string): Promise<void> {
  if (await localFiles.exists(path))
    throw usageError('file-exists', `${path} is there already, and nothing is overwritten`, 'name another: --out FILE')
}

export async function makeBundle(invocation: Invocation, order: BundleOrder): Promise<BundleResult> {
  const world = await openKeysWorld(invocation, order.flags, true)
  const { ctx, cluster } = world
  if (cluster === undefined) throw new Error('a bundle is made of a cluster')
  try {
    if (order.out !== undefined && !order.dryRun) await assertFree(resolve(order.out))
    const recipients = await bundleRecipients(world, order.recipients, order.repo)
    if (recipients.length > 0) planSeal(recipients, [])
    const { content, same } = await takeBundle(cluster.world, {
      namespace: order.flags.namespace,
      lines: order.lines,
      clean: world.redactor.clean,
      signal: invocation.signal,
      progress: ctx.progress,
      version: invocation.version,
      platform: `${process.platform} ${process.arch}, Node ${process.versions.node}`,
    })
    const { takenAt } = content.snapshot
    const files = bundleFiles(content)
    const packed = await packArchive(files, new Date(takenAt))
    const bytes = recipients.length === 0 ? packed : await sealed(world, packed, recipients)
    assertReadable(bytes)
    const path = resolve(order.out ?? bundleName(cluster.target.context, takenAt, recipients.length > 0))
    world.quiet()
    if (!order.dryRun) await localFiles.createBytes(path, bytes)
    return {
      file: order.dryRun ? null : path,
      bytes: bytes.length,
      sealedTo: recipients.length === 0 ? null : recipients.map(({ text }) => text),
      takenAt,
      objects: content.diagnosis.objects,
      causes: content.diagnosis.causes.length,
      same,
      files: files.map((file) => ({ name: file.name, bytes: sizeOf(file) })),
      leftOut: LEFT_OUT,
      unseen: content.unseen,
    }
  } finally {
    world.close()
  }
}
