// A sealed file may hold the old key itself: the Secret of the cluster, kept in git for whoever sets the cluster up anew. It gets the new key as well, or
// a cluster that is made from it would open nothing. The value is set by sops on a copy, from standard input.
import { importedIdentities } from '../../../src/actions/keys/cluster-keys.ts'
import { once } from '../../../src/actions/once.ts'
import { OpsError } from '../../../src/errors.ts'
import type { ReadContext } from '../../../src/ports/context.ts'
import { Secret } from '../../../src/ports/secret.ts'
import { withoutKey } from '../../../src/sops/keys/generate.ts'
import type { Identity } from '../../../src/sops/keys/identities.ts'
import { type Keyring, keyringOf } from '../../../src/sops/sealed/keyring.ts'
import type { SealedFile } from '../../../src/sops/sealed/model.ts'
import { type OpenedFile, type OpenedValue, openSealed } from '../../../src/sops/sealed/open.ts'
import { readSealed } from '../../../src/sops/sealed/read.ts'
import type { RotateInput } from '../input.ts'
import { oldKeyOf } from '../survey.ts'

const KEY = 'AGE-SECRET-KEY-'

/** The text of a key file in a value, as it is or in base64; undefined where there is none. */
function keyText({ clear: { bytes } }: OpenedValue): { readonly text: string; readonly base64: boolean } | undefined {
  const plain = bytes.toString('utf8')
  if (plain.includes(KEY)) return { text: plain, base64: false }
  const decoded = Buffer.from(plain, 'base64').toString('utf8')
  return decoded.includes(KEY) ? { text: decoded, base64: true } : undefined
}

const linesOf = (text: string): string[] => text.split('\n').map((line) => line.trim())

const holding = ({ units }: OpenedFile, key: Identity): OpenedValue[] =>
  units.flatMap(({ values }) => values).filter((value) => linesOf(keyText(value)?.text ?? '').includes(key.secret.reveal()))

/** Whether a value is this key, and nothing else that anybody would miss. */
export const isKeyAlone = (value: OpenedValue, key: Identity): boolean => {
  const text = keyText(value)?.text ?? ''
  return linesOf(text).includes(key.secret.reveal()) && withoutKey(text, key) === undefined
}

const holdsKey = (opened: OpenedFile, key: Identity): boolean => holding(opened, key).length > 0

/** What does not open is told by check files-open; who has waived that knows nothing of what is in it. */
export const openedOr = (file: SealedFile, keyring: Keyring): Promise<OpenedFile | undefined> =>
  openSealed(file, keyring).catch((error: unknown) => {
    if (!(error instanceof OpsError)) throw error
    return undefined
  })

/** Paths of the files that hold the old key itself. */
export const keyFilesOf = (ctx: ReadContext, input: RotateInput): Promise<string[]> =>
  once(ctx, `key files ${input.repo} ${input.old ?? ''}`, async () => {
    const { files, identity, secrets } = await oldKeyOf(ctx, input)
    const keyring = await keyringOf(secrets.flatMap(importedIdentities))
    const found: string[] = []
    for (const file of files) {
      const opened = await openedOr(file, keyring)
      if (opened !== undefined && holdsKey(opened, identity)) found.push(file.path)
    }
    return found
  })

/** More than keys and comments: a line that is put behind the others might be a part of something else. */
const isMixed = (text: string): boolean => linesOf(text).some((line) => !/^(?:#|AGE-|$)/.test(line)) || /^[ \t]+\S/m.test(text)

const byHand = (path: string, why: string): OpsError =>
  new OpsError({
    code: 'key-file-by-hand',
    message: `${path} holds the old key, and ${why}`,
    hints: [
      `put the new key in its place:  sops ${path}`,
      'commit and push that, then:  flux-ops runs resume',
      'or take the file out of git: flux-ops age backup keeps the key',
    ],
  })

const indexOf = (path: readonly string[]): string => path.map((name) => `[${JSON.stringify(name)}]`).join('')

async function setValue(
  ctx: Pick<ReadContext, 'exec'>,
  file: SealedFile,
  value: { readonly path: readonly string[]; readonly text: string },
  identities: readonly Identity[],
): Promise<string> {
  const name = file.path.split('/').at(-1) ?? 'file'
  const { left = {} } = await ctx.exec.run({
    tool: 'sops',
    args: ['set', '--input-type', file.format, '--output-type', file.format, '--value-stdin', `./${name}`, indexOf(value.path)],
    effect: 'read',
    scratch: { files: { [name]: file.text }, collect: true },
    stdin: new Secret(JSON.stringify(value.text)),
    env: { SOPS_AGE_KEY: new Secret(identities.map(({ secret }) => secret.reveal()).join('\n')) },
  })
  return left[name] ?? ''
}

const same = (one: OpenedValue | undefined, other: OpenedValue): boolean =>
  one !== undefined &&
  one.path.join('\0') === other.path.join('\0') &&
  one.clear.type === other.clear.type &&
  one.clear.bytes.equals(other.clear.bytes)

/** The file as it came out: everything but the one value is as it was, and its MAC holds. */
async function assertOnly(
  path: string,
  text: string,
  before: OpenedFile,
  changed: readonly string[],
  keyring: Keyring,
): Promise<SealedFile> {
  const file = readSealed(path, text)
  const after = file && (await openSealed(file, keyring))
  if (file === undefined || after === undefined || after.mac !== 'holds') throw byHand(path, 'sops did not change it as it should')
  const rest = ({ units }: OpenedFile): OpenedValue[] =>
    units.flatMap(({ values }) => values).filter((value) => value.path.join('\0') !== changed.join('\0'))
  const [old, now] = [rest(before), rest(after)]
  if (old.length !== now.length || !old.every((value, index) => same(now[index], value)))
    throw byHand(path, 'sops changed more of it than the key')
  return file
}

/** The text with each key text of it that holds `key` changed. Throws OpsError `key-file-by-hand`. */
export async function withKeyText(
  ctx: Pick<ReadContext, 'exec'>,
  given: SealedFile,
  key: Identity,
  change: (text: string) => string,
  identities: readonly Identity[],
): Promise<string> {
  const keyring = await keyringOf(identities)
  let file = given
  const first = await openSealed(file, keyring)
  if (first.mac !== 'holds') throw byHand(file.path, 'its MAC does not hold')
  for (const value of holding(first, key)) {
    const found = keyText(value)
    if (found === undefined) continue
    const text = change(found.text)
    if (text === found.text) continue
    if (file.documents.length > 1) throw byHand(file.path, 'it has several documents')
    if (isMixed(found.text)) throw byHand(file.path, 'the value with it is no key file alone')
    const spelled = found.base64 ? Buffer.from(text).toString('base64') : text
    const before = await openSealed(file, keyring)
    file = await assertOnly(
      file.path,
      await setValue(ctx, file, { path: value.path, text: spelled }, identities),
      before,
      value.path,
      keyring,
    )
  }
  return file.text
}
