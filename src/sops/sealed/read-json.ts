// A JSON file as sops reads it: an object, its keys in order, numbers as Go types them.
import { type Node as JsonNode, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser'
import { resolveJsonNumber } from './go-scalars.ts'
import { malformed } from './malformed.ts'
import type { MapNode, Node, Scalar } from './model.ts'

const LITERALS: Readonly<Record<string, Pick<Scalar, 'type' | 'text'>>> = {
  true: { type: 'bool', text: 'True' },
  false: { type: 'bool', text: 'False' },
  null: { type: 'null', text: '' },
}

function scalar(node: JsonNode, text: string): Scalar {
  const place = { start: node.offset, end: node.offset + node.length, spell: (value: string) => JSON.stringify(value) }
  const source = text.slice(place.start, place.end)
  if (node.type === 'string') return { kind: 'scalar', type: 'str', text: String(node.value), place }
  const known = LITERALS[source] ?? resolveJsonNumber(source)
  return { kind: 'scalar', ...known, place }
}

/** Whatever walks the tree goes as deep. */
const DEEPEST = 1_000

function convert(node: JsonNode, text: string, depth = 0): Node {
  if (depth > DEEPEST) throw new RangeError('nested too deep')
  const range = { start: node.offset, end: node.offset + node.length }
  if (node.type === 'array') return { kind: 'list', items: (node.children ?? []).map((item) => convert(item, text, depth + 1)), ...range }
  if (node.type !== 'object') return scalar(node, text)
  const entries = (node.children ?? []).flatMap(({ children }) => {
    const [key, value] = children ?? []
    return key === undefined || value === undefined ? [] : [{ key: String(key.value), value: convert(value, text, depth + 1) }]
  })
  return { kind: 'map', entries, ...range }
}

/** Throws OpsError `sealed-malformed`. */
export function readJson(path: string, text: string): MapNode {
  const errors: ParseError[] = []
  const tree = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false })
  const [error] = errors
  if (error !== undefined) throw malformed(path, text, error.offset, `no valid JSON: ${printParseErrorCode(error.error)}`)
  const root = tree === undefined ? undefined : convert(tree, text)
  if (root?.kind !== 'map') throw malformed(path, text, tree?.offset, 'a JSON file that is no object, which sops cannot read')
  return root
}
