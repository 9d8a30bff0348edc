// New texts for sealed files, each proven in memory before anybody may write it: it opens with the keys it has to, with no other, and holds the same
// clear values as before. Nothing is written here.
import { createHash } from 'node:crypto'
import { OpsError } from '../../errors.ts'
import type { ReadContext } from '../../ports/context.ts'
import { Secret } from '../../ports/secret.ts'
import type { Identity } from '../../sops/keys/identities.ts'
import { keyringOf } from '../../sops/sealed/keyring.ts'
import type { SealedFile } from '../../sops/sealed/model.ts'
import { openSealed } from '../../sops/sealed/open.ts'
import { type Addition, needsSops, withNewDataKey, withoutRecipient, withRecipient } from '../../sops/sealed/rewrite.ts'
import { sideBySide } from '../side-by-side.ts'
import { assertAdded, assertRotated, assertTakenOut, notProven } from './reseal-proof.ts'
import { type FileProblem, problemOf } from './sealed-survey.ts'
import type { SealedChange } from './swap-files.ts'

export interface Resealed {
  readonly changes: readonly SealedChange[]
  /** Files that are as they should be already. */
  readonly unchanged: readonly string[]
  readonly problems: readonly FileProblem[]
}

type Context = Pick<ReadContext, 'exec' | 'clock'>

/** Files under way at once: the platform computes with their keys beside us. */
const AT_ONCE = 4

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

async function each(
  files: readonly SealedFile[],
  make: (file: SealedFile) => Promise<string>,
  progress: (done: number) => void,
): Promise<Resealed> {
  let done = 0
  const made = await sideBySide(files, AT_ONCE, async (file) => {
    const one = await make(file).then(
      (text) => ({ path: file.path, was: sha256(file.text), text, same: text === file.text }),
      (error: unknown) => {
        if (error instanceof OpsError && error.exit === 'bug') throw error
        return problemOf(file.path, error)
      },
    )
    done += 1
    progress(done)
    return one
  })
  const texts = made.filter((one) => 'text' in one)
  return {
    changes: texts.filter(({ same }) => !same).map(({ path, was, text }) => ({ path, was, text })),
    unchanged: texts.filter(({ same }) => same).map(({ path }) => path),
    problems: made.filter((one) => 'code' in one),
  }
}

export interface Keys {
  /** Identities that open the files now. */
  readonly now: readonly Identity[]
  readonly next: Identity
}

/** Texts in which the next key stands beside the one it will replace; the data keys stay. Throws `reseal-unproven` (a bug of ours) before anything is written. */
export async function withNextKey(
  files: readonly SealedFile[],
  keys: Keys,
  addition: Addition,
  progress: (done: number) => void = () => undefined,
): Promise<Resealed> {
  const [now, next] = [await keyringOf(keys.now), await keyringOf([keys.next])]
  return await each(
    files,
    async (file) => {
      const opened = await openSealed(file, now)
      const text = await withRecipient(file, opened, addition)
      if (text === file.text) return text
      await assertAdded({ file, opened }, text, addition, next)
      return text
    },
    progress,
  )
}

/** Texts without the next key again: what it was put into is as before. Throws `reseal-unproven` (a bug of ours) before anything is written. */
export async function withoutNextKey(
  files: readonly SealedFile[],
  keys: { readonly now: readonly Identity[]; readonly next: string },
): Promise<Resealed> {
  const now = await keyringOf(keys.now)
  return await each(
    files,
    async (file) => {
      // It opens without the next key before anything is taken out.
      await openSealed(file, now)
      const text = withoutRecipient(file, keys.next)
      assertTakenOut(file, text, keys.next)
      return text
    },
    () => undefined,
  )
}

/** What sops makes of a copy: only it can wrap a data key for what is not age, or share it among key groups. */
async function bySops(ctx: Context, file: SealedFile, identities: readonly Identity[], old: string): Promise<string> {
  const name = file.path.split('/').at(-1) ?? 'file'
  const { left = {} } = await ctx.exec.run({
    tool: 'sops',
    args: ['rotate', '--in-place', '--input-type', file.format, '--output-type', file.format, '--rm-age', old, `./${name}`],
    effect: 'read',
    scratch: { files: { [name]: file.text }, collect: true },
    env: { SOPS_AGE_KEY: new Secret(identities.map(({ secret }) => secret.reveal()).join('\n')) },
  })
  const text = left[name]
  if (text === undefined) throw notProven(file.path, 'sops left nothing of it')
  return text
}

/** Texts with new data keys, which `old` does not open any more. Where sops has to do it, it works on a copy in a private folder. */
export async function withoutOldKey(
  ctx: Context,
  files: readonly SealedFile[],
  keys: { readonly next: readonly Identity[]; readonly old: Identity & { readonly recipient: string } },
  progress: (done: number) => void = () => undefined,
): Promise<Resealed> {
  const [next, old] = [await keyringOf(keys.next), await keyringOf([keys.old])]
  const now = ctx.clock
    .now()
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
  return await each(
    files,
    async (file) => {
      const opened = await openSealed(file, next)
      const { recipient } = keys.old
      if (!file.documents.some(({ block }) => block?.metadata.groups.some(({ age }) => age.some((entry) => entry.recipient === recipient))))
        return file.text
      if (opened.lostComments.length > 0)
        throw new OpsError({
          code: 'sealed-lost-comment',
          message: `${file.path} has an encrypted comment that does not open: with a new data key nobody could ever read it`,
          hints: [`see when it was last whole:  git log -p -- ${file.path}`, 'put it back as it was, or take it out'],
        })
      const text =
        needsSops(file) === undefined ? await withNewDataKey(file, opened, recipient, now) : await bySops(ctx, file, keys.next, recipient)
      await assertRotated({ file, opened }, text, next, old)
      return text
    },
    progress,
  )
}
