// The recipients that a rule gives, group by group, as sops puts them together. Where `key_groups` has a group, what stands beside it counts for
// nothing. Source: sops config/config.go getKeyGroupsFromCreationRule, extractMasterKeys.
import type { Node } from 'yaml'
import { isRecipient } from './age-recipient.ts'
import type { ConfigSource } from './config-source.ts'
import { type Fields, fieldsOf, itemsOf, keysOf, stringOf, stringsOf } from './fields.ts'
import type { Fault, RuleGroup } from './model.ts'

/** The first thing that makes sops refuse the rule; the file as a whole stays readable. */
export class Faults {
  first: Fault | undefined
  readonly #source: ConfigSource

  constructor(source: ConfigSource) {
    this.#source = source
  }

  add(at: unknown, why: string): void {
    this.first ??= { line: this.#source.lineOf(at), why }
  }
}

/** Recipients of one text with commas. The text is not repeated in a fault: it may be a private key. */
function recipientsIn(text: string, at: unknown, faults: Faults): string[] {
  if (text === '') return []
  const recipients = text.split(',').map((part) => part.trim())
  if (!recipients.every(isRecipient)) faults.add(at, 'age names what is no recipient of age')
  return recipients.filter(isRecipient)
}

const OTHERS = [
  ['pgp', 'pgp'],
  ['kms', 'kms'],
  ['gcp_kms', 'gcp_kms'],
  ['azure_keyvault', 'azure_kv'],
  ['hc_vault_transit_uri', 'hc_vault'],
] as const

const GROUP_KEYS = ['merge', 'kms', 'gcp_kms', 'hckms', 'azure_keyvault', 'hc_vault', 'age', 'pgp']

const bare = (text: string): string => text.replaceAll(' ', '')

const lastPart = (path: string): string => path.split('/').findLast((part) => part !== '') ?? ''

/** The words by which the metadata of a file names the same key. */
const OTHER_NAMES: Readonly<Record<string, (key: string) => string>> = {
  kms: (arn) => arn.split('+arn:')[0] ?? '',
  azure_kv: (url) => /\/keys\/([^/]+)/.exec(url)?.[1] ?? url,
  hc_vault: lastPart,
}

const otherKey = (kind: string, key: string): string => `${kind} ${(OTHER_NAMES[kind] ?? ((name: string) => name))(bare(key))}`

/** From the keys that stand in the rule itself. */
export function plainGroup(source: ConfigSource, fields: Fields, faults: Faults): RuleGroup {
  const age = keysOf(source, fields.get('age'))
  if ('wrong' in age) faults.add(age.wrong, 'age has to be a text or a list of texts')
  const others = OTHERS.flatMap(([field, name]) => {
    const found = keysOf(source, fields.get(field))
    if ('wrong' in found) faults.add(found.wrong, `${field} has to be a text or a list of texts`)
    return 'keys' in found ? found.keys.flatMap((key) => key.split(',')).map((key) => otherKey(name, key)) : []
  })
  const huawei = stringsOf(source, fields.get('hckms'), 'hckms')
  const recipients = 'keys' in age ? recipientsIn(age.keys.join(','), fields.get('age'), faults) : []
  return { age: recipients, others: [...others, ...huawei.map((key) => `hckms ${key.trim()}`)] }
}

const once = (list: readonly string[]): string[] => [...new Set(list)]

function structs(source: ConfigSource, node: Node | undefined, what: string, known: readonly string[]): Fields[] {
  return (itemsOf(source, node, what) ?? []).flatMap((item) => fieldsOf(source, item, what, known) ?? [])
}

function othersIn(source: ConfigSource, fields: Fields): string[] {
  const text = (struct: Fields, field: string): string => stringOf(source, struct.get(field), field)
  const kms = structs(source, fields.get('kms'), 'kms', ['arn', 'role', 'context', 'aws_profile'])
  const azure = structs(source, fields.get('azure_keyvault'), 'azure_keyvault', ['vaultUrl', 'key', 'version'])
  return [
    ...stringsOf(source, fields.get('pgp'), 'pgp').map((key) => otherKey('pgp', key)),
    ...kms.map((key) => otherKey('kms', text(key, 'arn'))),
    ...structs(source, fields.get('gcp_kms'), 'gcp_kms', ['resource_id']).map((key) => otherKey('gcp_kms', text(key, 'resource_id'))),
    ...structs(source, fields.get('hckms'), 'hckms', ['key_id']).map((key) => otherKey('hckms', text(key, 'key_id'))),
    ...azure.map((key) => otherKey('azure_kv', text(key, 'key'))),
    ...stringsOf(source, fields.get('hc_vault'), 'hc_vault').map((key) => otherKey('hc_vault', key)),
  ]
}

function keyGroup(source: ConfigSource, node: Node, faults: Faults, depth = 0): RuleGroup {
  if (depth > 20) source.fail(node, 'merge goes round in a circle')
  const fields = fieldsOf(source, node, 'a key group', GROUP_KEYS) ?? new Map()
  const merged = (itemsOf(source, fields.get('merge'), 'merge') ?? []).map((each) => keyGroup(source, each, faults, depth + 1))
  const own = stringsOf(source, fields.get('age'), 'age').flatMap((text) => recipientsIn(text, fields.get('age'), faults))
  return {
    age: once([...merged.flatMap((group) => group.age), ...own]),
    others: once([...merged.flatMap((group) => group.others), ...othersIn(source, fields)]),
  }
}

const sizeOf = (group: RuleGroup): number => group.age.length + group.others.length

/** What sops refuses once it comes to sealing: a group of nobody, a number of groups that cannot be had. */
function unusable(groups: readonly RuleGroup[], threshold: number): string | undefined {
  if (groups.length > 1 && threshold !== 0 && threshold < 2)
    return 'shamir_threshold has to be at least 2 where there are several key groups'
  if (groups.length > 1 && threshold > groups.length) return `shamir_threshold is ${threshold}, and there are ${groups.length} key groups`
  if (groups.some((group) => sizeOf(group) === 0)) return groups.length > 1 ? 'a key group has no recipient' : 'it has no recipient'
  return undefined
}

export function groupsOf(source: ConfigSource, fields: Fields, threshold: number, at: Node, faults: Faults): RuleGroup[] {
  const node = fields.get('key_groups')
  const listed = (itemsOf(source, node, 'key_groups') ?? []).map((item) => keyGroup(source, item, faults))
  const beside = ['age', 'hckms', ...OTHERS.map(([field]) => field)].filter((field) => fields.get(field) !== undefined)
  if (listed.length > 0 && beside.length > 0)
    source.note(fields.get(beside[0] ?? ''), `${beside.join(', ')} beside key_groups has no effect`)
  const groups = listed.length > 0 ? listed : [plainGroup(source, fields, faults)]
  const why = unusable(groups, threshold)
  if (why !== undefined) faults.add(node ?? at, why)
  return groups
}
