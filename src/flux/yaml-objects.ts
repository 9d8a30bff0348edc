// Reads YAML of a repository without ever building the values: nodes with their places only. Aliases are not expanded, so that a bomb
// or a cycle costs nothing; one document at a time, of bounded size, so that a broken or huge one cannot hide the others.
import { type Document, isAlias, isMap, isScalar, isSeq, type Node, parseDocument, type Scalar, visit, type YAMLMap } from 'yaml'
import { OpsError } from '../errors.ts'
import type { RepoFile } from './files.ts'

/** Longer documents are not parsed: 1 MiB of YAML takes about a second. */
const MAX_DOCUMENT = 1024 * 1024

/** Nesting beyond which a document is refused; Kubernetes objects stay below 40. */
const MAX_DEPTH = 200

export interface YamlPart {
  readonly file: RepoFile
  readonly text: string
  /** Where `text` starts in the file, in UTF-16 units. */
  readonly base: number
}

export interface YamlObject {
  readonly part: YamlPart
  readonly document: Document
  readonly map: YAMLMap
}

export interface Place {
  readonly line: number // 1-based
  readonly column: number // 1-based, in UTF-16 units
}

export const isYamlPath = (path: string): boolean => /\.ya?ml$/i.test(path)

/** Line and column of an offset; lines end at `\n`, as editors and `git diff` count them. */
export function placeOf(text: string, offset: number): Place {
  let line = 1
  let start = 0
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) {
    line += 1
    start = at + 1
  }
  return { line, column: offset - start + 1 }
}

/** The documents of a file: a line that starts with `---` starts a new one. */
export function partsOf(file: RepoFile): YamlPart[] {
  const starts = [0, ...[...file.text.matchAll(/^---(?=[ \t\r\n]|$)/gm)].map((match) => match.index)]
  return starts
    .map((base, index) => ({ file, base, text: file.text.slice(base, starts[index + 1]) }))
    .filter((part) => part.text.trim() !== '' && part.text.trim() !== '---')
}

const broken = (part: YamlPart, code: string, offset: number, what: string): OpsError => {
  const where = `${part.file.path}:${placeOf(part.file.text, part.base + offset).line}`
  return new OpsError({ code, message: `${where}: ${what}`, hints: [`look at ${where}`], exit: 'usage' })
}

/** Cheap look at the nesting, so that the parser, which recurses, is never given what it cannot take. */
function tooDeep(text: string): boolean {
  let flow = 0
  for (const line of text.split('\n')) {
    const lead = /^[ \t]*(?:[-?:][ \t]+)*/.exec(line)?.[0] ?? ''
    if (lead.replace(/[^-?:]/g, '').length > MAX_DEPTH) return true
    for (const letter of line) {
      if (letter === '[' || letter === '{') flow += 1
      if (letter === ']' || letter === '}') flow = Math.max(0, flow - 1)
    }
    if (flow > MAX_DEPTH) return true
  }
  return false
}

/**
 * Parses one document to nodes with places.
 * Throws OpsError `yaml-too-large`, `yaml-too-deep` or `yaml-invalid`, each with file:line.
 */
function parsePart(part: YamlPart): Document {
  if (part.text.length > MAX_DOCUMENT) throw broken(part, 'yaml-too-large', 0, `this document is over ${MAX_DOCUMENT} characters long`)
  if (tooDeep(part.text)) throw broken(part, 'yaml-too-deep', 0, `this document is nested more than ${MAX_DEPTH} deep`)

  const document = parseQuietly(part)
  const error = document.errors[0]
  if (error?.message.includes('call stack')) throw broken(part, 'yaml-too-deep', 0, 'this document is nested too deep')
  if (error) throw broken(part, 'yaml-invalid', error.pos[0], `this is not valid YAML: ${error.message.split('\n')[0]}`)
  return document
}

function parseQuietly(part: YamlPart): Document {
  try {
    return parseDocument(part.text, { logLevel: 'silent', uniqueKeys: false, stringKeys: false, prettyErrors: false })
  } catch (cause) {
    if (cause instanceof RangeError) throw broken(part, 'yaml-too-deep', 0, 'this document is nested too deep')
    throw broken(part, 'yaml-invalid', 0, 'this is not valid YAML')
  }
}

const resolved = (node: unknown, document: Document): unknown => (isAlias(node) ? node.resolve(document) : node)

/** The node at `path` below `map`; aliases are followed, merge keys are not. */
export function nodeAt(object: Pick<YamlObject, 'map' | 'document'>, path: readonly string[]): unknown {
  let node: unknown = object.map
  for (const key of path) {
    if (!isMap(node)) return undefined
    node = resolved(node.get(key, true), object.document)
  }
  return node
}

/** The scalar at `path` as written in the source, `2.7` and not 2.7; undefined when there is none. */
export function textAt(object: Pick<YamlObject, 'map' | 'document'>, path: readonly string[]): string | undefined {
  const node = nodeAt(object, path)
  return isScalar(node) ? scalarText(node) : undefined
}

export const scalarText = (node: Scalar): string => (typeof node.value === 'string' ? node.value : (node.source ?? String(node.value)))

/** Offset of a node in the file. */
export const offsetOf = (object: Pick<YamlObject, 'part'>, node: unknown): number =>
  object.part.base + ((node as Node | undefined)?.range?.[0] ?? 0)

/** The Kubernetes objects of a document; the items of a List each, not the list. Throws as parsePart. */
function objectsOf(part: YamlPart): YamlObject[] {
  const document = parsePart(part)
  const root = document.contents
  if (!isMap(root)) return []

  const object = { part, document, map: root }
  const items = nodeAt(object, ['items'])
  if (!isSeq(items) || !/List$/.test(textAt(object, ['kind']) ?? '')) return [object]
  return items.items.map((item) => resolved(item, document)).flatMap((map) => (isMap(map) ? [{ part, document, map }] : []))
}

/** Whether an alias somewhere in the document stands for this node, so that a change of it changes more than one place. */
export function isShared(object: Pick<YamlObject, 'document'>, node: { anchor?: string | undefined }): boolean {
  if (node.anchor === undefined) return false

  let shared = false
  visit(object.document, {
    Alias: (_key, alias) => {
      shared ||= alias.source === node.anchor
    },
  })
  return shared
}

/** Objects of a document; undefined when it is no YAML because it is a template. Values may hold `{{`: those are YAML. Throws as parsePart. */
export function objectsUnlessTemplate(part: YamlPart): YamlObject[] | undefined {
  try {
    return objectsOf(part)
  } catch (error) {
    if (error instanceof OpsError && error.code === 'yaml-invalid' && /\{\{|\{%/.test(part.text)) return undefined
    throw error
  }
}

/** In order of files and lines; a document without the words is not parsed, a template holds none. Throws as parsePart. */
export const objectsThatMention = (files: readonly RepoFile[], words: RegExp): YamlObject[] =>
  files
    .filter((file) => isYamlPath(file.path))
    .flatMap(partsOf)
    .filter((part) => words.test(part.text))
    .flatMap((part) => objectsUnlessTemplate(part) ?? [])
