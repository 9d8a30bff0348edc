// The backup of the new key, and of every other key that the Secrets hold: the old one opens what git remembers. Made as `age backup` makes one.
import type { ClusterKeys } from '../../../src/actions/keys/cluster-keys.ts'
import { recordBackup } from '../../../src/actions/keys/record.ts'
import { type SealHow, sealBackup } from '../../../src/actions/keys/seal-backup.ts'
import { manifestOf, writeBackup } from '../../../src/actions/keys/write-backup.ts'
import { parseId } from '../../../src/actions/resources.ts'
import type { Facts, WriteStep } from '../../../src/engine/model.ts'
import { OpsError, usageError } from '../../../src/errors.ts'
import type { Context, ReadContext } from '../../../src/ports/context.ts'
import { Secret } from '../../../src/ports/secret.ts'
import type { KeyBundle, KeySet } from '../../../src/sops/keys/bundle.ts'
import { assertFile, type Manifest, readManifest } from '../../../src/sops/keys/manifest.ts'
import { keysAtHand } from '../cluster/key-secrets.ts'
import { nextOf, type RotateView } from '../plan-facts.ts'
import type { RotatePlan } from '../plan-schema.ts'

const baseOf = ({ plan, runId }: RotateView): string => {
  const plain = plan.context.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[-.]+/, '')
  return `${plain.slice(0, 60) || 'keys'}-${runId}`
}

export const manifestPath = (view: RotateView): string => `${view.plan.out}/${baseOf(view)}.manifest.json`

export const setsOf = (secrets: readonly ClusterKeys[]): KeySet[] =>
  secrets.flatMap(({ id, entries }) =>
    entries.map(({ name: entry, identities }): KeySet => {
      const { namespace = '', name } = parseId(id)
      return { source: { kind: 'secret', namespace, name, entry }, identities }
    }),
  )

/** What a person seals with, from what the plan says. Throws OpsError `passphrase-empty`, and those of a file that cannot be read. */
export async function sealHowOf(ctx: Pick<ReadContext, 'files'>, { seal }: Pick<RotatePlan, 'seal'>): Promise<SealHow> {
  if (seal.how === 'shares') return seal
  if (seal.how === 'recipients') return { how: 'recipients', to: seal.to, recipientsFiles: [], identities: seal.identities }
  const [line = '', ...more] = (await ctx.files.readText(seal.file)).replace(/\r?\n$/, '').split(/\r?\n/)
  if (line === '' || more.length > 0)
    throw usageError('passphrase-empty', `${seal.file} does not hold a passphrase`, 'write it into its only line')
  return { how: 'passphrase', passphrase: new Secret(line) }
}

const notWhole = (path: string, why: string): OpsError =>
  new OpsError({
    code: 'backup-missing',
    message: `the backup of this run is not whole: ${path}: ${why}`,
    hints: ['put it back where it was written (is the disk there?)', 'then:  flux-ops runs resume'],
  })

/** The manifest of the backup of this run, every file of which is as it was written. Throws OpsError `backup-missing`. */
export async function wholeBackup(ctx: ReadContext, view: RotateView): Promise<Manifest> {
  const path = manifestPath(view)
  try {
    const manifest = readManifest(await ctx.files.readText(path), path)
    for (const { name } of manifest.files) assertFile(manifest, name, await ctx.files.readBytes(`${view.plan.out}/${name}`))
    return manifest
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    throw notWhole(path, error.message)
  }
}

const hasKey = (manifest: Manifest, recipient: string | undefined): boolean =>
  recipient !== undefined && manifest.keys.some((key) => key.recipient === recipient)

/** Names of everything that the backup may have, without its folder. */
function partsOf(view: RotateView): string[] {
  const { seal } = view.plan
  const base = baseOf(view)
  const manifest = `${base}.manifest.json`
  if (seal.how !== 'shares') return [`${base}.age`, `${base}.html`, manifest]
  const shares = Array.from({ length: seal.count }, (_, index) => `${base}-share-${index + 1}`)
  return [...shares.flatMap((name) => [`${name}.txt`, `${name}.html`]), manifest]
}

/** What was written before a kill and is no whole backup: it is this run's own. */
async function clearParts(ctx: Context, view: RotateView): Promise<void> {
  for (const name of partsOf(view)) {
    const path = `${view.plan.out}/${name}`
    if (await ctx.files.exists(path)) await ctx.files.remove(path)
  }
}

const keyGone = (secrets: readonly string[]): OpsError =>
  new OpsError({
    code: 'key-not-kept',
    message: `the new key is not in Secret ${secrets.join(', ')} any more, and was not backed up yet: somebody else writes to it`,
    hints: ['nothing is sealed to it:  flux-ops runs abandon', 'then begin again where nobody else writes'],
  })

async function backUp(ctx: Context, view: RotateView): Promise<Facts> {
  const { plan } = view
  const { secrets, next } = await keysAtHand(ctx, view)
  if (next?.recipient === undefined || next.recipient !== nextOf(view)) throw keyGone(plan.secrets)
  const taken = ctx.clock.now().toISOString()
  const bundle: KeyBundle = { cluster: { name: plan.context, uid: plan.clusterUid }, taken, sets: setsOf(secrets) }
  await clearParts(ctx, view)
  const sealed = await sealBackup(ctx, bundle, await sealHowOf(ctx, plan))
  const base = baseOf(view)
  const manifest = manifestOf(bundle, sealed, null, { base, version: plan.tool })
  const files = await writeBackup(ctx, { folder: plan.out, base, sealed, manifest, sheet: plan.sheet }, ctx.signal)
  // As `age backup`: a backup that nobody has opened is not on record.
  const { problems } = sealed.reopened ? await recordBackup(ctx, secrets, taken) : { problems: [] }
  return { files, reopened: sealed.reopened, problems: [...problems] }
}

const WAY = { recipients: 'sealed to recipients', passphrase: 'sealed to the passphrase', shares: 'split into shares' }

export const backUpStep: WriteStep<RotatePlan> = {
  kind: 'write',
  id: 'back-up',
  title: 'back up the new key, and the old one with it',
  why: 'a key that nobody has elsewhere must not be the only one that opens anything',
  preview: (view) => [`write ${view.plan.out}/${baseOf(view)}…, ${WAY[view.plan.seal.how]}`],
  isDone: async (ctx, view) => {
    if (!(await ctx.files.exists(manifestPath(view)))) return false
    // A kill in the middle of it leaves an empty manifest: then it is made once more.
    const whole = await wholeBackup(ctx, view).catch((error: unknown) => {
      if (!(error instanceof OpsError)) throw error
      return undefined
    })
    return whole !== undefined && hasKey(whole, nextOf(view))
  },
  factsWhenDone: async (ctx, view) => {
    const { files } = await wholeBackup(ctx, view)
    // Whether it was opened again is not written anywhere: it is not said.
    return { files: [...files.map(({ name }) => `${view.plan.out}/${name}`), manifestPath(view)], reopened: false, problems: [] }
  },
  run: backUp,
}
