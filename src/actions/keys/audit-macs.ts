// Sealed files opened in memory, for what only shows there: whether the MAC holds, and whether a file holds a private key. Nothing of what is in them
// is kept but the recipients of such keys.
import type { KeysWorld, MacLook } from '../../audit/keys/world.ts'
import { OpsError } from '../../errors.ts'
import type { ReadContext } from '../../ports/context.ts'
import { type Identity, parseIdentities } from '../../sops/keys/identities.ts'
import { keyringOf } from '../../sops/sealed/keyring.ts'
import type { SealedFile } from '../../sops/sealed/model.ts'
import { type OpenedFile, openSealed } from '../../sops/sealed/open.ts'
import { openFiles } from './open-files.ts'

export type Opened = Pick<KeysWorld, 'macOf' | 'keysIn'>

/** Nobody has a key. */
export const NOT_OPENED: Opened = { macOf: () => ({ status: 'skipped' }), keysIn: () => undefined }

const notOpened = (why: string): Opened => ({ macOf: () => ({ status: 'unknown', why }), keysIn: () => undefined })

const KEY = /AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]+/g
const BASE64 = /^[A-Za-z0-9+/\s]+={0,2}\s*$/

async function recipientsIn(text: string): Promise<string[]> {
  const lines = [...text.matchAll(KEY)].map(([key]) => key)
  try {
    return (await parseIdentities(lines.join('\n'), 'a sealed value')).flatMap(({ recipient }) => recipient ?? [])
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    return []
  }
}

/** Values of `data` are base64 once more. */
async function keysOf({ units }: OpenedFile): Promise<string[]> {
  const texts = units.flatMap(({ values }) => values.map(({ clear }) => Buffer.from(clear.bytes).toString('utf8')))
  const all = texts.flatMap((text) => (BASE64.test(text) ? [text, Buffer.from(text, 'base64').toString('utf8')] : [text]))
  return (await Promise.all(all.filter((text) => text.includes('AGE-SECRET-KEY-')).map(recipientsIn))).flat()
}

async function heldKeys(files: readonly SealedFile[], identities: readonly Identity[]): Promise<Map<string, readonly string[]>> {
  const keyring = await keyringOf(identities)
  const held = new Map<string, readonly string[]>()
  for (const file of files) {
    try {
      held.set(file.path, [...new Set(await keysOf(await openSealed(file, keyring)))])
    } catch (error) {
      if (!(error instanceof OpsError)) throw error
    }
  }
  return held
}

/** `why`: what is in the way of having a key, where there is none. */
export async function openForAudit(
  ctx: Pick<ReadContext, 'exec' | 'progress' | 'signal'>,
  files: readonly SealedFile[],
  identities: readonly Identity[],
  why: string | undefined,
): Promise<Opened> {
  if (identities.length === 0) return why === undefined ? NOT_OPENED : notOpened(why)
  const progress = (done: number): void => {
    if (done % 50 === 0) ctx.progress({ waitingFor: 'every sealed file to open', lastSeen: `${done} of ${files.length}` })
  }
  const { opened, problems } = await openFiles(ctx, files, identities, progress)
  const macs = new Map<string, MacLook>(
    opened.map(({ path, mac }) => [
      path,
      mac === 'unknown' ? { status: 'unknown', why: 'only sops can tell, and it could not be asked' } : { status: mac },
    ]),
  )
  // What is sealed to others only is for them to look at.
  for (const { path, code, message } of problems)
    macs.set(path, code === 'sealed-no-key' ? { status: 'skipped' } : { status: 'unknown', why: message })
  const held = await heldKeys(files, identities)
  return {
    macOf: (path) => macs.get(path) ?? { status: 'unknown', why: 'it was not opened' },
    keysIn: (path) => held.get(path),
  }
}
