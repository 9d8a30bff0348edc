// How sops' YAML library fills the fields of a rule: a wrong type anywhere makes it refuse the whole file, unknown keys it passes over, `<<`
// brings what is not there already. Source: go.yaml.in/yaml/v3 decode.go.
import { isMap, isScalar, isSeq, type Node, type Scalar, type YAMLMap } from 'yaml'
import { resolvePlain } from '../sealed/go-scalars.ts'
import { type ConfigSource, isPlain, scalarText } from './config-source.ts'

/** Value nodes by key, in the order they are written; what `<<` brings comes last. */
export type Fields = ReadonlyMap<string, Node | undefined>

const isNull = (node: Node | undefined): boolean =>
  node === undefined || (isScalar(node) && isPlain(node) && resolvePlain(scalarText(node)).type === 'null')

const kindName = (node: unknown): string => (isMap(node) ? 'a mapping' : isSeq(node) ? 'a list' : 'a single value')

const MERGE = '<<'

function ownPairs(source: ConfigSource, map: YAMLMap, what: string): { key: string; at: Node; value: unknown; merges: boolean }[] {
  const lines = new Map<string, number>()
  return map.items.flatMap((pair) => {
    const at = source.follow(pair.key)
    if (at === undefined || isNull(at)) return []
    if (!isScalar(at)) return source.fail(at, `a key of ${what} has to be a word`)
    const key = scalarText(at)
    const before = lines.get(key)
    if (before !== undefined) source.fail(at, `${key} is already in line ${before}`)
    lines.set(key, source.lineOf(pair.key))
    return [{ key, at, value: pair.value, merges: key === MERGE && isPlain(at as Scalar) }]
  })
}

function mergedMaps(source: ConfigSource, value: unknown): YAMLMap[] {
  const node = source.follow(value)
  const maps = isSeq(node) ? node.items.map((item) => source.follow(item)) : [node]
  return maps.map((map) => (isMap(map) ? map : source.fail(value, '<< needs a mapping')))
}

function collect(source: ConfigSource, map: YAMLMap, what: string, into: Map<string, Node | undefined>, depth: number): void {
  if (depth > 20) source.fail(map, '<< goes round in a circle')
  const pairs = ownPairs(source, map, what)
  const own = pairs.filter((pair) => !pair.merges)
  for (const { key, value } of own) if (!into.has(key)) into.set(key, source.follow(value))
  for (const { value } of pairs.filter((pair) => pair.merges))
    for (const merged of mergedMaps(source, value)) collect(source, merged, what, into, depth + 1)
}

/** Keys of anybody's own are there to name recipients once. */
const holdsAnchors = (source: ConfigSource, value: unknown): boolean => {
  const [start = 0, , end = 0] = source.follow(value)?.range ?? []
  return /(?:^|[\s[{,])&[^\s]/.test(source.text.slice(start, end))
}

/** The fields of a mapping; a note for each key that is not in `known`. Undefined for null. `what` names it in errors. */
export function fieldsOf(source: ConfigSource, node: Node | undefined, what: string, known: readonly string[]): Fields | undefined {
  if (isNull(node)) return undefined
  if (!isMap(node)) return source.fail(node, `${what} has to be a mapping, and is ${kindName(node)}`)
  const fields = new Map<string, Node | undefined>()
  collect(source, node, what, fields, 0)
  for (const pair of node.items) {
    const key = source.follow(pair.key)
    if (!isScalar(key) || scalarText(key) === MERGE || known.includes(scalarText(key)) || holdsAnchors(source, pair.value)) continue
    source.note(pair.key, `${scalarText(key)} is no setting of ${what}: sops passes over it`)
  }
  return fields
}

/** The items of a list, those that are null left out; undefined for null. */
export function itemsOf(source: ConfigSource, node: Node | undefined, what: string): Node[] | undefined {
  if (isNull(node)) return undefined
  if (!isSeq(node)) return source.fail(node, `${what} has to be a list, and is ${kindName(node)}`)
  return node.items.map((item) => source.follow(item)).filter((item): item is Node => !isNull(item))
}

/** `''` for null; a number or a bool counts as its letters. */
export function stringOf(source: ConfigSource, node: Node | undefined, what: string): string {
  if (isNull(node)) return ''
  return isScalar(node) ? scalarText(node) : source.fail(node, `${what} has to be a text, and is ${kindName(node)}`)
}

export const stringsOf = (source: ConfigSource, node: Node | undefined, what: string): string[] =>
  (itemsOf(source, node, what) ?? []).map((item) => stringOf(source, item, what))

/** The words of YAML 1.1 count where a bool is wanted, in quotes too. */
const WORDS: Readonly<Record<string, boolean>> = Object.fromEntries(
  [
    ['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON'].map((word) => [word, true] as const),
    ['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
  ].flat(),
)

function boolOf(node: Scalar): boolean | undefined {
  const text = scalarText(node)
  const plain = isPlain(node) ? resolvePlain(text) : undefined
  if (plain?.type === 'bool') return plain.text === 'True'
  return Object.hasOwn(WORDS, text) ? WORDS[text] : undefined
}

/** A float loses its fraction. */
function intOf(node: Scalar): number | undefined {
  const { type, text } = resolvePlain(scalarText(node))
  const value = isPlain(node) && (type === 'int' || type === 'float') ? Math.trunc(Number(text)) : Number.NaN
  return Number.isSafeInteger(value) ? value : undefined
}

export function flagOf(source: ConfigSource, node: Node | undefined, what: string): boolean {
  if (isNull(node)) return false
  const flag = isScalar(node) ? boolOf(node as Scalar) : undefined
  return flag ?? source.fail(node, `${what} has to be true or false`)
}

/** undefined for null. */
export function numberOf(source: ConfigSource, node: Node | undefined, what: string): number | undefined {
  if (isNull(node)) return undefined
  const number = isScalar(node) ? intOf(node as Scalar) : undefined
  return number ?? source.fail(node, `${what} has to be a whole number`)
}

export type Keys = { readonly keys: readonly string[] } | { readonly wrong: Node }

/** A field that is one text with commas or a list of texts. A wrong type is told only when the rule is used. */
export function keysOf(source: ConfigSource, node: Node | undefined): Keys {
  if (node === undefined || isNull(node)) return { keys: [] }
  const isText = (one: Node | undefined): one is Scalar => isScalar(one) && (!isPlain(one) || resolvePlain(scalarText(one)).type === 'str')
  if (isText(node))
    return {
      keys: scalarText(node)
        .split(',')
        .map((key) => key.trim())
        .filter((key) => key !== ''),
    }
  if (!isSeq(node)) return { wrong: node }
  const items = node.items.map((item) => source.follow(item))
  const wrong = items.find((item) => !isText(item))
  return wrong !== undefined || items.some((item) => item === undefined)
    ? { wrong: wrong ?? node }
    : { keys: items.map((item) => scalarText(item as Scalar)) }
}
