// An INI file as sops reads it: keys in sections, values up to the end of the line. Source: sops stores/ini and gopkg.in/ini.v1.
// What sops writes is read by ourselves; quoted and continued values, and inline comments, are left to sops (`unknown`).
import type { FlatLine } from './flat.ts'
import { malformed } from './malformed.ts'
import type { Node, Scalar, SealedComment } from './model.ts'
import type { FlatFile } from './read-dotenv.ts'

const METADATA = 'sops'

const spell = (value: string): string => value.replaceAll('\n', '\\n')

interface Section {
  readonly name: string
  readonly entries: { key: string; value: Node }[]
}

interface Line {
  readonly source: string
  readonly start: number
}

function* linesOf(text: string): Generator<Line> {
  let start = 0
  for (const raw of text.split('\n')) {
    yield { source: raw.replace(/\r$/, ''), start }
    start += raw.length + 1
  }
}

function keyLine({ source, start }: Line): { key: string; keyAt: number; value: Scalar } | undefined {
  // By hand: one expression for it all takes the square of a line's length.
  const sign = source.search(/[=:]/)
  const key = source.slice(0, sign).trim()
  if (sign === -1 || key === '') return undefined
  const value = source.slice(sign + 1).trim()
  const indent = source.length - source.trimStart().length
  const rest = source.slice(sign + 1)
  const at = start + sign + 1 + (value === '' ? rest.length : rest.length - rest.trimStart().length)
  const plain = !/["'`\\#;]/.test(value) && !/^["'`]/.test(key)
  const place = { start: at, end: at + value.length, spell }
  return { key, keyAt: start + indent, value: { kind: 'scalar', type: plain ? 'str' : 'unknown', text: value, place } }
}

const sealedComment = ({ source, start }: Line): SealedComment | undefined => {
  const [, head = '', body] = /^(\s*[#;]\s*)(ENC\[[^\]]*\])\s*$/.exec(source) ?? []
  if (body === undefined) return undefined
  return { start: start + head.length, end: start + head.length + body.length, text: body, spell }
}

function flatLine(line: Line, found: NonNullable<ReturnType<typeof keyLine>>, text: string): FlatLine {
  const { key, keyAt, value } = found
  const eol = text.indexOf('\n', value.place.end)
  return {
    key,
    keyAt: { start: keyAt, end: keyAt + key.length },
    value: value.text.replaceAll('\\n', '\n'),
    place: value.place,
    line: { start: line.start, end: eol === -1 ? text.length : eol + 1 },
  }
}

/** Throws OpsError `sealed-malformed`. */
export function readIni(path: string, text: string): FlatFile {
  const sections: Section[] = [{ name: 'DEFAULT', entries: [] }]
  const metadata: FlatLine[] = []
  const comments: SealedComment[] = []
  for (const line of linesOf(text)) {
    const comment = sealedComment(line)
    if (comment !== undefined) comments.push(comment)
    if (/^\s*([#;]|$)/.test(line.source)) continue
    const header = /^\s*\[([^\]]*)\]\s*$/.exec(line.source)
    if (header !== null) {
      sections.push({ name: (header[1] ?? '').trim(), entries: [] })
      continue
    }
    const found = keyLine(line)
    if (found === undefined) throw malformed(path, text, line.start, 'a line that is no section, no comment and no key = value')
    const section = sections.at(-1) as Section
    if (section.name === METADATA) metadata.push(flatLine(line, found, text))
    else section.entries.push(found)
  }
  const entries = sections
    .filter(({ name }) => name !== METADATA)
    .map(({ name, entries: own }) => ({ key: name, value: { kind: 'map' as const, entries: own, start: 0, end: text.length } }))
  return { root: { kind: 'map', entries, start: 0, end: text.length }, comments, metadata }
}
