// The YAML of a cluster file as plain values, and where each of them is written. Anchors are followed, within bounds.
import { type Alias, type Document, isAlias, isMap, isScalar, isSeq, type Node, type ParsedNode, visit } from 'yaml'
import type { Problem } from './problem.ts'

const MOST_VALUES = 20_000

export interface Span {
  readonly from: number
  readonly to: number
}

type Path = readonly PropertyKey[]

const idOf = (path: Path): string => path.map((step) => `${typeof step === 'number' ? '#' : '.'}${String(step)}`).join('\0')

class TooMuch extends Error {}

export class Places {
  /** undefined where it is too much. */
  readonly value: unknown
  readonly problems: Problem[] = []
  readonly #text: string
  readonly #targets = new Map<Alias, Node | undefined>()
  readonly #keys = new Map<string, Span>()
  readonly #values = new Map<string, Span>()
  readonly #merged = new Set<string>()
  readonly #open = new Set<Node>()
  #seen = 0

  constructor(document: Document, text: string) {
    this.#text = text
    this.#link(document)
    try {
      this.value = this.#read(document.contents, [], { from: 0, to: text.length })
    } catch (error) {
      if (!(error instanceof TooMuch)) throw error
      this.problems.push({
        from: 0,
        to: text.length,
        what: `holds over ${MOST_VALUES} values, aliases followed`,
        hint: 'a cluster file has some dozens: is it the right file?',
      })
    }
  }

  /** Where the name of a field stands; of one that is not there, or has none, where the nearest around it begins. */
  keyAt(path: Path): Span {
    return this.#nearest(this.#keys, path)
  }

  valueAt(path: Path): Span {
    return this.#nearest(this.#values, path)
  }

  /** What is not there may be only unreadable, or have come with a merge key. */
  isDoubtful(path: Path): boolean {
    return this.has(path) || this.#merged.has(idOf(path.slice(0, -1)))
  }

  has(path: Path): boolean {
    return this.#values.has(idOf(path))
  }

  lineOf(offset: number): number {
    return this.#text.slice(0, offset).split('\n').length
  }

  #nearest(spans: ReadonlyMap<string, Span>, path: Path): Span {
    for (let length = path.length; length > 0; length--) {
      const part = path.slice(0, length)
      const found =
        (length === path.length ? spans.get(idOf(part)) : undefined) ?? this.#keys.get(idOf(part)) ?? this.#values.get(idOf(part))
      if (found) return found
    }
    return this.#values.get('') ?? { from: 0, to: this.#text.length }
  }

  /** A name may be given twice: an alias stands for the last one before it. */
  #link(document: Document): void {
    const anchors = new Map<string, Node>()
    visit(document, {
      Node: (_key, node) => {
        if (isAlias(node)) this.#targets.set(node, anchors.get(node.source))
        else if (node.anchor !== undefined) anchors.set(node.anchor, node)
      },
    })
  }

  #problem(at: Span, what: string, hint: string): undefined {
    this.problems.push({ ...at, what, hint })
    return undefined
  }

  /** `around`: for what is not written at all. */
  #read(node: unknown, path: Path, around: Span): unknown {
    this.#seen += 1
    if (this.#seen > MOST_VALUES) throw new TooMuch()
    if (node === null || node === undefined) {
      this.#values.set(idOf(path), around)
      return null
    }
    const span = spanOf(node as Node, around)
    this.#values.set(idOf(path), span)
    if (isAlias(node)) return this.#readAlias(node, path, span)
    if (isScalar(node)) return this.#readScalar(node as ParsedNode & { value: unknown }, span)
    if (isSeq(node)) return node.items.map((item, index) => this.#read(item, [...path, index], span))
    if (isMap(node)) return this.#readMap(node.items, path, span)
    return this.#problem(span, 'is nothing that can be read here', 'write a text, a list or a mapping')
  }

  #readAlias(alias: Alias, path: Path, span: Span): unknown {
    const target = this.#targets.get(alias)
    if (target === undefined) return this.#problem(span, 'no anchor of this name stands above', 'write the value itself')
    if (this.#open.has(target)) return this.#problem(span, 'an alias stands inside what it stands for', 'write the value itself')
    this.#open.add(target)
    const value = this.#read(target, path, span)
    this.#open.delete(target)
    this.#values.set(idOf(path), span)
    return value
  }

  #readScalar(node: { readonly value: unknown; readonly tag?: string | undefined }, span: Span): unknown {
    const { value, tag } = node
    if (tag !== undefined && !/^tag:yaml\.org,2002:(str|int|bool|float|null)$/.test(tag))
      return this.#problem(span, 'YAML tags are not read here', 'write the value without !')
    return typeof value === 'bigint' ? Number(value) : value
  }

  #readMap(pairs: readonly { readonly key: unknown; readonly value: unknown }[], path: Path, around: Span): unknown {
    const entries = new Map<string, unknown>()
    for (const { key, value } of pairs) {
      const at = spanOf(key as Node | null, around)
      const name = isAlias(key) ? this.#targets.get(key) : key
      if (!isScalar(name) || name.value === null) {
        this.#problem(at, 'a field has to have a name that is a text', 'write  name: value')
        continue
      }
      const text = String(name.value)
      const child = [...path, text]
      const before = this.#keys.get(idOf(child))
      if (text === '<<') {
        this.#merged.add(idOf(path))
        this.#problem(at, 'merge keys (<<) are not read', 'write the fields, or give a whole value by an alias:  field: *name')
      } else if (entries.has(text) && before !== undefined) {
        this.#problem(at, `this field stands in line ${this.lineOf(before.from)} already`, 'keep one of the two')
      } else {
        this.#keys.set(idOf(child), at)
        entries.set(text, this.#read(value, child, at))
      }
    }
    return Object.fromEntries(entries)
  }
}

const spanOf = (node: Node | null | undefined, around: Span): Span =>
  node?.range ? { from: node.range[0], to: Math.max(node.range[0] + 1, node.range[1]) } : around
