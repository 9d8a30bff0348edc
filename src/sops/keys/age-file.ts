// An age file as far as it can be seen without a key (age-encryption.org/v1): its bytes, and by what kinds of keys it opens.
import { OpsError } from '../../errors.ts'

export interface AgeFile {
  /** How it is called in errors. */
  readonly where: string
  readonly bytes: Uint8Array
  /** Where the payload begins. */
  readonly headerLength: number
  /** `X25519`, `mlkem768x25519`, `scrypt`, `ssh-ed25519`, what a plugin writes: each once, in order. */
  readonly stanzas: readonly string[]
}

const BEGIN = '-----BEGIN AGE ENCRYPTED FILE-----'
const VERSION = 'age-encryption.org/'
const FIRST_LINE = `${VERSION}v1`

/** No backup of keys comes near; more would only fill the memory. */
const LARGEST = 16 * 2 ** 20
const LONGEST_HEADER = 2 ** 20
const LONGEST_TYPE = 60

export const damagedFile = (where: string, what: string): OpsError =>
  new OpsError({ code: 'age-file-damaged', message: `${where} is damaged: ${what}`, hints: ['take another copy of it'] })

const noAgeFile = (where: string, what: string): OpsError =>
  new OpsError({
    code: 'age-file-unreadable',
    message: `${where} is no age file: ${what}`,
    hints: [`an age file begins with ${BEGIN} or with ${FIRST_LINE}`, 'a share is opened together with others, a sheet as a sheet'],
  })

async function binary(file: Uint8Array | string, where: string): Promise<Uint8Array> {
  const start = (typeof file === 'string' ? file.slice(0, 2_048) : Buffer.from(file.subarray(0, 2_048)).toString('latin1')).trimStart()
  if (start.startsWith(BEGIN)) {
    const { armor } = await import('age-encryption')
    try {
      return armor.decode(typeof file === 'string' ? file : Buffer.from(file).toString('latin1'))
    } catch {
      throw damagedFile(where, 'its lines between BEGIN and END are not all there, or not as age writes them')
    }
  }
  if (!start.startsWith(VERSION)) throw noAgeFile(where, 'it does not begin like one')
  return typeof file === 'string' ? Buffer.from(file, 'latin1') : file
}

/** The lines of the header up to the one with its MAC, and where they end; undefined where that line is missing. */
function headerOf(bytes: Uint8Array): { lines: string[]; length: number } | undefined {
  const text = Buffer.from(bytes.subarray(0, LONGEST_HEADER)).toString('latin1')
  const mac = text.indexOf('\n--- ')
  const end = mac === -1 ? -1 : text.indexOf('\n', mac + 1)
  return end === -1 ? undefined : { lines: text.slice(0, mac).split('\n'), length: end + 1 }
}

/**
 * Reads an age file, armored or binary. Throws OpsError `age-file-unreadable` for what is none, `age-file-damaged` for one without a whole header.
 */
export async function readAgeFile(file: Uint8Array | string, where: string): Promise<AgeFile> {
  if (file.length > LARGEST) throw noAgeFile(where, 'it is larger than 16 MiB')
  const bytes = await binary(file, where)
  const header = headerOf(bytes)
  if (header === undefined) throw damagedFile(where, 'its header does not end')
  if (header.lines[0] !== FIRST_LINE) throw noAgeFile(where, 'it is of another version of the format')
  const types = header.lines.filter((line) => line.startsWith('-> ')).map((line) => line.split(' ')[1] ?? '')
  // age adds stanzas of no meaning so that nobody relies on their number.
  const real = types.filter((type) => /^[\x21-\x7e]+$/.test(type) && !type.endsWith('-grease')).map((type) => type.slice(0, LONGEST_TYPE))
  if (real.length === 0) throw damagedFile(where, 'its header names no key')
  return { where, bytes, headerLength: header.length, stanzas: [...new Set(real)] }
}

/** The same file as text, for the standard input of age. */
export async function armored({ bytes }: AgeFile): Promise<string> {
  const { armor } = await import('age-encryption')
  return armor.encode(bytes)
}
