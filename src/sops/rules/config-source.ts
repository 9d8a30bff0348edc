// The YAML of a configuration file as nodes with places. Every scalar stays the text it is written as; an alias is followed to its anchor,
// and the number of nodes that are looked at is bounded, so that a bomb of aliases costs nothing.
import { type Alias, type Document, isAlias, type Node, parseAllDocuments, type Scalar, visit } from 'yaml'
import { OpsError } from '../../errors.ts'
import type { RuleNote } from './model.ts'

const LONGEST = 1024 * 1024
const MOST_NODES = 100_000
const DEEPEST = 200

/** A line that git leaves where two changes meet. */
export const CONFLICT = /^(?:<{7}|={7}|>{7}|\|{7})(?=[ \r\n]|$)/m

export interface Malformed {
  /** Code of the OpsError. */
  readonly code: string
  readonly hints: readonly string[]
}

/** Whether a scalar is written without quotes, so that its letters decide its type. */
export const isPlain = (node: Scalar): boolean => node.type === 'PLAIN' && node.tag === undefined

export const scalarText = (node: Scalar): string => String(node.value ?? '')

export class ConfigSource {
  readonly path: string
  readonly text: string
  readonly root: unknown
  readonly notes: RuleNote[] = []
  readonly #malformed: Malformed
  readonly #targets = new Map<Alias, Node | undefined>()
  #looks = 0

  /** Throws OpsError with the code of `malformed`, with file:line. Only the first document is read. */
  constructor(path: string, text: string, malformed: Malformed) {
    this.path = path
    this.text = text
    this.#malformed = malformed
    if (text.length > LONGEST) this.fail(0, `is over ${LONGEST} characters long`)
    const conflict = CONFLICT.exec(text)
    if (conflict) this.fail(conflict.index, 'a merge conflict is not resolved here')
    const document = this.#parse()
    this.root = document?.contents ?? undefined
    if (document !== undefined) this.#linkAliases(document)
  }

  #parse(): Document | undefined {
    if (tooDeep(this.text)) this.fail(0, `is nested more than ${DEEPEST} deep`)
    const [first, second] = parseAllDocuments(this.text, {
      schema: 'failsafe',
      logLevel: 'silent',
      uniqueKeys: false,
      prettyErrors: false,
    }) as Document[]
    const error = first?.errors[0]
    if (error) this.fail(error.pos[0], `is not valid YAML: ${error.message.split('\n')[0]}`)
    if (second !== undefined) this.note(second.range?.[0] ?? 0, 'a second document begins here, and nobody reads it')
    return first
  }

  #linkAliases(document: Document): void {
    const anchors = new Map<string, Node>()
    visit(document, {
      Node: (_key, node) => {
        if (isAlias(node)) this.#targets.set(node, anchors.get(node.source))
        else if (node.anchor !== undefined) anchors.set(node.anchor, node)
      },
    })
  }

  /** The node an alias stands for, any other as it is; undefined for nothing at all. */
  follow(node: unknown): Node | undefined {
    this.#looks += 1
    if (this.#looks > MOST_NODES) this.fail(0, `has over ${MOST_NODES} values, aliases followed`)
    if (node === null || node === undefined) return undefined
    if (!isAlias(node)) return node as Node
    return this.#targets.get(node) ?? this.fail(node, `the anchor of *${node.source} is not above it`)
  }

  /** Whether an alias stands for this very node. */
  isAliased(node: Node): boolean {
    return [...this.#targets.values()].includes(node)
  }

  offsetOf(at: unknown): number {
    return typeof at === 'number' ? at : ((at as Node | undefined)?.range?.[0] ?? 0)
  }

  lineOf(at: unknown): number {
    return this.text.slice(0, this.offsetOf(at)).split('\n').length
  }

  note(at: unknown, what: string): void {
    this.notes.push({ line: this.lineOf(at), what })
  }

  fail(at: unknown, what: string): never {
    const where = `${this.path}:${this.lineOf(at)}`
    const { code, hints } = this.#malformed
    throw new OpsError({ code, message: `${where}: ${what}`, hints: [`look at ${where}`, ...hints], exit: 'usage' })
  }
}

/** Cheap look at the nesting: the parser recurses. */
export function tooDeep(text: string): boolean {
  let flow = 0
  for (const line of text.split('\n')) {
    const lead = /^[ \t]*(?:[-?:][ \t]+)*/.exec(line)?.[0] ?? ''
    if (lead.replace(/[^-?:]/g, '').length + (lead.match(/ /g)?.length ?? 0) / 2 > DEEPEST) return true
    for (const letter of line) {
      if (letter === '[' || letter === '{') flow += 1
      if (letter === ']' || letter === '}') flow = Math.max(0, flow - 1)
    }
    if (flow > DEEPEST) return true
  }
  return false
}
