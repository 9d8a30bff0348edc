// `.sops.yaml` read as sops reads it, with the line of each rule. What sops cannot load at all is an error; what makes it refuse only those
// files that come to one rule is a fault of that rule; what it passes over is a note.
import { RE2JS } from 're2js'
import type { Node } from 'yaml'
import { OpsError } from '../../errors.ts'
import type { Selection } from '../sealed/model.ts'
import { ConfigSource } from './config-source.ts'
import { type Fields, fieldsOf, flagOf, itemsOf, numberOf, stringOf } from './fields.ts'
import { Faults, groupsOf } from './key-groups.ts'
import type { CreationRule, Indents, RuleFile } from './model.ts'

const SELECTIONS = [
  ['unencrypted_suffix', 'unencryptedSuffix'],
  ['encrypted_suffix', 'encryptedSuffix'],
  ['unencrypted_regex', 'unencryptedRegex'],
  ['encrypted_regex', 'encryptedRegex'],
  ['unencrypted_comment_regex', 'unencryptedCommentRegex'],
  ['encrypted_comment_regex', 'encryptedCommentRegex'],
] as const

const KEYS = ['kms', 'age', 'pgp', 'gcp_kms', 'hckms', 'azure_keyvault', 'hc_vault_transit_uri', 'key_groups']
const RULE = ['path_regex', 'aws_profile', ...KEYS, 'shamir_threshold', ...SELECTIONS.map(([field]) => field), 'mac_only_encrypted']
const TEXTS = ['s3_bucket', 's3_prefix', 'gcs_bucket', 'gcs_prefix', 'vault_path', 'vault_address', 'vault_kv_mount_name']
const DESTINATION = ['path_regex', ...TEXTS, 'vault_kv_version', 'recreation_rule', 'omit_extensions']
const STORES = [
  ['yaml', 'yaml'],
  ['json', 'json'],
  ['json_binary', 'jsonBinary'],
] as const

export const MALFORMED = { code: 'rules-malformed', hints: ['the format: https://getsops.io/docs/'] }

type Matcher = CreationRule['matches']

function matcherOf(regex: string, at: unknown, faults: Faults): Matcher {
  if (regex === '') return () => true
  try {
    const compiled = RE2JS.compile(regex)
    return (relative) => compiled.matcher(relative).find()
  } catch {
    faults.add(at, 'path_regex is not a regular expression of Go')
    return undefined
  }
}

function selectionOf(source: ConfigSource, fields: Fields, faults: Faults): Selection {
  const given = SELECTIONS.flatMap(([field, name]) => {
    const text = stringOf(source, fields.get(field), field)
    return text === '' ? [] : [{ field, name, text }]
  })
  const [first, second] = given
  if (first !== undefined && second !== undefined)
    faults.add(fields.get(second.field), `${first.field} and ${second.field} cannot stand in one rule`)
  return Object.fromEntries(given.map(({ name, text }) => [name, text]))
}

function ruleOf(source: ConfigSource, node: Node, index: number): CreationRule {
  const faults = new Faults(source)
  const fields: Fields = fieldsOf(source, node, 'a creation rule', RULE) ?? new Map()
  const pathRegex = stringOf(source, fields.get('path_regex'), 'path_regex')
  const matches = matcherOf(pathRegex, fields.get('path_regex'), faults)
  stringOf(source, fields.get('aws_profile'), 'aws_profile')
  const shamirThreshold = numberOf(source, fields.get('shamir_threshold'), 'shamir_threshold') ?? 0
  const selection = selectionOf(source, fields, faults)
  return {
    index,
    line: source.lineOf(node),
    pathRegex: pathRegex === '' ? undefined : pathRegex,
    matches,
    groups: groupsOf(source, fields, shamirThreshold, node, faults),
    shamirThreshold,
    selection,
    macOnlyEncrypted: flagOf(source, fields.get('mac_only_encrypted'), 'mac_only_encrypted'),
    ...(faults.first === undefined ? {} : { fault: faults.first }),
  }
}

/** Of no use to Flux, and still read: a wrong type there stops sops as well. */
function checkDestinations(source: ConfigSource, node: Node | undefined): void {
  for (const item of itemsOf(source, node, 'destination_rules') ?? []) {
    const fields: Fields = fieldsOf(source, item, 'a destination rule', DESTINATION) ?? new Map()
    for (const field of ['path_regex', ...TEXTS]) stringOf(source, fields.get(field), field)
    numberOf(source, fields.get('vault_kv_version'), 'vault_kv_version')
    flagOf(source, fields.get('omit_extensions'), 'omit_extensions')
    const rule = fields.get('recreation_rule')
    if (rule !== undefined) ruleOf(source, rule, 0)
  }
}

function indentsOf(source: ConfigSource, node: Node | undefined): Indents {
  const stores = fieldsOf(source, node, 'stores', ['dotenv', 'ini', 'json_binary', 'json', 'yaml'])
  return Object.fromEntries(
    STORES.flatMap(([field, name]) => {
      const fields = fieldsOf(source, stores?.get(field), `stores.${field}`, ['indent'])
      const indent = numberOf(source, fields?.get('indent'), 'indent')
      return indent === undefined ? [] : [[name, indent]]
    }),
  )
}

/**
 * The rules of a `.sops.yaml`. `path` is relative to the repository's root.
 * Throws OpsError `rules-malformed` with file:line for what sops cannot load: no YAML, a merge conflict, a wrong type, a key given twice.
 */
export function parseRules(path: string, text: string): RuleFile {
  const source = new ConfigSource(path, text, MALFORMED)
  const fields = fieldsOf(source, source.follow(source.root), 'the file', ['creation_rules', 'destination_rules', 'stores'])
  const rules = itemsOf(source, fields?.get('creation_rules'), 'creation_rules')?.map((node, index) => ruleOf(source, node, index))
  checkDestinations(source, fields?.get('destination_rules'))
  return { path, rules, indents: indentsOf(source, fields?.get('stores')), notes: source.notes }
}

/** Throws OpsError `rules-broken` with file:line for the first rule that sops would refuse to seal by. */
export function assertUsable(file: RuleFile): void {
  const fault = file.rules?.find((rule) => rule.fault !== undefined)?.fault
  if (fault === undefined) return
  const where = `${file.path}:${fault.line}`
  throw new OpsError({ code: 'rules-broken', message: `${where}: ${fault.why}`, hints: [`look at ${where}`], exit: 'usage' })
}
