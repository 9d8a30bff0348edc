// A YAML file as sops and Flux read it: documents, scalars as Go types them, every place with the style it is spelled in.
import { type Alias, isAlias, isMap, isScalar, isSeq, Lexer, type ParsedNode, parseAllDocuments, Scalar as YamlScalar } from 'yaml'
import { resolvePlain } from './go-scalars.ts'
import { malformed } from './malformed.ts'
import type { ListNode, MapNode, Node, Place, Scalar, SealedComment } from './model.ts'

/** Nodes of the whole file after aliases are followed: some documents stand for millions. */
const MAX_NODES = 200_000

interface Budget {
  nodes: number
}

export interface YamlDocument {
  readonly root: MapNode
  readonly comments: readonly SealedComment[]
}

const escapedOnOneLine = (value: string): string => JSON.stringify(value)

function blockScalar(source: string): Place['spell'] {
  const eol = source.includes('\r\n') ? '\r\n' : '\n'
  const [header = '|', ...lines] = source.split(/\r?\n/)
  const indent = /^ */.exec(lines.find((line) => line.trim() !== '') ?? '')?.[0] ?? ''
  return (value) => {
    const body = value.replace(/\n$/, '').split('\n')
    const literal = body.length > 1 ? header.replace('>', '|') : header
    return [literal, ...body.map((line) => indent + line)].join(eol) + (source.endsWith('\n') ? eol : '')
  }
}

function spelling(type: string | undefined, source: string, inFlow: boolean): Place['spell'] {
  if (type === YamlScalar.BLOCK_LITERAL || type === YamlScalar.BLOCK_FOLDED) return blockScalar(source)
  if (type === YamlScalar.QUOTE_DOUBLE) return escapedOnOneLine
  if (type === YamlScalar.QUOTE_SINGLE)
    return (value) => (value.includes('\n') ? escapedOnOneLine(value) : `'${value.replaceAll("'", "''")}'`)
  // Base64, brackets of ENC[…] and recipients are plain YAML outside of flow collections; anything else is quoted.
  return (value) => (!inFlow && /^[A-Za-z0-9][A-Za-z0-9+/=[\],:._-]*$/.test(value) ? value : escapedOnOneLine(value))
}

class Reader {
  readonly #path: string
  readonly #text: string
  readonly #budget: Budget
  /** An anchor counts from the end of its node on, so that none leads into itself. */
  readonly #anchors = new Map<string, ParsedNode>()
  /** What an alias stood for where it was met first: an anchor may be set anew behind it. */
  readonly #targets = new Map<Alias, ParsedNode | undefined>()
  #following = 0

  constructor(path: string, text: string, budget: Budget) {
    this.#path = path
    this.#text = text
    this.#budget = budget
  }

  #fail(node: { range?: readonly number[] | null } | null, what: string): never {
    throw malformed(this.#path, this.#text, node?.range?.[0], what)
  }

  #scalar(node: YamlScalar.Parsed, inFlow: boolean): Scalar {
    const [start, end] = node.range
    const text = typeof node.value === 'string' ? node.value : ''
    const place = { start, end, spell: spelling(node.type ?? undefined, this.#text.slice(start, end), inFlow) }
    if (node.tag !== undefined && node.tag !== 'tag:yaml.org,2002:str') return { kind: 'scalar', type: 'unknown', text, place }
    const resolved = node.type === 'PLAIN' && node.tag === undefined ? resolvePlain(text) : { type: 'str' as const, text }
    return { kind: 'scalar', ...resolved, place }
  }

  #key(node: ParsedNode | null): string {
    if (!isScalar(node)) return this.#fail(node, 'a key that is no string, which sops cannot read')
    this.#mark(node as YamlScalar.Parsed)
    // Written `!!merge <<` by sops, which follows no merge.
    if (node.tag === 'tag:yaml.org,2002:merge') return node.source ?? '<<'
    const { type, text } = this.#scalar(node as YamlScalar.Parsed, false)
    if (type !== 'str') return this.#fail(node, `the key ${node.source ?? ''} is no string, which sops cannot read`)
    return text
  }

  node(node: ParsedNode | null, at: number, inFlow: boolean): Node {
    this.#budget.nodes -= 1
    if (this.#budget.nodes < 0) return this.#fail(node, `over ${MAX_NODES} values, aliases followed`)
    if (node === null) return { kind: 'scalar', type: 'null', text: '', place: { start: at, end: at, spell: escapedOnOneLine } }
    if (isAlias(node)) return this.#alias(node, at, inFlow)
    const read = this.#content(node, at, inFlow)
    this.#mark(node)
    return read
  }

  #mark(node: Exclude<ParsedNode, Alias.Parsed>): void {
    if (node.anchor !== undefined && this.#following === 0) this.#anchors.set(node.anchor, node)
  }

  #alias(node: Alias.Parsed, at: number, inFlow: boolean): Node {
    if (!this.#targets.has(node)) this.#targets.set(node, this.#anchors.get(node.source))
    const target = this.#targets.get(node)
    if (target === undefined) return this.#fail(node, 'an alias without its anchor')
    this.#following += 1
    const read = this.node(target, at, inFlow)
    this.#following -= 1
    return read
  }

  #content(node: Exclude<ParsedNode, Alias.Parsed>, at: number, inFlow: boolean): Node {
    if (isMap(node)) return this.map(node as never, inFlow)
    if (isSeq(node)) {
      const flow = inFlow || node.flow === true
      const items = node.items.map((item) => this.node(item as ParsedNode, node.range?.[0] ?? at, flow))
      return { kind: 'list', items, ...this.#range(node) } satisfies ListNode
    }
    return this.#scalar(node as YamlScalar.Parsed, inFlow)
  }

  #range(node: { range?: readonly number[] | null }): { start: number; end: number } {
    return { start: node.range?.[0] ?? 0, end: node.range?.[1] ?? 0 }
  }

  map(
    node: { items: { key: ParsedNode | null; value: ParsedNode | null }[]; flow?: boolean; range: readonly number[] },
    inFlow: boolean,
  ): MapNode {
    const flow = inFlow || node.flow === true
    const entries = node.items.map(({ key, value }) => ({
      key: this.#key(key),
      value: this.node(value, key?.range?.[1] ?? 0, flow),
    }))
    return { kind: 'map', entries, ...this.#range(node) }
  }
}

/** Control characters that the lexer puts in between and that stand for no text. */
const ZERO_WIDTH = new Set(['\u0002', '\u0018', '\u001f'])

/** Comments that begin with `ENC[`, with their offsets. */
function* sealedComments(text: string): Generator<{ start: number; text: string }> {
  if (!text.includes('#ENC[')) return
  let offset = 0
  for (const lexeme of new Lexer().lex(text)) {
    if (ZERO_WIDTH.has(lexeme)) continue
    if (lexeme.startsWith('#ENC[')) yield { start: offset + 1, text: lexeme.slice(1).trimEnd() }
    offset += lexeme.length
  }
}

const asIs = (value: string): string => value

// Go's YAML refuses them anywhere in a file.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNPRINTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/

/** Every document of the file; throws OpsError `sealed-malformed`. */
export function readYaml(path: string, text: string): YamlDocument[] {
  const unprintable = text.search(UNPRINTABLE)
  if (unprintable !== -1) throw malformed(path, text, unprintable, 'a control character')
  // Everything is a string to the parser: what Go makes of it is said by resolvePlain.
  const documents = parseAllDocuments<ParsedNode>(text, { schema: 'failsafe', merge: false, stringKeys: false, logLevel: 'silent' })
  if (!Array.isArray(documents)) return []
  const comments = [...sealedComments(text)]
  const budget: Budget = { nodes: MAX_NODES }
  return documents.map((document, index) => {
    const error = document.errors[0]
    if (error !== undefined)
      throw malformed(path, text, error.pos[0], `no valid YAML: ${error.message.split('\n')[0]?.replace(/ at line.*/, '') ?? ''}`)
    const [start] = document.range
    // A document's range begins behind the comments at its head.
    const from = documents[index - 1]?.range[2] ?? 0
    const end = index === documents.length - 1 ? text.length : document.range[2]
    const reader = new Reader(path, text, budget)
    const root = reader.node(document.contents, start, false)
    if (root.kind === 'list' || (root.kind === 'scalar' && root.type !== 'null'))
      throw malformed(path, text, start, 'a document that is no mapping, which sops cannot read')
    return {
      root: root.kind === 'map' ? root : { kind: 'map', entries: [], start, end },
      comments: comments
        .filter((comment) => comment.start >= from && comment.start < end)
        .map((comment) => ({ ...comment, end: comment.start + comment.text.length, spell: asIs })),
    }
  })
}
