// Rules and files, each a question that sops and we have to answer alike; the names become recipients by `peopled`.

export interface Case {
  readonly name: string
  readonly rules: string | Readonly<Record<string, string>>
  /** Path, or folder that sops is typed in and path, with `: ` between. */
  readonly files: readonly string[]
}

const BROAD_FIRST = `creation_rules:
  - path_regex: .*\\.yaml$
    age: {alice}
  - path_regex: ^prod/.*\\.yaml$
    age: {bob}
`
export const CASES: readonly Case[] = [
  { name: 'one rule for everything', rules: 'creation_rules:\n  - age: {alice}\n', files: ['a.yaml', 'deep/er/b.env', 'c'] },
  { name: 'two rules in the wrong order', rules: BROAD_FIRST, files: ['prod/a.yaml', 'stage/a.yaml', 'prod/a.json'] },
  { name: 'a rule that fits nothing', rules: 'creation_rules:\n  - path_regex: ^$\n    age: {alice}\n', files: ['a.yaml'] },
  {
    name: 'expressions that only Go reads so',
    rules:
      'creation_rules:\n  - path_regex: (?i)^SECRETS/[[:alpha:]]+\\.ya?ml\\z\n    age: {alice}\n  - path_regex: \\Qa+b\\E\n    age: {bob}\n',
    files: ['secrets/Web.YML', 'secrets/web1.yaml', 'x/a+b.yaml', 'x/aab.yaml'],
  },
  {
    name: 'an expression that Go does not read, behind one that fits',
    rules: 'creation_rules:\n  - path_regex: ^a\n    age: {alice}\n  - path_regex: (?!b)\n    age: {bob}\n  - age: {carol}\n',
    files: ['a.yaml', 'b.yaml'],
  },
  {
    name: 'a folder with rules of its own',
    rules: {
      '.sops.yaml': 'creation_rules:\n  - path_regex: ^sub/.*\n    age: {alice}\n  - age: {bob}\n',
      'sub/.sops.yaml': 'creation_rules:\n  - path_regex: ^x\n    age: {carol}\n',
    },
    files: ['sub/x.yaml', 'sub/y.yaml', 'sub: sub/deep/x.yaml', ': sub/x.yaml', ': other.yaml', 'other/z.yaml'],
  },
  {
    name: 'a folder whose rules are empty hides those above',
    rules: {
      '.sops.yaml': 'creation_rules:\n  - age: {bob}\n',
      'sub/.sops.yaml': 'stores: {}\n',
      'none/.sops.yaml': 'creation_rules: []\n',
    },
    files: ['sub/x.yaml', 'none/x.yaml', 'x.yaml'],
  },
  { name: 'no rules', rules: '# nothing\n', files: ['a.yaml'] },
  {
    name: 'rules of another kind',
    rules: 'destination_rules:\n  - s3_bucket: b\n    recreation_rule: {age: "{alice}"}\n',
    files: ['a.yaml'],
  },
  { name: 'a rule without keys', rules: 'creation_rules:\n  - path_regex: a\n  - age: ""\n', files: ['a.yaml', 'b.yaml'] },
  { name: 'a folded text', rules: 'creation_rules:\n  - age: >-\n      {alice},\n      {bob}, ,\n', files: ['a.yaml'] },
  { name: 'a plain text over lines', rules: 'creation_rules:\n  - age: {alice},\n      {bob}\n', files: ['a.yaml'] },
  { name: 'a literal text', rules: 'creation_rules:\n  - age: |\n      {alice},\n      {bob}\n', files: ['a.yaml'] },
  { name: 'a list', rules: 'creation_rules:\n  - age: [{alice}, "{bob}, {carol}"]\n', files: ['a.yaml'] },
  { name: 'a list with nothing in between', rules: 'creation_rules:\n  - age: [{alice}, ""]\n', files: ['a.yaml'] },
  { name: 'a list with null in it', rules: 'creation_rules:\n  - age: [{alice}, ~]\n', files: ['a.yaml'] },
  {
    name: 'a comment inside a folded text',
    rules: 'creation_rules:\n  - age: >-\n      {alice},\n      # bob\n      {bob}\n',
    files: ['a.yaml'],
  },
  { name: 'one given twice', rules: 'creation_rules:\n  - age: {alice},{alice}\n', files: ['a.yaml'] },
  {
    name: 'a group with one given twice',
    rules: 'creation_rules:\n  - key_groups: [{age: ["{alice},{bob}", "{alice}", ~]}]\n',
    files: ['a.yaml'],
  },
  { name: 'a group with an empty text', rules: 'creation_rules:\n  - key_groups: [{age: ["", "{bob}"]}]\n', files: ['a.yaml'] },
  { name: 'a group with a comma too many', rules: 'creation_rules:\n  - key_groups: [{age: ["{alice},"]}]\n', files: ['a.yaml'] },
  {
    name: 'groups with a merge',
    rules:
      'creation_rules:\n  - key_groups:\n      - age: [{alice}]\n        merge:\n          - age: [{bob}, {alice}]\n          - merge: [{age: [{carol}]}]\n',
    files: ['a.yaml'],
  },
  {
    name: 'two groups, no threshold',
    rules: 'creation_rules:\n  - key_groups: [{age: ["{alice}"]}, {age: ["{bob}", "{carol}"]}]\n',
    files: ['a.yaml'],
  },
  {
    name: 'three groups, two needed',
    rules: 'creation_rules:\n  - shamir_threshold: 2\n    key_groups: [{age: ["{alice}"]}, {age: ["{bob}"]}, {age: ["{carol}"]}]\n',
    files: ['a.yaml'],
  },
  {
    name: 'one of two groups needed',
    rules: 'creation_rules:\n  - shamir_threshold: 1\n    key_groups: [{age: ["{alice}"]}, {age: ["{bob}"]}]\n',
    files: ['a.yaml'],
  },
  {
    name: 'more groups needed than there are',
    rules: 'creation_rules:\n  - shamir_threshold: 3\n    key_groups: [{age: ["{alice}"]}, {age: ["{bob}"]}]\n',
    files: ['a.yaml'],
  },
  { name: 'an empty group', rules: 'creation_rules:\n  - key_groups: [{age: ["{alice}"]}, {age: []}]\n', files: ['a.yaml'] },
  { name: 'groups beside keys', rules: 'creation_rules:\n  - age: {carol}\n    key_groups: [{age: ["{alice}"]}]\n', files: ['a.yaml'] },
  { name: 'no group beside keys', rules: 'creation_rules:\n  - age: {carol}\n    key_groups: []\n', files: ['a.yaml'] },
  { name: 'null rules are passed over', rules: 'creation_rules:\n  -\n  - age: {alice}\n', files: ['a.yaml'] },
  {
    name: 'anchors, aliases and <<',
    rules:
      'keys:\n  - &alice {alice}\n  - &bob {bob}\nd: &d {age: *bob, encrypted_regex: ^data$}\ncreation_rules:\n  - path_regex: ^a\n    key_groups:\n      - age: [*alice, *bob]\n  - path_regex: ^b\n    <<: *d\n  - <<: [{encrypted_regex: ^x$}, *d]\n    age: *alice\n',
    files: ['a.yaml', 'b.yaml', 'c.yaml'],
  },
  {
    name: 'settings',
    rules:
      'creation_rules:\n  - path_regex: ^a\n    age: {alice}\n    encrypted_regex: ^(data|stringData)$\n    mac_only_encrypted: on\n  - path_regex: ^b\n    age: {alice}\n    unencrypted_suffix: _plain\n  - age: {alice}\n    encrypted_regex: x\n    encrypted_suffix: y\n',
    files: ['a.yaml', 'b.yaml', 'c.yaml'],
  },
  { name: 'an unknown key', rules: 'creation_rules:\n  - path_regexp: ^a\n    age: {alice}\n', files: ['b.yaml'] },
  { name: 'a key given twice', rules: 'creation_rules:\n  - age: {alice}\n    age: {bob}\n', files: ['a.yaml'] },
  { name: 'a number as an expression', rules: 'creation_rules:\n  - path_regex: 12\n    age: {alice}\n', files: ['a12.yaml', 'a.yaml'] },
  { name: 'a threshold in quotes', rules: 'creation_rules:\n  - shamir_threshold: "2"\n    age: {alice}\n', files: ['a.yaml'] },
  { name: 'a text where a list is wanted', rules: 'creation_rules:\n  - key_groups:\n      - age: {alice}\n', files: ['a.yaml'] },
  {
    name: 'what is no recipient',
    rules: 'creation_rules:\n  - path_regex: ^a\n    age: age1nobody\n  - age: {alice}\n',
    files: ['a.yaml', 'b.yaml'],
  },
  { name: 'an SSH key', rules: 'creation_rules:\n  - age: "{ssh},{alice}"\n', files: ['a.yaml'] },
  { name: 'two documents', rules: 'creation_rules:\n  - age: {alice}\n---\ncreation_rules: [: broken\n', files: ['a.yaml'] },
  { name: 'a merge conflict', rules: '<<<<<<< HEAD\ncreation_rules: []\n=======\n>>>>>>> other\n', files: ['a.yaml'] },
  { name: 'lines that end as in Windows', rules: 'creation_rules:\r\n  - age: >-\r\n      {alice},\r\n      {bob}\r\n', files: ['a.yaml'] },
  { name: 'another name for the file', rules: { '.sops.yml': 'creation_rules:\n  - age: {alice}\n' }, files: ['a.yaml'] },
]
