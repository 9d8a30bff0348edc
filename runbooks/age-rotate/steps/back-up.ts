// The backup of the new key, and of every other key that the Secrets hold: the old one opens what git remembers. Made as `age backup` makes one.
import type { ClusterKeys } from '../../../src/actions/keys/cluster-keys.ts'
import { recordBackup } from '../../../src/actions/keys/record.ts'
import { backupBase, backupFiles, isBackedUp, makeRunBackup, type RunBackup } from '../../../src/actions/keys/run-backup.ts'
import type { SealHow } from '../../../src/actions/keys/seal-backup.ts'
import { parseId } from '../../../src/actions/resources.ts'
import type { Facts, WriteStep } from '../../../src/engine/model.ts'
import { OpsError, usageError } from '../../../src/errors.ts'
import type { Context, ReadContext } from '../../../src/ports/context.ts'
import { Secret } from '../../../src/ports/secret.ts'
import type { KeyBundle, KeySet } from '../../../src/sops/keys/bundle.ts'
import { keysAtHand } from '../cluster/key-secrets.ts'
import { nextOf, type RotateView } from '../plan-facts.ts'
import type { RotatePlan } from '../plan-schema.ts'

export const backupOf = ({ plan, runId }: RotateView): RunBackup => ({
  runId,
  context: plan.context,
  out: plan.out,
  shares: plan.seal.how === 'shares' ? plan.seal.count : undefined,
  sheet: plan.sheet,
})

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
  const { files, reopened } = await makeRunBackup(ctx, backupOf(view), { bundle, how: await sealHowOf(ctx, plan), tool: plan.tool })
  // As `age backup`: a backup that nobody has opened is not on record.
  const { problems } = reopened ? await recordBackup(ctx, secrets, taken) : { problems: [] }
  return { files, reopened, problems: [...problems] }
}

const WAY = { recipients: 'sealed to recipients', passphrase: 'sealed to the passphrase', shares: 'split into shares' }

export const backUpStep: WriteStep<RotatePlan> = {
  kind: 'write',
  id: 'back-up',
  title: 'back up the new key, and the old one with it',
  why: 'a key that nobody has elsewhere must not be the only one that opens anything',
  preview: (view) => [`write ${view.plan.out}/${backupBase(backupOf(view))}…, ${WAY[view.plan.seal.how]}`],
  isDone: (ctx, view) => isBackedUp(ctx, backupOf(view), nextOf(view)),
  // Whether it was opened again is not written anywhere: it is not said.
  factsWhenDone: async (ctx, view) => ({ files: await backupFiles(ctx, backupOf(view)), reopened: false, problems: [] }),
  run: backUp,
}
