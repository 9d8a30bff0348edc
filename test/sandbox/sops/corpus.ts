// Files of every kind that sops knows, with what makes each of them special.
import { parseDocument } from 'yaml'

export interface Specimen {
  readonly title: string
  readonly name: string
  readonly clear: string
  readonly args?: readonly string[]
  /** Settings that only a creation rule can have. */
  readonly rule?: Readonly<Record<string, string | boolean>>
  /** What somebody's editor did to the sealed file, and sops still reads. */
  readonly edited?: (sealed: string) => string
}

const SECRET = `# who owns it
apiVersion: v1
kind: Secret # of the kind
metadata:
  name: web
  labels: {tier: front, "app": web}
stringData:
  # the password
  password: correct horse
  url: "https://user:pass@host/?a=b#c"
`
const REGEX = ['--encrypted-regex', '^(data|stringData)$']

const yaml: Specimen[] = [
  { title: 'a Secret, data alone encrypted', name: 'a.sops.yaml', clear: SECRET, args: REGEX },
  { title: 'a Secret, everything encrypted', name: 'a.yaml', clear: SECRET },
  {
    title: 'a MAC over encrypted values alone',
    name: 'a.yml',
    clear: SECRET,
    rule: { encrypted_regex: '^(data|stringData)$', mac_only_encrypted: true },
  },
  {
    title: 'an unencrypted suffix',
    name: 'a.yaml',
    clear: 'a_clear: 1\nb: {c_clear: x, d: [1, two]}\ne: 3\n',
    args: ['--unencrypted-suffix', '_clear'],
  },
  { title: 'the suffix that is left out by default', name: 'a.yaml', clear: 'a_unencrypted: 1.5\nb: {c_unencrypted: {d: x}}\ne: 3\n' },
  {
    title: 'an encrypted suffix',
    name: 'a.yaml',
    clear: 'a_secret: 1\nb: {c_secret: x, d: [1, two]}\n',
    args: ['--encrypted-suffix', '_secret'],
  },
  { title: 'an unencrypted regex', name: 'a.yaml', clear: SECRET, args: ['--unencrypted-regex', '^(metadata|kind|apiVersion)$'] },
  {
    title: 'a comment that has its value encrypted',
    name: 'a.yaml',
    clear: 'a: 1\n# sops:enc\nb: 2\nc:\n  # sops:enc\n  - x\n  - y\n',
    rule: { encrypted_comment_regex: 'sops:enc' },
  },
  {
    title: 'a comment that leaves its value clear',
    name: 'a.yaml',
    clear: 'a: 1\n# sops:dec\nb: 2\nc: [x]\n',
    rule: { unencrypted_comment_regex: 'sops:dec' },
  },
  {
    title: 'documents',
    name: 'a.yaml',
    clear: `${SECRET}---\napiVersion: v1\nkind: Secret\nstringData: {b: x}\n---\n# end\nkind: ConfigMap\n`,
    args: REGEX,
  },
  { title: 'documents, everything encrypted', name: 'a.yaml', clear: 'a: 1\n---\nb: [2, {c: 3}]\n---\n# only this\n' },
  {
    title: 'clear values of every type',
    name: 'a.yaml',
    clear: `n: 7
neg: -12
hex: 0x1F
octal: 0o17
old: 0777
under: 1_000_000
f: 1.50
exp: 1e3
small: 1.5e-9
large: 6.02214076e23
zero: 0.0
point: .5
inf: .inf
minus: -.Inf
day: 2024-05-06
moment: 2024-05-06T07:08:09Z
yes: yes
"on": on
t: True
nothing: ~
gone:
empty: ""
quoted: "12"
version: 1.2.3
port: "0x1F"
time: 12:30
secret: x
`,
    args: ['--encrypted-regex', '^secret$'],
  },
  {
    title: 'encrypted values of every type',
    name: 'a.yaml',
    clear:
      'n: 7\nhex: 0x1F\nf: 1.50\nlarge: 6.02e23\nb: true\nc: FALSE\nday: 2024-05-06\ns: "7"\nnothing: null\nempty: ""\nlist: [1, 2.5, x, true, null, ""]\n',
  },
  {
    title: 'texts of several lines',
    name: 'a.yaml',
    clear: 'a: |\n  one\n  two\nb: >-\n  folded\n  text\nc: "x\\ty\\n"\nd: |+\n  kept\n\n',
    args: ['--unencrypted-regex', '^(b|d)$'],
  },
  { title: 'texts beyond ASCII', name: 'a.yaml', clear: 'ключ: значение\nemoji: "🔑 \\u00e9"\nnul: "a\\0b"\n' },
  { title: 'keys with colons and spaces', name: 'a.yaml', clear: '"a:b": {"c d": x}\n"a": {"b:c d": y}\n"": z\n' },
  { title: 'anchors and merge keys', name: 'a.yaml', clear: 'base: &b {x: 1, y: two}\nuse:\n  <<: *b\n  z: 3\nlist: [*b]\n' },
  {
    title: 'comments everywhere',
    name: 'a.yaml',
    clear:
      '# head\n\n# second\na: # on the key\n  # in the map\n  b: 1 # on the value\n  # foot of b\nc:\n  # in the list\n  - 1 # one\n  # between\n  - 2\n# foot\n',
  },
  {
    title: 'a value that looks encrypted',
    name: 'a.yaml',
    clear: 'a_unencrypted: ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]\nb: x\n',
  },
  { title: 'a long value', name: 'a.yaml', clear: `a: ${'0123456789 '.repeat(2000)}\n` },
  { title: 'lists in lists', name: 'a.yaml', clear: 'a:\n  - - 1\n    - - 2\n  - b: [x, [y]]\n' },
]

const others: Specimen[] = [
  {
    title: 'JSON',
    name: 'a.json',
    clear:
      '{"a": 1, "b": [1.50, true, null, "x", -7, 1e3], "c": {"d_unencrypted": 12345678901234567, "e": "é<&>\\u2028"}, "f": {}, "g": []}',
  },
  { title: 'JSON of a Secret', name: 'a.json', clear: '{"kind":"Secret","data":{"a":"eA=="},"n":1.0}', args: REGEX },
  { title: 'dotenv', name: 'a.env', clear: '# first\nA=1\nB="x y"\n\nC=multi\\nline\nD=a=b\nE=\n#last\n' },
  { title: 'dotenv, one key in the clear', name: 'a.env', clear: 'A=1\nB_clear=x\n', args: ['--unencrypted-suffix', '_clear'] },
  { title: 'INI', name: 'a.ini', clear: 'top=0\n[one]\n; about a\na = 1\nb = x y\n\n[two]\nc=`q;r`\n# end\nd = \n' },
  { title: 'INI, one key in the clear', name: 'a.ini', clear: '[one]\na_clear = 1\nb = 2\n', args: ['--unencrypted-suffix', '_clear'] },
  { title: 'a file of any kind', name: 'a.bin', clear: 'just: text\nof any kind\n' },
  { title: 'a file without an ending', name: 'secrets', clear: '\u0000\u0001binary' },
]

const rewritten = (sealed: string): string => parseDocument(sealed).toString({ indent: 2, lineWidth: 0 })

const edited: Specimen[] = [
  { title: 'Windows line ends', name: 'a.yaml', clear: SECRET, args: REGEX, edited: (sealed) => sealed.replaceAll('\n', '\r\n') },
  { title: 'Windows line ends in JSON', name: 'a.json', clear: '{"a":{"b":"x"}}', edited: (sealed) => sealed.replaceAll('\n', '\r\n') },
  {
    title: 'quoted by a formatter',
    name: 'a.yaml',
    clear: SECRET,
    args: REGEX,
    edited: (sealed) => sealed.replace(/: (ENC\[.*\])$/gm, ': "$1"'),
  },
  { title: 'quoted once', name: 'a.yaml', clear: SECRET, args: REGEX, edited: (sealed) => sealed.replace(/: (ENC\[.*\])$/gm, ": '$1'") },
  {
    title: 'folded by a formatter',
    name: 'a.yaml',
    clear: SECRET,
    args: REGEX,
    edited: (sealed) => sealed.replace(/^( *)(\w+): (ENC\[.*\])$/gm, '$1$2: >-\n$1  $3'),
  },
  { title: 'written again by another tool, indented by two', name: 'a.yaml', clear: SECRET, args: REGEX, edited: rewritten },
  { title: 'no line end at the end', name: 'a.yaml', clear: SECRET, args: REGEX, edited: (sealed) => sealed.trimEnd() },
  { title: 'a byte order mark', name: 'a.yaml', clear: SECRET, args: REGEX, edited: (sealed) => `\ufeff${sealed}` },
  {
    title: 'empty lists of other keys, as older releases wrote',
    name: 'a.yaml',
    clear: SECRET,
    args: REGEX,
    edited: (sealed) =>
      sealed.replace(/^sops:\n/m, 'sops:\n    kms: []\n    gcp_kms: []\n    azure_kv: []\n    hc_vault: []\n    pgp: []\n'),
  },
  {
    title: 'the recipient first, as older releases wrote',
    name: 'a.yaml',
    clear: SECRET,
    args: REGEX,
    edited: (sealed) => sealed.replace(/- (enc: \|\n(?: {12}.*\n)+) {10}(recipient: .*)\n/g, '- $2\n          $1'),
  },
  { title: 'JSON in a file named .yaml', name: 'a.yaml', clear: '{"a":{"b":"x"},"c":[1,2]}', edited: (sealed) => sealed },
  {
    title: 'comments in the metadata',
    name: 'a.yaml',
    clear: SECRET,
    args: REGEX,
    edited: (sealed) => sealed.replace(/^ {4}age:\n/m, '    age:\n        # ours\n'),
  },
  { title: 'a compact JSON', name: 'a.json', clear: '{"a":{"b":"x"},"c":[1,2.5]}', edited: (sealed) => JSON.stringify(JSON.parse(sealed)) },
  {
    title: 'a clear value edited under a MAC over encrypted values alone',
    name: 'a.yaml',
    clear: SECRET,
    rule: { encrypted_regex: '^(data|stringData)$', mac_only_encrypted: true },
    edited: (sealed) => sealed.replace('name: web', 'name: other'),
  },
]

export const specimens: readonly Specimen[] = [...yaml, ...others, ...edited]
