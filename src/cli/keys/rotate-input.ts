// The runbook input that the flags of `age rotate` make. Recipients stand in the plan; a passphrase stays in its file.
import { resolve } from 'node:path'
import { localFiles } from '../../adapters/files.ts'
import { usageError } from '../../errors.ts'
import { parseRecipientsFile, readRecipients } from '../../sops/keys/recipients.ts'
import { parseShares } from './parse-shares.ts'
import type { RotateFlagValues } from './rotate-flags.ts'

const DAY = /^\d{4}-\d{2}-\d{2}$/
const MOMENT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?(\.\d+)?(Z|[+-]\d{2}:\d{2}))?$/

/** Date takes the 31st of a month that has 30 for the first of the next one. */
function isDay(day: string): boolean {
  const at = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day)
}

/** `2026-12-24` is its first moment here; a time with its offset is what it says. */
export function parseUntil(value: string, now: Date): string {
  const at = new Date(DAY.test(value) ? `${value}T00:00:00` : value)
  if (!MOMENT.test(value) || Number.isNaN(at.getTime()) || !isDay(value.slice(0, 10)))
    throw usageError(
      'flag-invalid',
      `--keep-old-until "${value}" is no date`,
      'such as --keep-old-until 2026-12-24, or 2026-12-24T18:00:00+01:00',
    )
  if (at.getTime() <= now.getTime()) throw usageError('flag-invalid', `--keep-old-until ${value} is over already`, 'name a day to come')
  return at.toISOString()
}

const HINTS = ['--to age1… for a key that is kept elsewhere', '--passphrase-file FILE', '--shares 3/5']

async function recipientsOf({ to = [], 'recipients-file': files = [] }: RotateFlagValues): Promise<string[]> {
  const read = await Promise.all(files.map(async (path) => parseRecipientsFile(await localFiles.readText(path), path)))
  // Read before a run has begun: its journal holds what it was given, and that may be a private key by mistake.
  return [...(await readRecipients(to)), ...read.flat()].map(({ text }) => text)
}

async function sealOf(flags: RotateFlagValues): Promise<unknown> {
  const toKeys = (flags.to?.length ?? 0) + (flags['recipients-file']?.length ?? 0) > 0
  const { 'passphrase-file': passphrase, shares, identity = [] } = flags
  const ways = [toKeys && '--to', passphrase !== undefined && '--passphrase-file', shares !== undefined && '--shares'].filter(
    (way) => way !== false,
  )
  if (ways.length > 1)
    throw usageError(
      'seal-several',
      `${ways.join(' and ')} cannot be used together`,
      'the backup is sealed one way; age backup makes more of them',
    )
  if (ways.length === 0) throw usageError('seal-missing', 'nothing says what the backup of the new key is sealed to', ...HINTS)
  if (shares !== undefined) return parseShares(shares)
  if (passphrase === '-')
    throw usageError(
      'passphrase-stdin',
      'a run that may be resumed cannot ask standard input again',
      '--passphrase-file FILE of a file that stays until the run is done',
    )
  if (passphrase !== undefined) return { how: 'passphrase', file: resolve(passphrase) }
  return { how: 'recipients', to: await recipientsOf(flags), identities: identity.map((path) => resolve(path)) }
}

/** Throws OpsError (usage) `seal-missing`, `seal-several`, `shares-invalid`, `passphrase-stdin`, `flag-invalid`, and those of recipients. */
export async function rotateInput(
  flags: RotateFlagValues,
  { version, now }: { readonly version: string; readonly now: Date },
): Promise<unknown> {
  const { key, 'post-quantum': postQuantum, 'keep-old-until': until } = flags
  return {
    repo: resolve(flags.repo),
    ...(key !== undefined && { old: key }),
    ...(postQuantum !== undefined && { postQuantum }),
    compromised: flags.compromised,
    ...(until !== undefined && { keepOldUntil: parseUntil(until, now) }),
    seal: await sealOf(flags),
    out: resolve(flags.out),
    sheet: flags.sheet,
    tool: version,
    timeoutSeconds: flags.timeout,
  }
}
