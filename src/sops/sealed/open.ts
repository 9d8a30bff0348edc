// A sealed file, opened in memory: every value authenticated where it stands, the MAC of the whole compared, and a digest that tells two states of
// the file apart without keeping what was in it.
import { createHash, createSecretKey, type KeyObject } from 'node:crypto'
import { OpsError } from '../../errors.ts'
import { additionalData, type ClearValue, isSealedValue, openValue } from './cipher.ts'
import { goFloat } from './go-scalars.ts'
import { type DataKey, dataKeyOf, type Keyring } from './keyring.ts'
import type { Block, Node, Place, Scalar, SealedComment, SealedDocument, SealedFile } from './model.ts'
import { type Selects, selects } from './select.ts'

/** `unknown`: the file has values whose bytes only sops can tell. */
export type MacVerdict = 'holds' | 'mismatch' | 'none' | 'unknown'

export interface OpenedValue {
  readonly place: Place
  readonly path: readonly string[]
  readonly clear: ClearValue
}

/** Documents that share their metadata, and so their data key. */
export interface OpenedUnit {
  readonly blocks: readonly Block[]
  readonly dataKey: DataKey
  readonly values: readonly OpenedValue[]
  /** SHA-512 as the MAC has it; undefined when there is none or it does not open. */
  readonly macText: string | undefined
}

export interface OpenedFile {
  readonly units: readonly OpenedUnit[]
  readonly mac: MacVerdict
  /** SHA-256 over every path, type and clear value, hex. */
  readonly digest: string
  /** Recipients whose identities opened it. */
  readonly by: readonly string[]
  /** Offsets of encrypted comments that open nowhere: sops shows them as they are, and a new data key would lose them. */
  readonly lostComments: readonly number[]
}

const MAC_ONLY_ENCRYPTED = createHash('sha256').update('sops').digest()

/** Trials of comments in all places of a file; over it a comment counts as lost. Some files hold thousands of both. */
const MOST_TRIALS = 100_000

const lineOf = (text: string, offset: number): number => text.slice(0, offset).split('\n').length

function notOpened(file: SealedFile, { metadata }: Block, keyring: Keyring): OpsError {
  const sealedTo = metadata.groups.flatMap(({ age, others }) => [...age.map(({ recipient }) => recipient), ...others])
  const groups =
    metadata.groups.length > 1
      ? `, ${metadata.shamirThreshold || metadata.groups.length} of ${metadata.groups.length} key groups needed`
      : ''
  return new OpsError({
    code: 'sealed-no-key',
    message: `${file.path} does not open with any identity at hand; it is sealed to ${sealedTo.join(', ')}${groups}`,
    hints: [keyring.recipients.length === 0 ? 'no identity is at hand' : `at hand: ${keyring.recipients.join(', ')}`],
  })
}

const badValue = (file: SealedFile, path: readonly string[], place: Place, what: string): OpsError =>
  new OpsError({
    code: 'sealed-value',
    message: `${file.path}:${lineOf(file.text, place.start)}: ${path.join('.')} ${what}`,
    hints: [`see who changed it:  git log -p -- ${file.path}`, `set its value again:  sops ${file.path}`],
  })

const macBytes = ({ type, bytes }: ClearValue): Buffer => {
  if (type === 'float') return Buffer.from(goFloat(Number(bytes.toString())))
  if (type === 'bool') return Buffer.from(/^(1|t|true)$/i.test(bytes.toString()) ? 'True' : 'False')
  return bytes
}

class UnitReader {
  readonly values: OpenedValue[] = []
  readonly lostComments: number[] = []
  /** Paths of mappings and lists: where a comment may stand. */
  readonly #containers = new Set<string>()
  readonly #mac = createHash('sha512')
  readonly #file: SealedFile
  readonly #key: KeyObject
  readonly #selects: Selects
  readonly #macOnlyEncrypted: boolean
  readonly #record: (...parts: (string | Uint8Array)[]) => void
  uncertain = false
  #trials = 0

  constructor(file: SealedFile, block: Block, key: Uint8Array, record: (...parts: (string | Uint8Array)[]) => void) {
    this.#file = file
    this.#key = createSecretKey(key)
    this.#selects = selects(block.metadata.selection)
    this.#macOnlyEncrypted = block.metadata.macOnlyEncrypted
    this.#record = record
    if (this.#macOnlyEncrypted) this.#mac.update(MAC_ONLY_ENCRYPTED)
  }

  get mac(): string {
    return this.#mac.digest('hex').toUpperCase()
  }

  read(document: SealedDocument): void {
    this.#walk(document.root, [])
    for (const comment of document.comments) this.#comment(comment)
  }

  #walk(node: Node, path: readonly string[]): void {
    if (node.kind === 'scalar') {
      this.#scalar(node, path)
      return
    }
    this.#containers.add(additionalData(path))
    if (node.kind === 'list') for (const item of node.items) this.#walk(item, path)
    else for (const { key, value } of node.entries) this.#walk(value, [...path, key])
  }

  #scalar({ type, text, place }: Scalar, path: readonly string[]): void {
    if (type === 'null') return
    const selected = this.#selects(path) ?? isSealedValue(text)
    const clear = selected && text !== '' ? this.#open(type, text, place, path) : undefined
    this.#record(path.join('\0'), clear?.type ?? type, clear?.bytes ?? text)
    if (clear !== undefined) this.values.push({ place, path, clear })
    if (clear?.type === 'comment' || (this.#macOnlyEncrypted && !selected)) return
    if (clear === undefined && type === 'unknown') this.uncertain = true
    this.#mac.update(clear === undefined ? text : macBytes(clear))
  }

  #open(type: Scalar['type'], text: string, place: Place, path: readonly string[]): ClearValue {
    if (type !== 'str' && type !== 'unknown')
      throw badValue(this.#file, path, place, 'is not encrypted, though the metadata of the file says so')
    const clear = openValue(text, this.#key, additionalData(path))
    if (clear !== undefined) return clear
    const why = isSealedValue(text)
      ? 'does not authenticate: it was changed, cut, or moved from another place'
      : 'is not encrypted, though the metadata of the file says so'
    throw badValue(this.#file, path, place, why)
  }

  /** To which mapping a comment belongs is decided by the parser of sops; authentication tells which it was. */
  #comment(comment: SealedComment): void {
    for (const additional of this.#containers) {
      this.#trials += 1
      if (this.#trials > MOST_TRIALS) break
      const clear = openValue(comment.text, this.#key, additional)
      if (clear === undefined) continue
      this.#record('#', clear.type, clear.bytes)
      this.values.push({ place: comment, path: additional.slice(0, -1).split(':'), clear })
      return
    }
    this.#record('#', 'lost', comment.text)
    this.lostComments.push(comment.start)
  }
}

/** The MAC as it was when the file was sealed; undefined when there is none, or when it does not open. */
const macTextOf = ({ metadata: { mac, lastModified } }: Block, key: Uint8Array): string | undefined =>
  mac === '' ? undefined : openValue(mac, key, lastModified)?.bytes.toString()

const sameMetadata = (a: Block, b: Block): boolean =>
  a.metadata.mac === b.metadata.mac && JSON.stringify(a.metadata.groups) === JSON.stringify(b.metadata.groups)

/** Documents with the same metadata were sealed together; others were put into one file later, which Flux opens and sops does not. */
function unitsOf(documents: readonly SealedDocument[]): SealedDocument[][] {
  const sealed = documents.filter(({ block }) => block !== undefined)
  const [first] = sealed
  const together = sealed.every(
    ({ block }) => block !== undefined && first?.block !== undefined && (block === first.block || sameMetadata(first.block, block)),
  )
  return together ? [sealed] : sealed.map((document) => [document])
}

const firstSealed = (node: Node): Scalar | undefined => {
  if (node.kind === 'scalar') return isSealedValue(node.text) ? node : undefined
  for (const child of node.kind === 'list' ? node.items : node.entries.map(({ value }) => value)) {
    const found = firstSealed(child)
    if (found !== undefined) return found
  }
  return undefined
}

/** Flux applies such a document as it stands, and a new data key would leave it behind. */
function assertNoneWithout(file: SealedFile): void {
  for (const { root, block } of file.documents) {
    const lone = block === undefined ? firstSealed(root) : undefined
    if (lone === undefined) continue
    throw new OpsError({
      code: 'sealed-value',
      message: `${file.path}:${lineOf(file.text, lone.place.start)}: a sealed value in a document without metadata of sops, which Flux does not decrypt`,
      hints: [`see who changed it:  git log -p -- ${file.path}`],
    })
  }
}

function verdictOf(block: Block, reader: UnitReader, macText: string | undefined): MacVerdict {
  if (block.metadata.mac === '') return 'none'
  const matches = macText === reader.mac
  return !matches && reader.uncertain ? 'unknown' : matches ? 'holds' : 'mismatch'
}

const WORST: readonly MacVerdict[] = ['mismatch', 'unknown', 'none', 'holds']

/**
 * Throws OpsError `sealed-no-key` (names what the file is sealed to and what was at hand) and `sealed-value` (path and line of a value that does not open).
 * No error holds a clear value.
 */
export async function openSealed(file: SealedFile, keyring: Keyring): Promise<OpenedFile> {
  assertNoneWithout(file)
  const hash = createHash('sha256')
  const record = (...parts: (string | Uint8Array)[]) => {
    for (const part of parts) hash.update(`${part.length}:`).update(part)
  }
  const units: OpenedUnit[] = []
  const verdicts: MacVerdict[] = []
  const lostComments: number[] = []
  for (const documents of unitsOf(file.documents)) {
    const blocks = documents.flatMap(({ block }) => block ?? [])
    const block = blocks[0] as Block
    const dataKey = await dataKeyOf(block.metadata, keyring)
    if (dataKey === undefined) throw notOpened(file, block, keyring)
    const reader = new UnitReader(file, block, dataKey.key, record)
    for (const document of documents) reader.read(document)
    const macText = macTextOf(block, dataKey.key)
    verdicts.push(verdictOf(block, reader, macText))
    lostComments.push(...reader.lostComments)
    units.push({ blocks, dataKey, values: reader.values, macText })
  }
  const by = [...new Set(units.flatMap(({ dataKey }) => dataKey.parts.flatMap((part) => part?.by ?? [])))]
  const mac = WORST.find((verdict) => verdicts.includes(verdict)) ?? 'none'
  return { units, mac, digest: hash.digest('hex'), by, lostComments }
}
