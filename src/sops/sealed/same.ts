// Two texts of a sealed file, compared by all that opening looks at: keys, values and comments as they are sealed, and the metadata. Where it is the same
// and the data key is, so is whatever is in the file and what its MAC says, and nothing has to be decrypted to know it.
import { isDeepStrictEqual } from 'node:util'
import type { Block, KeyGroup, Node, SealedDocument, SealedFile } from './model.ts'

function sameNode(a: Node, b: Node): boolean {
  if (a.kind === 'scalar') return b.kind === 'scalar' && a.type === b.type && a.text === b.text
  if (a.kind === 'list')
    return b.kind === 'list' && a.items.length === b.items.length && a.items.every((item, at) => sameMember(item, b.items[at]))
  if (b.kind !== 'map' || a.entries.length !== b.entries.length) return false
  return a.entries.every(({ key, value }, at) => key === b.entries[at]?.key && sameMember(value, b.entries[at]?.value))
}

const sameMember = (a: Node, b: Node | undefined): boolean => b !== undefined && sameNode(a, b)

const sameValues = (a: SealedDocument, b: SealedDocument): boolean =>
  sameNode(a.root, b.root) && a.comments.length === b.comments.length && a.comments.every(({ text }, at) => text === b.comments[at]?.text)

/** One entry more of `recipient`, where there was none. */
function sameGroup(before: KeyGroup, after: KeyGroup | undefined, recipient: string): boolean {
  if (after === undefined) return false
  const names = (entry: { recipient: string }): boolean => entry.recipient === recipient
  const added = before.age.some(names) ? -1 : after.age.findIndex(names)
  const others = after.age.filter((_, at) => at !== added)
  return isDeepStrictEqual({ ...before }, { ...after, age: others })
}

function sameBlock(before: Block | undefined, after: Block | undefined, recipient: string): boolean {
  if (before === undefined || after === undefined) return before === after
  const [{ groups, ...rest }, { groups: groupsAfter, ...restAfter }] = [before.metadata, after.metadata]
  return (
    isDeepStrictEqual(rest, restAfter) &&
    groups.length === groupsAfter.length &&
    groups.every((group, at) => sameGroup(group, groupsAfter[at], recipient))
  )
}

/** What is not the same in `after`, for a message; undefined where it differs in nothing but an entry of `recipient` in groups that had none. */
export function changedBeside(recipient: string, before: SealedFile, after: SealedFile): string | undefined {
  const pairs = before.documents.map((document, at) => [document, after.documents[at]] as const)
  if (before.format !== after.format || before.documents.length !== after.documents.length) return 'its documents are not the same'
  if (!pairs.every(([one, other]) => other !== undefined && sameValues(one, other))) return 'its sealed values are not the same'
  if (!pairs.every(([one, other]) => sameBlock(one.block, other?.block, recipient))) return 'more of its metadata changed than was meant to'
  return undefined
}
