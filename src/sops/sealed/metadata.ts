// The `sops` block of a document: what it says, and where. Source of the fields: sops stores/stores.go.
import type { AgeEntry, AgeList, Block, KeyGroup, ListNode, MapNode, Node, Place, Scalar, Selection } from './model.ts'

/** Kinds of master keys beside age, with the field that names one. */
const OTHER_KINDS: Readonly<Record<string, string>> = {
  pgp: 'fp',
  kms: 'arn',
  gcp_kms: 'resource_id',
  hckms: 'key_id',
  azure_kv: 'name',
  hc_vault: 'key_name',
}

export const field = (node: Node | undefined, key: string): Node | undefined =>
  node?.kind === 'map' ? node.entries.findLast((entry) => entry.key === key)?.value : undefined

const scalarOf = (node: Node | undefined): Scalar | undefined => (node?.kind === 'scalar' ? node : undefined)

const textOf = (node: Node | undefined): string => scalarOf(node)?.text ?? ''

const itemsOf = (node: Node | undefined): readonly Node[] => (node?.kind === 'list' ? node.items : [])

/** What a reader of a format has to know: how an entry is put into its lists and taken out again. */
export interface ListStyle {
  insert(list: ListNode, index: number, entry: AgeEntry): AgeListSplices
  remove(list: ListNode, index: number): AgeListSplices
}
type AgeListSplices = ReturnType<AgeList['insert']>

const entryOf = (node: Node): { entry: AgeEntry; enc: Place } | undefined => {
  const enc = scalarOf(field(node, 'enc'))
  const recipient = scalarOf(field(node, 'recipient'))
  return enc === undefined || recipient === undefined ? undefined : { entry: { recipient: recipient.text, enc: enc.text }, enc: enc.place }
}

function ageList(node: Node | undefined, style: ListStyle): AgeList | undefined {
  const list: ListNode = node?.kind === 'list' ? node : { kind: 'list', items: [], start: 0, end: 0 }
  const items = list.items.map(entryOf)
  if (!items.every((item) => item !== undefined)) return undefined
  return {
    items,
    insert: (index, entry) => style.insert(list, index, entry),
    remove: (index) => style.remove(list, index),
  }
}

const othersOf = (node: Node): string[] =>
  Object.entries(OTHER_KINDS).flatMap(([kind, name]) => itemsOf(field(node, kind)).map((item) => `${kind} ${textOf(field(item, name))}`))

const SELECTORS: readonly (readonly [keyof Selection, string])[] = [
  ['unencryptedSuffix', 'unencrypted_suffix'],
  ['encryptedSuffix', 'encrypted_suffix'],
  ['unencryptedRegex', 'unencrypted_regex'],
  ['encryptedRegex', 'encrypted_regex'],
  ['unencryptedCommentRegex', 'unencrypted_comment_regex'],
  ['encryptedCommentRegex', 'encrypted_comment_regex'],
]

function selectionOf(sops: MapNode): Selection {
  const said = SELECTORS.flatMap(([name, key]) => {
    const text = textOf(field(sops, key))
    return text === '' ? [] : [[name, text] as const]
  })
  return said.length === 0 ? { unencryptedSuffix: '_unencrypted' } : Object.fromEntries(said)
}

const isTrue = (text: string): boolean => /^(true|1|t)$/i.test(text)

/** Undefined when a part of it is missing or has another shape: `missing` says which. */
export function readBlock(sops: MapNode, style: ListStyle): Block | { readonly missing: string } {
  const lastModified = scalarOf(field(sops, 'lastmodified'))
  if (lastModified === undefined || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(Z|[+-]\d{2}:\d{2})$/.test(lastModified.text))
    return { missing: 'lastmodified is no time' }
  // Without key_groups the keys stand at the top, and sops looks at key_groups only where none stands there.
  const single = itemsOf(field(sops, 'age')).length > 0 || othersOf(sops).length > 0
  const nodes = single ? [sops] : itemsOf(field(sops, 'key_groups'))
  const ages = nodes.map((node) => ageList(field(node, 'age'), style))
  if (nodes.length === 0) return { missing: 'no key is named that opens it' }
  if (!ages.every((list) => list !== undefined)) return { missing: 'an entry of age without recipient or enc' }
  const groups: KeyGroup[] = nodes.map((node, index) => ({
    age: ages[index]?.items.map(({ entry }) => entry) ?? [],
    others: othersOf(node),
  }))
  const mac = scalarOf(field(sops, 'mac'))
  return {
    metadata: {
      groups,
      shamirThreshold: Number(textOf(field(sops, 'shamir_threshold'))) || 0,
      lastModified: lastModified.text,
      mac: mac?.text ?? '',
      macOnlyEncrypted: isTrue(textOf(field(sops, 'mac_only_encrypted'))),
      selection: selectionOf(sops),
      version: textOf(field(sops, 'version')),
    },
    ages,
    mac: mac?.place,
    lastModified: lastModified.place,
  }
}
