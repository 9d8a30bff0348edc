// `age backup`: collect, prove, seal, open again, write, read back. Nothing is overwritten, and the manifest comes last: without it a backup is not whole.
import { resolve } from 'node:path'
import { type Proof, proveKeys } from '../../actions/keys/prove.ts'
import { recordBackup } from '../../actions/keys/record.ts'
import { type SealHow, sealBackup } from '../../actions/keys/seal-backup.ts'
import { surveySealed } from '../../actions/keys/sealed-survey.ts'
import { manifestOf, writeBackup } from '../../actions/keys/write-backup.ts'
import { buildContext, operatorName } from '../../adapters/context.ts'
import { localFiles } from '../../adapters/files.ts'
import { messageOf, OpsError, usageError } from '../../errors.ts'
import { bundleKeys, type KeyBundle } from '../../sops/keys/bundle.ts'
import { type Manifest, manifestKeys } from '../../sops/keys/manifest.ts'
import type { Invocation } from '../invocation.ts'
import type { ClusterFlags, OutputFlags } from '../run-flags.ts'
import { assertName, tellRepository } from './backup-place.ts'
import { type Collected, collectKeys } from './collect.ts'
import { type Named, namesFor } from './named.ts'
import { type KeysWorld, openKeysWorld } from './open-world.ts'

export interface BackupOrder {
  readonly repo: string
  readonly secrets: readonly string[]
  readonly keyFiles: readonly string[]
  readonly withCluster: boolean
  /** Asked once the keys are known to be worth it: a passphrase is typed for nothing else. */
  readonly how: () => Promise<SealHow>
  readonly out: string
  readonly name: string | undefined
  /** A page to print beside each part. */
  readonly sheet: boolean
  readonly unproven: boolean
  readonly dryRun: boolean
  readonly record: boolean
  readonly flags: OutputFlags & ClusterFlags
}

export interface BackupResult {
  /** Absolute paths; [] with --dry-run. */
  readonly files: readonly string[]
  readonly keys: Manifest['keys']
  readonly proof: Proof | null
  readonly sealed: Manifest['sealed'] | null
  /** Whether it was opened again from what was written. */
  readonly reopened: boolean
  /** Secrets that remember it. */
  readonly recorded: readonly string[]
}

/** Throws OpsError `backup-unproven` when a key has opened nothing, or failed to. */
function assertProven(proof: Proof, unproven: boolean): void {
  if (unproven) return
  const failed = proof.keys.find((key) => key.failed !== undefined)
  if (failed !== undefined)
    throw new OpsError({
      code: 'backup-unproven',
      message: `${failed.recipient} does not open what is sealed to it: ${failed.failed}`,
      hints: ['see what sops says of the file:  sops decrypt FILE', 'mend it, or back the keys up all the same: --unproven'],
      exit: 'checks',
    })
  if (proof.keys.some((key) => key.opened !== undefined)) return
  throw new OpsError({
    code: 'backup-unproven',
    message:
      proof.files === 0
        ? 'the repository has no sealed file, so that nothing proves these keys'
        : 'no sealed file of the repository opens with any of these keys',
    hints: ['name the repository that Flux applies: --repo DIR', '--unproven backs them up all the same'],
    exit: 'checks',
  })
}

async function prove(world: KeysWorld, bundle: KeyBundle, order: BackupOrder): Promise<Proof | null> {
  const identities = bundle.sets.flatMap((set) => set.identities)
  try {
    world.ctx.progress({ waitingFor: 'the files of the repository' })
    const proof = await proveKeys(world.ctx, identities, await surveySealed(world.ctx, resolve(order.repo)))
    assertProven(proof, order.unproven)
    return proof
  } catch (error) {
    if (!(error instanceof OpsError) || !order.unproven || error.code === 'backup-unproven') throw error
    world.say('⚠', `not proven against a repository: ${messageOf(error)}`)
    return null
  }
}

const defaultName = ({ cluster, taken = '' }: KeyBundle): string => {
  const plain = (cluster?.name ?? '').replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[-.]+/, '')
  return `${plain.slice(0, 80) || 'keys'}-${taken.slice(0, 10)}`
}

async function remember(world: KeysWorld, { secrets, bundle }: Collected, invocation: Invocation): Promise<readonly string[]> {
  if (world.cluster === undefined) return []
  const context = buildContext(world.cluster, { runDir: '', operator: operatorName(invocation.env) })
  const { ids, problems } = await recordBackup(context, secrets, bundle.taken ?? '')
  for (const problem of problems) world.say('⚠', `the cluster does not remember this backup: ${problem}`)
  return ids
}

/** PGP keys are kept by gpg; whoever backs up the age keys of a Secret may think that he has them all. */
function tellOthers(world: KeysWorld, secrets: Collected['secrets']): void {
  for (const { id, pgp } of secrets)
    for (const name of pgp)
      world.say('⚠', `Secret ${id}, entry ${name}: a PGP key, which is not in this backup: gpg --export-secret-keys keeps it`)
}

export async function makeBackup(
  invocation: Invocation,
  order: BackupOrder,
): Promise<{ readonly result: BackupResult; readonly named: Named }> {
  if (!order.withCluster && order.keyFiles.length === 0)
    throw usageError('keys-missing', 'with --no-cluster there is nothing to back up but key files, and none is named', '--key-file FILE')
  assertName(order.name)
  const world = await openKeysWorld(invocation, order.flags, order.withCluster)
  try {
    const collected = await collectKeys(world, order)
    const { bundle } = collected
    tellOthers(world, collected.secrets)
    const keys = manifestKeys(bundleKeys(bundle))
    const proof = await prove(world, bundle, order)
    const named = await namesFor(world, order.repo)
    if (order.dryRun) return { result: { files: [], keys, proof, sealed: null, reopened: false, recorded: [] }, named }
    await tellRepository(world, resolve(order.out))
    const base = order.name ?? defaultName(bundle)
    world.quiet()
    const sealed = await sealBackup(world.ctx, bundle, await order.how())
    const manifest = manifestOf(bundle, sealed, proof, { base, version: invocation.version })
    const paths = await writeBackup(
      { files: localFiles },
      { folder: resolve(order.out), base, sealed, manifest, sheet: order.sheet },
      invocation.signal,
    )
    const recorded = order.record && sealed.reopened && proof !== null ? await remember(world, collected, invocation) : []
    return { result: { files: paths, keys, proof, sealed: sealed.sealed, reopened: sealed.reopened, recorded }, named }
  } finally {
    world.close()
  }
}
