// A sealed file with other recipients or another data key, as text: nothing but `sops.age`, `sops.mac`, `sops.lastmodified` and the encrypted values
// themselves changes. Whether the result is right is proven by whoever writes it, by opening it again.
import { randomBytes } from 'node:crypto'
import { OpsError } from '../../errors.ts'
import { additionalData, sealValue } from './cipher.ts'
import { wrapFor } from './keyring.ts'
import { applySplices } from './lists.ts'
import type { AgeEntry, Block, SealedFile, Splice } from './model.ts'
import type { OpenedFile, OpenedUnit } from './open.ts'

const DATA_KEY_BYTES = 32

/** Aliases of YAML lead to one place more than once. */
const once = (splices: readonly Splice[]): Splice[] => [
  ...new Map(splices.map((splice) => [`${splice.start}-${splice.end}`, splice])).values(),
]

const insertAt = (block: Block, group: number, behind: string): number => {
  const entries = block.metadata.groups[group]?.age ?? []
  const index = entries.findIndex(({ recipient }) => recipient === behind)
  return index === -1 ? entries.length - 1 : index
}

/** The recipient stands in for another one: it is put into every group that the other is in. */
export interface Addition {
  readonly recipient: string
  readonly beside: string
}

async function additionSplices(unit: OpenedUnit, { recipient, beside }: Addition, path: string): Promise<Splice[]> {
  const splices: Splice[] = []
  const [first] = unit.blocks
  for (const [group, { age }] of (first?.metadata.groups ?? []).entries()) {
    const has = (name: string): boolean => age.some((entry) => entry.recipient === name)
    if (!has(beside) || has(recipient)) continue
    const part = unit.dataKey.parts[group]
    if (part === undefined) throw groupClosed(path, group, beside)
    const entry = await wrapFor(recipient, part.key)
    for (const block of unit.blocks) splices.push(...(block.ages[group]?.insert(insertAt(block, group, beside), entry) ?? []))
  }
  return splices
}

const groupClosed = (path: string, group: number, recipient: string): OpsError =>
  new OpsError({
    code: 'sealed-group-closed',
    message: `${path}: no identity at hand opens key group ${group + 1}, which ${recipient} is in`,
    hints: [`give the identity of ${recipient} with --identity FILE`],
  })

/** The text with `recipient` beside `beside` in every group; unchanged where it is there already. The data key stays. Throws `sealed-group-closed`. */
export async function withRecipient(file: SealedFile, opened: OpenedFile, addition: Addition): Promise<string> {
  const splices: Splice[] = []
  for (const unit of opened.units) splices.push(...(await additionSplices(unit, addition, file.path)))
  return applySplices(file.text, splices)
}

const lastOne = (path: string, recipient: string): OpsError =>
  new OpsError({
    code: 'sealed-last-recipient',
    message: `${path}: ${recipient} is the only key of a group; without it nobody opens the file`,
    hints: ['add the new recipient first'],
  })

function removalSplices(file: SealedFile, block: Block, recipient: string): Splice[] {
  return block.metadata.groups.flatMap(({ age, others }, group) => {
    const index = age.findIndex((entry) => entry.recipient === recipient)
    if (index === -1) return []
    if (age.length + others.length === 1) throw lastOne(file.path, recipient)
    return block.ages[group]?.remove(index) ?? []
  })
}

/** The text without `recipient`; whoever has its identity and an older state of the file still has the data key. Throws `sealed-last-recipient`. */
export function withoutRecipient(file: SealedFile, recipient: string): string {
  return applySplices(
    file.text,
    file.documents.flatMap(({ block }) => (block === undefined ? [] : removalSplices(file, block, recipient))),
  )
}

/** Why a new data key for this file has to be made by sops; undefined when it can be made here. */
export function needsSops(file: SealedFile): string | undefined {
  for (const { block } of file.documents) {
    const [group, ...more] = block?.metadata.groups ?? []
    if (more.length > 0) return 'its data key is shared among key groups'
    if (group !== undefined && group.others.length > 0) return `it is sealed to ${group.others.join(', ')} as well`
  }
  return undefined
}

async function reseal(unit: OpenedUnit, without: string, lastModified: string): Promise<Splice[]> {
  const key = randomBytes(DATA_KEY_BYTES)
  const wrapped = new Map<string, AgeEntry>()
  for (const { recipient } of unit.blocks[0]?.metadata.groups[0]?.age ?? []) {
    if (recipient !== without) wrapped.set(recipient, await wrapFor(recipient, key))
  }
  const splices = unit.values.map(
    ({ place: { start, end, spell }, path, clear }): Splice => ({ start, end, text: spell(sealValue(clear, key, additionalData(path))) }),
  )
  // Sealed once: documents are known to belong together by having the same.
  const mac = unit.macText === undefined ? undefined : sealValue({ type: 'str', bytes: Buffer.from(unit.macText) }, key, lastModified)
  for (const block of unit.blocks) {
    for (const { entry, enc } of block.ages[0]?.items ?? []) {
      const fresh = wrapped.get(entry.recipient)
      if (fresh !== undefined) splices.push({ start: enc.start, end: enc.end, text: enc.spell(fresh.enc) })
    }
    splices.push({ start: block.lastModified.start, end: block.lastModified.end, text: block.lastModified.spell(lastModified) })
    if (block.mac !== undefined && mac !== undefined)
      splices.push({ start: block.mac.start, end: block.mac.end, text: block.mac.spell(mac) })
  }
  return splices
}

/**
 * The text with a new data key in every unit, and without `recipient`. The caller has asked `needsSops`, and `opened` has a MAC that holds: the clear values are the same, so is
 * what the MAC says of them. `now`: RFC 3339 in whole seconds. Throws `sealed-last-recipient`.
 */
export async function withNewDataKey(file: SealedFile, opened: OpenedFile, recipient: string, now: string): Promise<string> {
  const removed = file.documents.flatMap(({ block }) => (block === undefined ? [] : removalSplices(file, block, recipient)))
  const splices: Splice[] = []
  for (const unit of opened.units) splices.push(...(await reseal(unit, recipient, now)))
  return applySplices(file.text, [...once(splices), ...removed])
}
