import { describe, expect, it } from 'vitest'
import { OpsError } from '../../../../src/errors.ts'
import { isRecipient } from '../../../../src/sops/rules/age-recipient.ts'
import type { CreationRule } from '../../../../src/sops/rules/model.ts'
import { assertUsable, parseRules } from '../../../../src/sops/rules/parse.ts'
import { ALICE, BOB, CAROL, peopled, SSH } from './people.ts'

const rulesOf = (text: string): readonly CreationRule[] => parseRules('.sops.yaml', peopled(text)).rules ?? []
const only = (text: string): CreationRule => {
  const [rule, ...rest] = rulesOf(text)
  if (rule === undefined || rest.length > 0) throw new Error('expected one rule')
  return rule
}
const age = (text: string): readonly (readonly string[])[] => only(text).groups.map((group) => group.age)

describe('the recipients of a rule', () => {
  it.each([
    ['a text', 'creation_rules:\n  - age: {alice}\n', [[ALICE]]],
    ['a text with commas, spaces and a comma too many', 'creation_rules:\n  - age: "{alice} ,{bob}, ,"\n', [[ALICE, BOB]]],
    ['a folded text', 'creation_rules:\n  - age: >-\n      {alice},\n\n      {bob}\n', [[ALICE, BOB]]],
    ['a list', 'creation_rules:\n  - age:\n      - {alice}\n      - "{bob},{carol}"\n', [[ALICE, BOB, CAROL]]],
    ['one given twice stays twice', 'creation_rules:\n  - age: {alice},{alice}\n', [[ALICE, ALICE]]],
    ['a group gives each once', 'creation_rules:\n  - key_groups:\n    - age: [{alice}, "{bob},{alice}"]\n', [[ALICE, BOB]]],
    [
      'groups win over what stands beside them',
      'creation_rules:\n  - age: {carol}\n    key_groups:\n    - age: [{alice}]\n    - age: [{bob}]\n',
      [[ALICE], [BOB]],
    ],
    ['no group at all', 'creation_rules:\n  - age: {carol}\n    key_groups: []\n', [[CAROL]]],
    [
      'a merge comes first',
      'creation_rules:\n  - key_groups:\n    - age: [{alice}]\n      merge:\n      - age: [{bob}]\n      - merge: [{age: [{carol}]}]\n',
      [[BOB, CAROL, ALICE]],
    ],
    ['an SSH key', 'creation_rules:\n  - age: {ssh}\n', [[SSH]]],
    ['an alias', 'x: &a {alice}\ncreation_rules:\n  - age: [*a]\n', [[ALICE]]],
    ['what << brings, and does not take over', 'x: &d {age: "{alice}", pgp: A}\ncreation_rules:\n  - <<: *d\n    age: {bob}\n', [[BOB]]],
    ['of several << the first', 'x: &d {age: "{alice}"}\ny: &e {age: "{bob}"}\ncreation_rules:\n  - <<: [*d, *e]\n', [[ALICE]]],
  ])('%s', (_what, text, expected) => {
    expect(age(text)).toEqual(expected)
  })

  it('are told apart from keys of other kinds, which are named as the metadata of a file does', () => {
    const text = `creation_rules:
  - age: {alice}
    pgp: "AB CD, EF"
    kms: arn:aws:kms:us-east-1:1:key/a+arn:aws:iam::1:role/b
    gcp_kms: [projects/p]
    azure_keyvault: https://v.vault.azure.net/keys/k/1
    hc_vault_transit_uri: https://vault:8200/v1/sops/keys/first/
    hckms: [tr-west-1:abc]
`
    expect(only(text).groups[0]?.others).toEqual([
      'pgp ABCD',
      'pgp EF',
      'kms arn:aws:kms:us-east-1:1:key/a',
      'gcp_kms projects/p',
      'azure_kv k',
      'hc_vault first',
      'hckms tr-west-1:abc',
    ])
  })

  it('of other kinds stand in groups in their own way', () => {
    const text = `creation_rules:
  - key_groups:
    - pgp: [ABCD]
      kms: [{arn: arn:a, role: arn:b, context: {k: v}, aws_profile: p}]
      gcp_kms: [{resource_id: projects/p}]
      azure_keyvault: [{vaultUrl: "https://v", key: k, version: "1"}]
      hc_vault: ["https://vault/v1/sops/keys/first"]
      hckms: [{key_id: "r:u"}]
`
    expect(only(text).groups[0]?.others).toEqual([
      'pgp ABCD',
      'kms arn:a',
      'gcp_kms projects/p',
      'hckms r:u',
      'azure_kv k',
      'hc_vault first',
    ])
  })
})

describe('the other settings of a rule', () => {
  it('are read with the line that the rule begins in', () => {
    const text = `# rules
creation_rules:
  - path_regex: a
    age: {alice}
  - path_regex: b
    encrypted_regex: ^(data|stringData)$
    mac_only_encrypted: yes
    shamir_threshold: 0x2
    key_groups: [{age: ["{alice}"]}, {age: ["{bob}"]}]
`
    expect(rulesOf(text)[1]).toMatchObject({
      index: 1,
      line: 5,
      pathRegex: 'b',
      selection: { encryptedRegex: '^(data|stringData)$' },
      macOnlyEncrypted: true,
      shamirThreshold: 2,
    })
  })

  it('of the stores are the indents', () => {
    const text = 'stores:\n  yaml: {indent: 2}\n  json_binary: {indent: 4}\n  dotenv: {}\n'

    expect(parseRules('.sops.yaml', text)).toMatchObject({ rules: undefined, indents: { yaml: 2, jsonBinary: 4 } })
  })

  it('a number or a word that means true is a text where a text is wanted', () => {
    expect(only('creation_rules:\n  - path_regex: 12\n    encrypted_suffix: yes\n    age: {alice}\n')).toMatchObject({
      pathRegex: '12',
      selection: { encryptedSuffix: 'yes' },
    })
  })

  it.each([
    ['nothing at all', ''],
    ['only comments', '# nothing\n'],
    ['null', 'creation_rules:\n'],
    ['only rules of another kind', 'destination_rules:\n  - s3_bucket: b\n'],
    ['rules in a second document', '---\n---\ncreation_rules: []\n'],
  ])('%s is a file without rules', (_what, text) => {
    expect(parseRules('.sops.yaml', text).rules).toBeUndefined()
  })

  it('an empty list is a file with rules, of which none fits', () => {
    expect(parseRules('.sops.yaml', 'creation_rules: []\n').rules).toEqual([])
  })
})

describe('what sops passes over is told with its line', () => {
  it.each([
    [
      'creation_rules:\n  - path_regexp: a\n    age: {alice}\n',
      [{ line: 2, what: 'path_regexp is no setting of a creation rule: sops passes over it' }],
    ],
    ['creation_rule: []\n', [{ line: 1, what: 'creation_rule is no setting of the file: sops passes over it' }]],
    [
      'creation_rules:\n  - age: {bob}\n    key_groups:\n    - age: [{alice}]\n',
      [{ line: 2, what: 'age beside key_groups has no effect' }],
    ],
    ['creation_rules: []\n---\ncreation_rules: []\n', [{ line: 2, what: 'a second document begins here, and nobody reads it' }]],
    ['keys:\n  - &a {alice}\ncreation_rules:\n  - age: *a\n', []],
  ])('%j', (text, notes) => {
    expect(parseRules('.sops.yaml', peopled(text)).notes).toEqual(notes)
  })
})

describe('what sops cannot load is an error with the line', () => {
  it.each([
    ['creation_rules:\n  - age: "{alice}\n', /:3: is not valid YAML/],
    ['a: 1\n<<<<<<< HEAD\ncreation_rules:\n=======\n>>>>>>> b\n', /:2: a merge conflict is not resolved here/],
    ['creation_rules: {age: x}\n', /:1: creation_rules has to be a list, and is a mapping/],
    ['creation_rules:\n  - age: {alice}\n  - path\n', /:3: a creation rule has to be a mapping, and is a single value/],
    ['creation_rules:\n  - path_regex: [a]\n', /:2: path_regex has to be a text, and is a list/],
    ['creation_rules:\n  - age: {alice}\n    age: {bob}\n', /:3: age is already in line 2/],
    ['creation_rules:\n  - shamir_threshold: "2"\n', /:2: shamir_threshold has to be a whole number/],
    ['creation_rules:\n  - mac_only_encrypted: "true"\n', /:2: mac_only_encrypted has to be true or false/],
    ['creation_rules:\n  - key_groups:\n    - age: {alice}\n', /:3: age has to be a list, and is a single value/],
    ['creation_rules:\n  - <<: x\n', /:2: << needs a mapping/],
    ['creation_rules:\n  - age: *nobody\n', /nobody/],
    ['destination_rules:\n  - recreation_rule: 1\n', /:2: a creation rule has to be a mapping/],
    ['stores:\n  yaml:\n    indent: x\n', /:3: indent has to be a whole number/],
    ['- a\n', /:1: the file has to be a mapping/],
  ])('%j', (text, expected) => {
    const read = () => parseRules('c/.sops.yaml', peopled(text))

    expect(read).toThrow(OpsError)
    expect(read).toThrow(expected)
    expect(read).toThrow(/^c\/\.sops\.yaml:\d+: /)
  })

  it('a bomb of aliases is one', () => {
    const group = (name: string, from: string): string => `${name}: &${name} {merge: [${Array(9).fill(`*${from}`).join(', ')}]}\n`
    const text = `a: &a {age: []}\n${['b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name, at) => group(name, 'abcdefg'[at] ?? '')).join('')}creation_rules: [{key_groups: [*h]}]\n`

    expect(() => parseRules('.sops.yaml', text)).toThrow(/over 100000 values/)
  })
})

describe('what sops refuses only for the files of one rule is a fault of that rule', () => {
  it.each([
    ['path_regex: "a("\n    age: {alice}', 2, /path_regex is not a regular expression of Go/],
    ['path_regex: "(?=a)"\n    age: {alice}', 2, /regular expression/],
    ['age: age1nobody', 2, /no recipient of age/],
    ['age: ["{alice}", ""]', 2, /no recipient of age/],
    ['age: 12', 2, /a text or a list of texts/],
    ['age: [12]', 2, /a text or a list of texts/],
    ['age: {alice}\n    pgp: {a: b}', 3, /pgp has to be/],
    ['age: {alice}\n    encrypted_regex: a\n    unencrypted_suffix: b', 3, /unencrypted_suffix and encrypted_regex cannot stand/],
    ['path_regex: a', 2, /has no recipient/],
    ['key_groups: [{age: ["{alice}"]}, {age: []}]', 2, /a key group has no recipient/],
    ['shamir_threshold: 3\n    key_groups: [{age: ["{alice}"]}, {age: ["{bob}"]}]', 3, /shamir_threshold is 3, and there are 2 key groups/],
    ['shamir_threshold: 1\n    key_groups: [{age: ["{alice}"]}, {age: ["{bob}"]}]', 3, /at least 2/],
  ])('%s', (body, line, why) => {
    const text = `creation_rules:\n  - ${body}\n`
    const fault = only(text).fault

    expect(fault?.why).toMatch(why)
    expect(fault?.line).toBe(line)
    expect(() => assertUsable(parseRules('.sops.yaml', peopled(text)))).toThrow(new RegExp(`^\\.sops\\.yaml:${line}: `))
  })

  it('does not repeat what stands there: it may be a private key', () => {
    const text = 'creation_rules:\n  - age: AGE-SECRET-KEY-1QQQ\n'

    expect(JSON.stringify(parseRules('.sops.yaml', text))).not.toContain('QQQ')
  })

  it('a rule that can be used has none', () => {
    expect(() => assertUsable(parseRules('.sops.yaml', peopled('creation_rules:\n  - age: {alice}\n')))).not.toThrow()
  })
})

describe('a recipient of age', () => {
  it.each([ALICE, SSH, 'age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t'])('%s is one', (text) => {
    expect(isRecipient(text)).toBe(true)
  })

  it('is one after a post-quantum key was made', async () => {
    const { generateHybridIdentity, identityToRecipient } = await import('age-encryption')

    expect(isRecipient(await identityToRecipient(await generateHybridIdentity()))).toBe(true)
  })

  it.each([
    '',
    'age1',
    `${ALICE}x`,
    ALICE.toUpperCase(),
    ALICE.replace('y4', 'y5'),
    'ssh-rsa',
    'ssh-dss AAAAB3NzaC1kc3MAAACBAA',
    ` ${ALICE}`,
    'age1pq1qqqqqqqqqqqqq',
  ])('%j is none', (text) => {
    expect(isRecipient(text)).toBe(false)
  })
})
