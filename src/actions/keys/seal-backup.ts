// A bundle, sealed one way, and opened again from what came out wherever that can be done here.

import { OpsError } from '../../errors.ts'
import type { ReadContext } from '../../ports/context.ts'
import { Secret } from '../../ports/secret.ts'
import { readAgeFile } from '../../sops/keys/age-file.ts'
import { bundleKeys, bundleText, type KeyBundle, shortRecipient } from '../../sops/keys/bundle.ts'
import type { SealedBy } from '../../sops/keys/manifest.ts'
import { openWithPassphrase } from '../../sops/keys/open.ts'
import { parseRecipientsFile, readRecipients } from '../../sops/keys/recipients.ts'
import { ageSealCommand, planSeal, sealNatively, sealToPassphrase } from '../../sops/keys/seal.ts'
import { verifyShare } from '../../sops/keys/share-text.ts'
import { combineShares, splitIntoShares } from '../../sops/keys/shares.ts'
import { openWithKeyFiles } from './open-age-file.ts'

export type SealHow =
  | {
      readonly how: 'recipients'
      readonly to: readonly string[]
      readonly recipientsFiles: readonly string[]
      readonly identities: readonly string[]
    }
  | { readonly how: 'passphrase'; readonly passphrase: Secret }
  | { readonly how: 'shares'; readonly threshold: number; readonly count: number }

export interface SealedBackup {
  /** What is written: one sealed file, or the shares. */
  readonly parts: readonly { readonly ending: string; readonly text: Secret }[]
  readonly sealed: SealedBy
  /** Whether it was opened again from these very texts, with a key that is not in it. Recipients whose keys are elsewhere cannot be tried here. */
  readonly reopened: boolean
}

type Context = Pick<ReadContext, 'exec' | 'files'>

const notTheSame = (): OpsError =>
  new OpsError({
    code: 'backup-differs',
    message: 'what the backup opens to is not what was put in; nothing was written',
    hints: ['try again; if it stays so, that is a bug of flux-ops'],
    exit: 'bug',
  })

const assertSame = (one: Secret, other: Secret): void => {
  if (one.reveal() !== other.reveal()) throw notTheSame()
}

async function toRecipients(ctx: Context, bundle: KeyBundle, how: SealHow & { how: 'recipients' }): Promise<SealedBackup> {
  const text = bundleText(bundle)
  const files = await Promise.all(how.recipientsFiles.map(async (path) => parseRecipientsFile(await ctx.files.readText(path), path)))
  const plan = planSeal([...(await readRecipients(how.to)), ...files.flat()], bundleKeys(bundle))
  const sealed = plan.route === 'native' ? await sealNatively(text, plan) : (await ctx.exec.run(ageSealCommand(text, plan))).stdout
  const age = await readAgeFile(sealed, 'the new backup')
  const opened = how.identities.length === 0 ? undefined : await openWithKeyFiles(ctx, age, how.identities)
  if (opened !== undefined) assertSame(text, opened.text)
  const reopened = (await opened?.opensWithout(bundle.sets.flatMap(({ identities }) => identities))) === true
  const to = plan.recipients.map(({ text: recipient, kind, name }) => ({ recipient, kind, ...(name !== undefined && { name }) }))
  return { parts: [{ ending: '.age', text: new Secret(sealed) }], sealed: { how: 'recipients', to }, reopened }
}

async function toPassphrase(bundle: KeyBundle, passphrase: Secret): Promise<SealedBackup> {
  const text = bundleText(bundle)
  const sealed = await sealToPassphrase(text, passphrase)
  assertSame(text, await openWithPassphrase(await readAgeFile(sealed, 'the new backup'), passphrase))
  return { parts: [{ ending: '.age', text: new Secret(sealed) }], sealed: { how: 'passphrase' }, reopened: true }
}

async function toShares(bundle: KeyBundle, { threshold, count }: { threshold: number; count: number }): Promise<SealedBackup> {
  const text = bundleText(bundle)
  const keys = bundleKeys(bundle).flatMap(({ recipient }) => (recipient === undefined ? [] : [shortRecipient(recipient)]))
  const labels = { cluster: bundle.cluster?.name, keys }
  const shares = await splitIntoShares(text, { count, threshold, taken: bundle.taken ?? '', labels })
  const read = shares.map((share, index) => verifyShare(share, `share ${index + 1}`))
  assertSame(text, await combineShares(read))
  const parts = shares.map((share, index) => ({ ending: `-share-${index + 1}.txt`, text: share }))
  return { parts, sealed: { how: 'shares', set: read[0]?.set ?? '', count, threshold }, reopened: true }
}

/** Throws the OpsErrors of src/sops/keys: a seal that would not help is refused. */
export async function sealBackup(ctx: Context, bundle: KeyBundle, how: SealHow): Promise<SealedBackup> {
  if (how.how === 'recipients') return toRecipients(ctx, bundle, how)
  return how.how === 'passphrase' ? toPassphrase(bundle, how.passphrase) : toShares(bundle, how)
}
