// What a new text of a sealed file has to stand before anybody may write it. One that does not is a bug of ours: `reseal-unproven`.
import { timingSafeEqual } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { OpsError } from '../../errors.ts'
import type { Keyring } from '../../sops/sealed/keyring.ts'
import type { Block, SealedFile } from '../../sops/sealed/model.ts'
import { type OpenedFile, type OpenedUnit, openSealed } from '../../sops/sealed/open.ts'
import { readSealed } from '../../sops/sealed/read.ts'
import type { Addition } from '../../sops/sealed/rewrite.ts'
import { changedBeside } from '../../sops/sealed/same.ts'
import { isSealedTo } from '../../sops/sealed/sealed-to.ts'

export interface Before {
  readonly file: SealedFile
  readonly opened: OpenedFile
}

export const notProven = (path: string, what: string): OpsError =>
  new OpsError({
    code: 'reseal-unproven',
    message: `${path} would not be safe to write: ${what}`,
    hints: ['nothing was written; this is a bug of flux-ops'],
    exit: 'bug',
  })

const unread = (path: string, error: unknown, how: string): OpsError =>
  notProven(path, `${how} (${error instanceof OpsError ? error.code : 'unreadable'})`)

function reread(path: string, text: string): SealedFile {
  let file: SealedFile | undefined
  try {
    file = readSealed(path, text)
  } catch (error) {
    throw unread(path, error, 'it cannot be read any more')
  }
  if (file === undefined) throw notProven(path, 'it is no sealed file any more')
  return file
}

const sameKey = (one: Uint8Array, other: Uint8Array): boolean => one.length === other.length && timingSafeEqual(one, other)

/** What the documents of a unit became. */
function blocksAfter({ file }: Before, unit: OpenedUnit, after: SealedFile): Block[] {
  const was = new Set(unit.blocks)
  return after.documents.flatMap(({ block }, at) => {
    const before = file.documents[at]?.block
    return block !== undefined && before !== undefined && was.has(before) ? [block] : []
  })
}

/** Whether the entries of `recipient` in these groups open to what the groups wrap, and whether every group has one. */
async function opensTo(unit: OpenedUnit, { metadata }: Block, recipient: string, next: Keyring): Promise<'all' | 'named' | 'not'> {
  let all = true
  for (const [group, { age }] of metadata.groups.entries()) {
    const named = age.filter((entry) => entry.recipient === recipient)
    const part = unit.dataKey.parts[group]
    if (named.length === 0) all = false
    if (named.length === 0 || part === undefined) continue
    const opened = await Promise.all(named.map((entry) => next.unwrap(entry)))
    if (!opened.some((one) => one !== undefined && sameKey(one.key, part.key))) return 'not'
  }
  return all ? 'all' : 'named'
}

/**
 * That `text` is the file as it was with entries of `recipient` put in, which `next` opens to the very data key (of groups: to their shares). The entries
 * of before stand in it as they were, so whoever opened the file still does; and with the same data key the same sealed values are the same clear ones.
 */
export async function assertAdded(before: Before, text: string, { recipient, beside }: Addition, next: Keyring): Promise<void> {
  const { path } = before.file
  const after = reread(path, text)
  const changed = changedBeside(recipient, before.file, after)
  if (changed !== undefined) throw notProven(path, changed)
  // A share of a group is nothing alone: there the next key opens the file only together with others.
  const alone = before.opened.units.every(({ blocks }) => blocks[0]?.metadata.groups.length === 1)
  // Documents that were put into one file later may be for others.
  const meant = before.opened.units.filter(({ blocks }) =>
    blocks[0]?.metadata.groups.some(({ age }) => age.some((entry) => entry.recipient === beside)),
  )
  for (const unit of meant) {
    const [first, ...more] = blocksAfter(before, unit, after)
    if (first === undefined || more.some(({ metadata }) => !isDeepStrictEqual(metadata.groups, first.metadata.groups)))
      throw notProven(path, 'its documents are not sealed to the same keys any more')
    const opens = await opensTo(unit, first, recipient, next)
    if (opens === 'not' || (alone && opens !== 'all')) throw notProven(path, 'it does not open with the next key alone')
  }
}

/** That `text` is the file without the entries of `recipient`, and else as it was: whoever opened it by another one still does. */
export function assertTakenOut(file: SealedFile, text: string, recipient: string): void {
  const after = reread(file.path, text)
  const changed = changedBeside(recipient, after, file)
  if (changed !== undefined) throw notProven(file.path, changed)
  if (isSealedTo(after, recipient)) throw notProven(file.path, 'the key that is taken out is still in it')
}

async function assertShut(path: string, reopened: OpenedFile, old: Keyring): Promise<void> {
  for (const { blocks } of reopened.units) {
    for (const entry of blocks[0]?.metadata.groups.flatMap(({ age }) => age) ?? []) {
      if (old.recipients.includes(entry.recipient) || (await old.unwrap(entry)) !== undefined)
        throw notProven(path, 'the key that is taken out still opens it')
    }
  }
}

/** That `text` opens with `next` to the same clear values under data keys that are new, with a MAC that says of them what it said; and that no entry opens with `old`. */
export async function assertRotated({ file: { path }, opened }: Before, text: string, next: Keyring, old: Keyring): Promise<void> {
  const after = await openSealed(reread(path, text), next).catch((error: unknown) => {
    throw unread(path, error, 'it does not open with the next key alone')
  })
  if (after.digest !== opened.digest) throw notProven(path, 'its clear values are not the same')
  if (after.mac !== opened.mac) throw notProven(path, 'its MAC does not hold as before')
  if (after.units.some((unit) => opened.units.some(({ dataKey }) => sameKey(dataKey.key, unit.dataKey.key))))
    throw notProven(path, 'its data key is the one that it had')
  await assertShut(path, after, old)
}
