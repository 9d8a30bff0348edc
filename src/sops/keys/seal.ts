// Seals the text of a bundle: to recipients, by ourselves or by the age CLI, or to a passphrase. What comes out is armored, so that it can be
// pasted, printed and read by any age. What would not help on the day it is needed is refused before.
import { usageError } from '../../errors.ts'
import type { Command } from '../../ports/exec.ts'
import type { Secret } from '../../ports/secret.ts'
import type { BundleKey } from './bundle.ts'
import { passphraseFlaw } from './passphrase.ts'
import type { Recipient } from './recipients.ts'

/** Recipients that were found fit for a backup, each once, and who seals to them. */
export interface SealPlan {
  /** `native`: `sealNatively`. `age`: the command of `ageSealCommand`, as one of them is of SSH or a plugin. */
  readonly route: 'native' | 'age'
  readonly recipients: readonly Recipient[]
}

/** 2^18 rounds of scrypt: what the age CLI takes. */
const WORK_FACTOR = 18

const nameOf = ({ name, kind }: Recipient, index: number): string =>
  name === undefined ? `recipient ${index + 1} (${kind})` : `"${name}" (${kind})`

/**
 * Which way a backup of `keys` is sealed to `recipients`. Throws OpsError (usage) `recipients-missing`, `recipients-mixed` and
 * `backup-sealed-to-itself`.
 */
export function planSeal(recipients: readonly Recipient[], keys: readonly BundleKey[]): SealPlan {
  const distinct = [...new Map(recipients.map((each) => [each.text, each])).values()]
  if (distinct.length === 0)
    throw usageError(
      'recipients-missing',
      'the backup has no recipient: nobody could open it',
      'name a public key whose private key is kept elsewhere',
    )
  const quantum = distinct.findIndex(({ postQuantum }) => postQuantum === true)
  const classical = distinct.findIndex(({ postQuantum }) => postQuantum === false)
  if (quantum !== -1 && classical !== -1)
    throw usageError(
      'recipients-mixed',
      `${nameOf(distinct[quantum] as Recipient, quantum)} is post-quantum and ${nameOf(distinct[classical] as Recipient, classical)} is not: age refuses a file for both, as a quantum computer could open it by the weaker one`,
      'name recipients of one sort',
      'or make two backups, one for each sort',
    )
  const held = new Set(keys.map(({ recipient }) => recipient))
  if (distinct.every(({ text }) => held.has(text)))
    throw usageError(
      'backup-sealed-to-itself',
      'the backup would be sealed only to keys that are in it: once they are lost, it cannot be opened',
      'name a recipient whose private key is kept elsewhere',
      'or seal it to a passphrase, or split it into shares',
    )
  return { route: distinct.every(({ native }) => native) ? 'native' : 'age', recipients: distinct }
}

/** Armored age file. Only for a plan of route `native`. */
export async function sealNatively(text: Secret, { recipients }: SealPlan): Promise<string> {
  const { armor, Encrypter } = await import('age-encryption')
  const encrypter = new Encrypter()
  for (const recipient of recipients) encrypter.addRecipient(recipient.text)
  return armor.encode(await encrypter.encrypt(text.reveal()))
}

/** The same for what is no text; an age file that is not armored. */
export async function sealBytesNatively(bytes: Uint8Array, { recipients }: SealPlan): Promise<Uint8Array> {
  const { Encrypter } = await import('age-encryption')
  const encrypter = new Encrypter()
  for (const recipient of recipients) encrypter.addRecipient(recipient.text)
  return await encrypter.encrypt(bytes)
}

/**
 * The command that prints the armored age file. Recipients are public and stand in its arguments, the text goes by stdin. They are not given as a
 * file, because of a file age passes over SSH keys that it cannot use.
 */
export const ageSealCommand = (text: Secret | Uint8Array, { recipients }: SealPlan): Command<'read'> => ({
  tool: 'age',
  args: ['--encrypt', '--armor', ...recipients.flatMap((recipient) => ['--recipient', recipient.text])],
  effect: 'read',
  stdin: text,
})

/** Throws OpsError `passphrase-weak` (usage) that says why, and nothing of the passphrase. */
async function passphraseEncrypter(
  passphrase: Secret,
  workFactor: number,
): Promise<InstanceType<typeof import('age-encryption')['Encrypter']>> {
  const flaw = passphraseFlaw(passphrase)
  if (flaw !== undefined)
    throw usageError(
      'passphrase-weak',
      `this passphrase cannot seal a backup: ${flaw}`,
      'five or more words drawn by lot are good: horse-apron-violin-…',
    )
  const { Encrypter } = await import('age-encryption')
  const encrypter = new Encrypter()
  encrypter.setPassphrase(passphrase.reveal())
  encrypter.setScryptWorkFactor(workFactor)
  return encrypter
}

/** Armored age file that a passphrase opens; `workFactor` is the exponent of 2. Throws OpsError `passphrase-weak` (usage). */
export async function sealToPassphrase(text: Secret, passphrase: Secret, workFactor = WORK_FACTOR): Promise<string> {
  const { armor } = await import('age-encryption')
  return armor.encode(await (await passphraseEncrypter(passphrase, workFactor)).encrypt(text.reveal()))
}

/** The same for what is no text; an age file that is not armored. */
export const sealBytesToPassphrase = async (bytes: Uint8Array, passphrase: Secret, workFactor = WORK_FACTOR): Promise<Uint8Array> =>
  await (await passphraseEncrypter(passphrase, workFactor)).encrypt(bytes)
