// The age key: in the cluster before Flux is there, and backed up before anything is sealed to it.
import { recordBackup } from '../../../src/actions/keys/record.ts'
import { backupFiles, isBackedUp, makeRunBackup } from '../../../src/actions/keys/run-backup.ts'
import { parseId, SECRET } from '../../../src/actions/resources.ts'
import type { Facts, WriteStep } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import type { Context, ReadContext } from '../../../src/ports/context.ts'
import type { Secret } from '../../../src/ports/secret.ts'
import type { KeyBundle } from '../../../src/sops/keys/bundle.ts'
import { generateKey, keyFileOf } from '../../../src/sops/keys/generate.ts'
import { backupOfKey, ENTRY, type KeysInCluster, keySecret, keysInCluster, type Sops, sealHow } from '../age.ts'
import { givenKey, keyOrigin } from '../given-key.ts'
import type { BootstrapView } from '../plan-facts.ts'
import type { BootstrapPlan } from '../plan-schema.ts'

const sopsOf = ({ file }: BootstrapPlan): Sops => file.sops as Sops

const idOf = (plan: BootstrapPlan): string => keySecret(plan.file, sopsOf(plan))

/** The first recipient that the cluster has: what files are sealed to. */
export const recipientIn = (keys: KeysInCluster | undefined): string | undefined =>
  keys?.identities.find(({ recipient }) => recipient)?.recipient

const readable = async (ctx: ReadContext, plan: BootstrapPlan): Promise<KeysInCluster | undefined> => {
  const keys = await keysInCluster(ctx, idOf(plan))
  return keys === undefined || keys.identities.length === 0 ? undefined : keys
}

/** By entry of the Secret. */
async function newKey(ctx: ReadContext, plan: BootstrapPlan): Promise<Readonly<Record<string, Secret>>> {
  const given = await givenKey(ctx, plan.file)
  if (given !== undefined) return given.entries
  const at = ctx.clock
    .now()
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
  const kind = sopsOf(plan).key.generate === 'post-quantum' ? 'hybrid' : 'x25519'
  return { [ENTRY]: keyFileOf(await generateKey(kind), at) }
}

async function makeKey(ctx: Context, { plan }: BootstrapView): Promise<Facts> {
  const id = idOf(plan)
  const { namespace = '', name } = parseId(id)
  const entries = Object.entries(await newKey(ctx, plan))
  const data = Object.fromEntries(entries.map(([entry, text]) => [entry, Buffer.from(text.reveal()).toString('base64')]))
  const there = await ctx.kube.get(SECRET, parseId(id), { metadataOnly: true })
  if (there === undefined)
    await ctx.kube.create(SECRET, { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type: 'Opaque', data })
  else
    await ctx.kube.patch(
      SECRET,
      parseId(id),
      'merge',
      { metadata: { resourceVersion: there.metadata.resourceVersion }, data },
      { fieldManager: 'flux-ops', metadataOnly: true },
    )
  const recipient = recipientIn(await readable(ctx, plan))
  if (recipient !== undefined) return { recipient, made: true }
  throw new OpsError({
    code: 'key-not-kept',
    message: `Secret ${id} does not hold the key after it was written: somebody else writes to it`,
    hints: [`kubectl -n ${namespace} get secret ${name} --show-managed-fields -o yaml`, 'then:  flux-ops runs resume'],
  })
}

export const ageKeyStep: WriteStep<BootstrapPlan> = {
  kind: 'write',
  id: 'age-key',
  title: 'give Flux the key that it decrypts with',
  why: 'Flux has to have it before it meets the first sealed file',
  preview: ({ plan }) => {
    const from = keyOrigin(sopsOf(plan))
    return [
      from === undefined
        ? `Secret ${idOf(plan)}, entry ${ENTRY}: a new age key, unless there is one`
        : `Secret ${idOf(plan)}: the key of ${from}`,
    ]
  },
  isDone: async (ctx, { plan }) => (await readable(ctx, plan)) !== undefined,
  factsWhenDone: async (ctx, { plan }) => ({ recipient: recipientIn(await readable(ctx, plan)) ?? '', made: false }),
  run: makeKey,
}

const backupIn = (plan: BootstrapPlan, recipient: string) => {
  const { backup } = sopsOf(plan)
  return backup === undefined ? undefined : backupOfKey(plan.context, recipient, backup)
}

async function backUp(ctx: Context, { plan }: BootstrapView): Promise<Facts> {
  const { backup } = sopsOf(plan)
  const keys = await readable(ctx, plan)
  const recipient = recipientIn(keys)
  const target = backupIn(plan, recipient ?? '')
  if (keys === undefined || recipient === undefined || backup === undefined || target === undefined) return { files: [], reopened: false }
  const taken = ctx.clock.now().toISOString()
  const { namespace = '', name } = parseId(idOf(plan))
  const sets = keys.secret.entries.map(({ name: entry, identities }) => ({
    source: { kind: 'secret' as const, namespace, name, entry },
    identities,
  }))
  const bundle: KeyBundle = { cluster: { name: plan.context, uid: plan.clusterUid }, taken, sets }
  const { files, reopened } = await makeRunBackup(ctx, target, { bundle, how: sealHow(ctx, backup), tool: plan.tool })
  // As `age backup`: a backup that nobody has opened is not on record.
  if (reopened) await recordBackup(ctx, [keys.secret], taken)
  return { files, reopened }
}

const WAY = ({ recipients, shares }: NonNullable<Sops['backup']>): string =>
  recipients === undefined ? (shares === undefined ? 'sealed to the passphrase' : `split into ${shares.of} shares`) : 'sealed to recipients'

export const keyBackupStep: WriteStep<BootstrapPlan> = {
  kind: 'write',
  id: 'back-up',
  title: 'back the key up, and open the backup again',
  why: 'a key that nobody has elsewhere must not be the only one that opens anything',
  preview: ({ plan }) => {
    const { backup } = sopsOf(plan)
    return backup === undefined
      ? ['nothing: the file asks for no backup of a key that you have already']
      : [`write into ${backup.out}, ${WAY(backup)}`]
  },
  isDone: async (ctx, { plan }) => {
    if (sopsOf(plan).backup === undefined) return true
    const recipient = recipientIn(await readable(ctx, plan))
    const target = recipient === undefined ? undefined : backupIn(plan, recipient)
    return target !== undefined && (await isBackedUp(ctx, target, recipient))
  },
  factsWhenDone: async (ctx, { plan }) => {
    const recipient = recipientIn(await readable(ctx, plan))
    const target = recipient === undefined ? undefined : backupIn(plan, recipient)
    return { files: target === undefined ? [] : await backupFiles(ctx, target), reopened: false }
  },
  run: backUp,
}
