// A sealed file, read: which format, which documents, which metadata. Nothing is decrypted here.
import { flatStyle, unflatten } from './flat.ts'
import { bracketedOrLines } from './lists.ts'
import { malformed } from './malformed.ts'
import { field, type ListStyle, readBlock } from './metadata.ts'
import type { MapNode, SealedDocument, SealedFile, SealedFormat, SealedMetadata } from './model.ts'
import { type FlatFile, readDotenv } from './read-dotenv.ts'
import { readIni } from './read-ini.ts'
import { readJson } from './read-json.ts'
import { readYaml } from './read-yaml.ts'

const KEY = 'sops'

/** As `sops` decides it without being told. */
export function formatOf(path: string): SealedFormat {
  if (/\.ya?ml$/.test(path)) return 'yaml'
  const ending = /\.(json|env|ini)$/.exec(path)?.[1]
  return ending === 'json' || ending === 'ini' ? ending : ending === 'env' ? 'dotenv' : 'binary'
}

/** Whether a text can hold metadata of sops at all; cheap, and true for more than does. */
export const maySealed = (text: string): boolean => /sops/.test(text) && /lastmodified/.test(text)

const withoutKey = (root: MapNode): MapNode => ({ ...root, entries: root.entries.filter(({ key }) => key !== KEY) })

interface Raw {
  readonly root: MapNode
  readonly comments: SealedDocument['comments']
  readonly sops: MapNode | undefined
  readonly style: ListStyle
}

function sopsOf(path: string, text: string, root: MapNode): MapNode | undefined {
  const found = root.entries.filter(({ key }) => key === KEY)
  if (found.length > 1) throw malformed(path, text, root.start, 'two entries named sops')
  const node = field(root, KEY)
  return node?.kind === 'map' && field(node, 'lastmodified') !== undefined ? node : undefined
}

const ofTree = (path: string, text: string, root: MapNode, comments: SealedDocument['comments']): Raw => ({
  root: withoutKey(root),
  comments,
  sops: sopsOf(path, text, root),
  style: bracketedOrLines(text),
})

const ofFlat = (text: string, { root, comments, metadata }: FlatFile): Raw => ({
  root,
  comments,
  sops: metadata.length === 0 ? undefined : unflatten(metadata),
  style: flatStyle(text, metadata),
})

function rawDocuments(path: string, text: string, format: SealedFormat): Raw[] {
  if (format === 'yaml') return readYaml(path, text).map(({ root, comments }) => ofTree(path, text, root, comments))
  if (format === 'dotenv') return [ofFlat(text, readDotenv(path, text))]
  if (format === 'ini') return [ofFlat(text, readIni(path, text))]
  return [ofTree(path, text, readJson(path, text), [])]
}

const SEALED_VALUE = /ENC\[AES256_GCM,data:/

/** Formats under another name, as `sops --input-type` and the inputs of a secretGenerator have them: `values.yaml.enc`, `app.env.sops`. */
function formatWithin(text: string): SealedFormat | undefined {
  if (!SEALED_VALUE.test(text)) return undefined
  if (/^\s*\{/.test(text)) return 'binary'
  if (/^sops_lastmodified=/m.test(text)) return 'dotenv'
  if (/^\[sops\]/m.test(text)) return 'ini'
  // A page about sops may show such a file.
  if (/^sops:\s*$/m.test(text) && !/^\s*(`{3}|~{3})/m.test(text)) return 'yaml'
  return /^(<{7}|>{7}) /m.test(text) ? 'binary' : undefined
}

function parsed(path: string, text: string, format: SealedFormat): Raw[] {
  try {
    return rawDocuments(path, text, format)
  } catch (error) {
    if (error instanceof RangeError) throw malformed(path, text, undefined, 'nested too deep')
    // A template that no parser takes and that only speaks of sops.
    if (!SEALED_VALUE.test(text)) return []
    throw error
  }
}

/**
 * Undefined when the text has no metadata of sops. Throws OpsError `sealed-malformed` with path and line when it has, and is damaged.
 */
export function readSealed(path: string, text: string, given = formatOf(path)): SealedFile | undefined {
  if (!maySealed(text)) return undefined
  const format = given === 'binary' ? formatWithin(text) : given
  if (format === undefined) return undefined
  const raws = parsed(path, text, format)
  if (raws.every(({ sops }) => sops === undefined)) return undefined
  const documents = raws.map(({ root, comments, sops, style }): SealedDocument => {
    if (sops === undefined) return { root, comments, block: undefined }
    const block = readBlock(sops, style)
    if ('missing' in block) throw malformed(path, text, sops.start, `its metadata of sops is incomplete: ${block.missing}`)
    return { root, comments, block }
  })
  return { path, format, text, documents }
}

const LONE_VALUE = /(?:^|[:=,[{-])[ \t]*["']?ENC\[AES256_GCM,data:[A-Za-z0-9+/=]+,iv:[A-Za-z0-9+/=]+,tag:[A-Za-z0-9+/=]+,type:[a-z]+\]/m

/** Whether values are sealed in a text whose metadata, which sops writes last, is gone: cut off in the middle, nobody opens it any more. */
export const isCutOff = (path: string, text: string): boolean =>
  !maySealed(text) && LONE_VALUE.test(text) && (formatOf(path) !== 'binary' || /^\s*\{/.test(text))

/** What the file says of its own keys and values; of several documents the first that says it, as sops takes it. */
export const metadataOf = (file: SealedFile): SealedMetadata | undefined =>
  file.documents.find(({ block }) => block !== undefined)?.block?.metadata
