// Sealed files that somebody damaged: what was done to them, and what has to be said of each.
import type { MacVerdict } from '../../../src/sops/sealed/open.ts'

export interface Hostile {
  readonly title: string
  readonly name: string
  readonly clear: string
  readonly args?: readonly string[]
  damage(sealed: string): string
  /** An error's code, or the verdict on the MAC. */
  readonly says: 'sealed-malformed' | 'sealed-no-key' | 'sealed-value' | 'not sealed' | MacVerdict
  /** What sops does with the same file; told where it differs from an error. */
  readonly sopsOpens?: boolean
}

const SECRET =
  'apiVersion: v1\nkind: Secret\nmetadata:\n  name: web\n  count: 3\nstringData:\n  # about a\n  a: canary-a\n  b: canary-b\n  c: 5\n'
const REGEX = ['--encrypted-regex', '^(data|stringData)$']

const secret = (title: string, damage: Hostile['damage'], says: Hostile['says'], sopsOpens = false): Hostile => ({
  title,
  name: 'a.yaml',
  clear: SECRET,
  args: REGEX,
  damage,
  says,
  sopsOpens,
})

const JSON_CLEAR = '{"a":"canary-a","b":{"c":"canary-b","d_unencrypted":"open"}}'
const json = (title: string, damage: Hostile['damage'], says: Hostile['says'], sopsOpens = false): Hostile => ({
  title,
  name: 'a.json',
  clear: JSON_CLEAR,
  damage,
  says,
  sopsOpens,
})

const env = (title: string, damage: Hostile['damage'], says: Hostile['says'], sopsOpens = false): Hostile => ({
  title,
  name: 'a.env',
  clear: 'A=canary-a\nB=canary-b\nC_unencrypted=open\n',
  damage,
  says,
  sopsOpens,
})

const ini = (title: string, damage: Hostile['damage'], says: Hostile['says'], sopsOpens = false): Hostile => ({
  title,
  name: 'a.ini',
  clear: '[one]\na = canary-a\nb_unencrypted = open\n[two]\nc = canary-b\n',
  damage,
  says,
  sopsOpens,
})

const swap = (text: string, a: RegExp, b: RegExp): string => {
  const [one = '', two = ''] = [a.exec(text)?.[1], b.exec(text)?.[1]]
  return text.replace(one, '@@').replace(two, one).replace('@@', two)
}
const flip = (text: string, at: RegExp): string =>
  text.replace(at, (match, head: string, char: string) => `${head}${char === 'A' ? 'B' : 'A'}${match.slice(head.length + 1)}`)
const conflict = (text: string, line: RegExp): string =>
  text.replace(line, (match) => `<<<<<<< HEAD\n${match}\n=======\n${match}x\n>>>>>>> other`)

export const hostile: readonly Hostile[] = [
  secret('a clear value was edited', (text) => text.replace('name: web', 'name: other'), 'mismatch'),
  secret('a clear number was edited', (text) => text.replace('count: 3', 'count: 4'), 'mismatch'),
  secret('a clear value was added', (text) => text.replace('metadata:', 'metadata:\n    namespace: x'), 'mismatch'),
  secret('a clear value was taken out', (text) => text.replace(/^ +count: 3\n/m, ''), 'mismatch'),
  secret('an encrypted value was taken out', (text) => text.replace(/^ +b: ENC.*\n/m, ''), 'mismatch'),
  secret('two encrypted values changed their order', (text) => text.replace(/^( +b: .*\n)( +c: .*\n)/m, '$2$1'), 'mismatch'),
  secret('two encrypted values changed places', (text) => swap(text, /^ +a: (.*)$/m, /^ +b: (.*)$/m), 'sealed-value'),
  secret('an encrypted value was renamed', (text) => text.replace(/^( +)b: /m, '$1z: '), 'sealed-value'),
  secret('an encrypted value was moved into a list', (text) => text.replace(/^( +)b: (ENC.*)$/m, '$1b:\n$1  - $2'), 'holds', true),
  secret('one character of an encrypted value is another', (text) => flip(text, /^( +b: ENC\[AES256_GCM,data:)(.)/m), 'sealed-value'),
  secret('one character of a nonce is another', (text) => flip(text, /^( +b: ENC\[AES256_GCM,data:[^,]*,iv:)(.)/m), 'sealed-value'),
  secret('one character of a tag is another', (text) => flip(text, /^( +b: ENC\[AES256_GCM,[^\n]*,tag:)(.)/m), 'sealed-value'),
  secret('a tag was cut', (text) => text.replace(/^( +b: ENC\[AES256_GCM,[^\n]*,tag:)[^,]*,/m, '$1AAAA,'), 'sealed-value'),
  secret('the type of an encrypted value is another', (text) => text.replace(/^( +b: .*)type:str/m, '$1type:bytes'), 'sealed-value'),
  secret('the type of an encrypted value is unknown', (text) => text.replace(/^( +b: .*)type:str/m, '$1type:dict'), 'sealed-value'),
  secret('an encrypted value was cut', (text) => text.replace(/^( +b: ENC.{20}).*$/m, '$1'), 'sealed-value'),
  secret('an encrypted value was replaced by a clear one', (text) => text.replace(/^( +b: ).*$/m, '$1canary-c'), 'sealed-value'),
  secret('an encrypted value was replaced by a number', (text) => text.replace(/^( +b: ).*$/m, '$12'), 'sealed-value'),
  secret('an encrypted value was emptied', (text) => text.replace(/^( +b: ).*$/m, '$1""'), 'mismatch'),
  secret('an encrypted value was made null', (text) => text.replace(/^( +b:).*$/m, '$1'), 'mismatch'),
  secret('an encrypted comment was changed', (text) => flip(text, /(#ENC\[AES256_GCM,data:)(.)/), 'holds', true),
  secret(
    'an encrypted comment was moved',
    (text) => text.replace(/^( +#ENC.*\n)([\s\S]*?)(^sops:)/m, '$2# moved\n$3').replace('metadata:\n', 'metadata:\n'),
    'holds',
    true,
  ),
  secret('the MAC was taken out', (text) => text.replace(/^ +mac: .*\n/m, ''), 'none'),
  secret('the MAC is of another time', (text) => text.replace(/lastmodified: "\d{4}/, 'lastmodified: "1999'), 'mismatch'),
  secret('the MAC is no encrypted value', (text) => text.replace(/^( +mac: ).*$/m, '$1none'), 'mismatch'),
  secret('the time is none', (text) => text.replace(/lastmodified: ".*"/, 'lastmodified: "yesterday"'), 'sealed-malformed'),
  secret('the time is missing', (text) => text.replace(/^ +lastmodified: .*\n/m, ''), 'not sealed'),
  secret('the recipients are missing', (text) => text.replace(/^ +age:\n[\s\S]*?^( {4}encrypted_regex)/m, '$1'), 'sealed-malformed'),
  secret('a recipient has no data key', (text) => text.replace(/- enc: \|\n(?: {12}.*\n)+/, '- xenc: none\n'), 'sealed-malformed'),
  secret('the data key was cut', (text) => text.replace(/(BEGIN AGE ENCRYPTED FILE-----\n.*\n).*\n/, '$1'), 'sealed-no-key'),
  secret(
    'the data key is for somebody else',
    (text) => text.replace(/(BEGIN AGE ENCRYPTED FILE-----\n {12}.{50})./, '$1z'),
    'sealed-no-key',
  ),
  secret(
    'the recipient named is not the one it is wrapped for',
    (text) => text.replace(/recipient: age1\w{5}/, 'recipient: age1qqqqq'),
    'holds',
    true,
  ),
  secret('the selection was widened', (text) => text.replace(/encrypted_regex: .*/, 'encrypted_regex: .*'), 'sealed-value'),
  secret('the selection was narrowed', (text) => text.replace(/encrypted_regex: .*/, 'encrypted_regex: ^none$'), 'mismatch'),
  secret('the selection is no pattern', (text) => text.replace(/encrypted_regex: .*/, 'encrypted_regex: "^(data"'), 'mismatch'),
  secret(
    'the MAC is said to be over encrypted values alone',
    (text) => text.replace(/^( +)mac: /m, '$1mac_only_encrypted: true\n$1mac: '),
    'mismatch',
  ),
  secret('conflict markers around a value', (text) => conflict(text, /^ +b: .*$/m), 'sealed-malformed'),
  secret('conflict markers around the MAC', (text) => conflict(text, /^ +mac: .*$/m), 'sealed-malformed'),
  secret('conflict markers around the time', (text) => conflict(text, /^ +lastmodified: .*$/m), 'sealed-malformed'),
  secret('the file was cut in its metadata', (text) => text.slice(0, text.indexOf('encrypted_regex')), 'not sealed'),
  secret('the file was cut in a value', (text) => text.slice(0, text.indexOf('b: ENC') + 30), 'not sealed'),
  secret('the file is empty', () => '', 'not sealed'),
  secret('the metadata stands twice', (text) => `${text}${text.slice(text.indexOf('sops:'))}`, 'sealed-malformed'),
  secret('a key stands twice', (text) => text.replace(/^( +b: .*\n)/m, '$1$1'), 'sealed-malformed'),
  secret('tabs instead of spaces', (text) => text.replace(/^ +b: /m, '\tb: '), 'sealed-malformed'),
  secret('a key that is a number', (text) => text.replace('metadata:', '7: x\nmetadata:'), 'sealed-malformed'),
  secret('an alias without its anchor', (text) => text.replace('name: web', 'name: *gone'), 'sealed-malformed'),
  secret('a clear document behind it', (text) => `${text}---\nkind: Secret\nstringData:\n  x: clear\n`, 'holds'),
  secret('another sealed document behind it, of the same file', (text) => `${text}---\n${text}`, 'mismatch'),
  secret('a NUL in it', (text) => text.replace('name: web', 'name: we\u0000b'), 'sealed-malformed'),
  secret('a list instead of a mapping', (text) => text.replace(/^/gm, '  ').replace(/^ {2}/, '- '), 'sealed-malformed'),
  json('JSON: a clear value was edited', (text) => text.replace('"open"', '"shut"'), 'mismatch'),
  json('JSON: two values changed places', (text) => swap(text, /"a": "(ENC[^"]*)"/, /"c": "(ENC[^"]*)"/), 'sealed-value'),
  json('JSON: a comma is missing', (text) => text.replace(/",\n/, '"\n'), 'sealed-malformed'),
  json('JSON: conflict markers', (text) => conflict(text, /^\t\t"lastmodified".*$/m), 'sealed-malformed'),
  json('JSON: the file was cut', (text) => text.slice(0, text.length - 40), 'sealed-malformed'),
  json('JSON: a value that is no text', (text) => text.replace(/"a": "ENC[^"]*"/, '"a": 1'), 'sealed-value'),
  env('dotenv: a clear value was edited', (text) => text.replace('open', 'shut'), 'mismatch'),
  env('dotenv: Windows line ends', (text) => text.replaceAll('\n', '\r\n'), 'sealed-malformed'),
  env('dotenv: conflict markers', (text) => conflict(text, /^sops_mac=.*$/m), 'sealed-malformed'),
  env('dotenv: a value was renamed', (text) => text.replace(/^A=/m, 'Z='), 'sealed-value'),
  env('dotenv: the MAC was taken out', (text) => text.replace(/^sops_mac=.*\n/m, ''), 'none'),
  ini('INI: a clear value was edited', (text) => text.replace('open', 'shut'), 'mismatch'),
  ini(
    'INI: a value was moved to another section',
    (text) => text.replace(/^(c\s+= .*)$/m, '').replace(/^(a\s+= .*)$/m, '$1\nc = canary-c'),
    'sealed-value',
  ),
  ini('INI: conflict markers', (text) => conflict(text, /^a\s+= .*$/m), 'sealed-malformed'),
  ini('INI: a line that is nothing', (text) => text.replace('[two]', '[two]\nnothing'), 'sealed-malformed'),
]
