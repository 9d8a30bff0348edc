// A dotenv file as sops reads it: `KEY=value` from the first `=` on, comments at the start of a line, no quoting. Source: sops stores/dotenv.
import type { FlatLine } from './flat.ts'
import { malformed } from './malformed.ts'
import type { MapNode, Scalar, SealedComment } from './model.ts'

const PREFIX = 'sops_'

export interface FlatFile {
  readonly root: MapNode
  readonly comments: readonly SealedComment[]
  readonly metadata: readonly FlatLine[]
}

const spell = (value: string): string => value.replaceAll('\n', '\\n')

/** Throws OpsError `sealed-malformed`. */
export function readDotenv(path: string, text: string): FlatFile {
  const entries: { key: string; value: Scalar }[] = []
  const metadata: FlatLine[] = []
  const comments: SealedComment[] = []
  let start = 0
  for (const source of text.split('\n')) {
    const end = start + source.length
    const equals = source.indexOf('=')
    if (source.startsWith('#')) {
      if (source.startsWith('#ENC[')) comments.push({ start: start + 1, end, text: source.slice(1), spell })
    } else if (source !== '') {
      if (equals === -1) throw malformed(path, text, start, 'a line without =')
      const place = { start: start + equals + 1, end, spell }
      const value = source.slice(equals + 1).replaceAll('\\n', '\n')
      const key = source.slice(0, equals)
      const line = { start, end: Math.min(end + 1, text.length) }
      if (key.startsWith(PREFIX))
        metadata.push({ key: key.slice(PREFIX.length), keyAt: { start: start + PREFIX.length, end: start + equals }, value, place, line })
      else entries.push({ key, value: { kind: 'scalar', type: 'str', text: value, place } })
    }
    start = end + 1
  }
  if (metadata.some(({ value }) => value.endsWith('\r')))
    throw malformed(path, text, metadata[0]?.line.start, 'Windows line ends in a dotenv file, which sops cannot read')
  return { root: { kind: 'map', entries, start: 0, end: text.length }, comments, metadata }
}
