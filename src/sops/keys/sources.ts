// Where an identity was found, as a comment line says it. Names come from clusters and disks: whatever is not plain stands in quotes with its
// characters as numbers, so that no name can end the line, begin another or say something else.

export type KeySource =
  | { readonly kind: 'secret'; readonly namespace: string; readonly name: string; readonly entry: string }
  | { readonly kind: 'file'; readonly name: string }
  /** A key file that tells nothing of it. */
  | { readonly kind: 'unknown' }

/** Flux takes only such entries of a Secret for age keys and passes over the others in silence (kustomize-controller, DecryptionAgeExt). */
const FLUX_EXTENSION = '.agekey'

export const isReadByFlux = (entry: string): boolean => entry.endsWith(FLUX_EXTENSION)

const NOTE = ` (Flux passes over it: the name does not end in ${FLUX_EXTENSION})`

const PLAIN_NAME = /^[A-Za-z0-9._-]+$/
const PLAIN_VALUE = /^(?!["\s])[\x20-\x7e]*[\x21-\x7e]$/
const NAME = String.raw`([A-Za-z0-9._-]+|"(?:[^"\\]|\\.)*")`
const SECRET_LINE = new RegExp(String.raw`^# Secret ${NAME}/${NAME}, entry ${NAME}(?: \(.*\))?$`)
const FILE_LINE = /^# file (.+)$/

const quoted = (text: string): string =>
  JSON.stringify(text).replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

const nameText = (name: string): string => (PLAIN_NAME.test(name) ? name : quoted(name))

/** A value that takes the rest of a line: as it is where it is plain ASCII, else in quotes. */
export const valueText = (value: string): string => (PLAIN_VALUE.test(value) ? value : quoted(value))

/** What `valueText` wrote; undefined for what it cannot have written. */
export function readValue(text: string): string | undefined {
  if (!text.startsWith('"')) return PLAIN_VALUE.test(text) ? text : undefined
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}

/** `Secret flux-system/sops-age, entry age.agekey`, `file keys.txt`: always one line of plain ASCII. */
export function sourceName(source: KeySource): string {
  if (source.kind === 'unknown') return 'a key file'
  if (source.kind === 'file') return `file ${valueText(source.name)}`
  return `Secret ${nameText(source.namespace)}/${nameText(source.name)}, entry ${nameText(source.entry)}`
}

/** The comment line above the identities of a source; it says so where Flux does not read them. */
export const sourceLine = (source: KeySource): string =>
  `# ${sourceName(source)}${source.kind === 'secret' && !isReadByFlux(source.entry) ? NOTE : ''}`

/** The source that a line names; undefined for any other line, `damaged` for one that begins like a source and is none. */
export function readSourceLine(line: string): KeySource | 'damaged' | undefined {
  const secret = SECRET_LINE.exec(line)
  if (secret !== null) {
    const [namespace, name, entry] = secret.slice(1, 4).map(readValue)
    return namespace === undefined || name === undefined || entry === undefined ? 'damaged' : { kind: 'secret', namespace, name, entry }
  }
  const file = FILE_LINE.exec(line)?.[1]
  if (file !== undefined) {
    const name = readValue(file)
    return name === undefined ? 'damaged' : { kind: 'file', name }
  }
  if (line === sourceLine({ kind: 'unknown' })) return { kind: 'unknown' }
  return line.startsWith('# Secret ') ? 'damaged' : undefined
}
