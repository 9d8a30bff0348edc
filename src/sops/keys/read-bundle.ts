// The way back from the text of a backup to its keys and where they belong. A key file that flux-ops did not write is read as well, as keys of
// an unknown place; one that it did write has to be whole: what it says of itself is held against what it holds.
import { OpsError } from '../../errors.ts'
import type { Secret } from '../../ports/secret.ts'
import { BUNDLE_FORMAT, BUNDLE_HEADER, type KeyBundle, shortRecipient } from './bundle.ts'
import { type Identity, keyFileLines, parseIdentities, readIdentity, saidRecipient, unreadableLine } from './identities.ts'
import { type KeySource, readSourceLine, readValue } from './sources.ts'

const FIELD = /^# (cluster|cluster uid|taken|identities): (.+)$/
const RECIPIENT = /^# recipient: (.+)$/

const damaged = (where: string, what: string): OpsError =>
  new OpsError({
    code: 'bundle-damaged',
    message: `${where} is not as flux-ops wrote it: ${what}`,
    hints: [
      'take another copy of this backup',
      'the keys that are left in it can be used as they are: SOPS_AGE_KEY_FILE=FILE sops decrypt …',
    ],
  })

const empty = (where: string): OpsError =>
  new OpsError({ code: 'bundle-empty', message: `${where} holds no age identity`, hints: ['name another backup or key file'] })

interface Reading {
  readonly fields: Map<string, string>
  readonly sets: { readonly source: KeySource; readonly identities: Identity[] }[]
  /** What the recipient comment above the next identity says, and its line. */
  said: { readonly text: string; readonly line: number } | undefined
}

function readComment(reading: Reading, line: string, number: number, where: string): void {
  const source = readSourceLine(line)
  if (source === 'damaged') throw damaged(where, `line ${number} does not tell which Secret it means`)
  if (source !== undefined) {
    reading.sets.push({ source, identities: [] })
    return
  }
  const [, name, text] = FIELD.exec(line) ?? []
  // A header ends with the first source: nothing below it can speak for the whole.
  if (name !== undefined && reading.sets.length === 0) {
    const value = readValue(text ?? '')
    if (value === undefined || reading.fields.has(name)) throw damaged(where, `line ${number} does not tell ${name}, or tells it again`)
    reading.fields.set(name, value)
  }
  const said = RECIPIENT.exec(line)?.[1]
  if (said !== undefined) reading.said = { text: said, line: number }
}

async function readKey(reading: Reading, line: string, number: number, where: string): Promise<void> {
  const { said } = reading
  reading.said = undefined
  const identity = await readIdentity(line, said && saidRecipient(`# recipient: ${said.text}`))
  if (identity === undefined) throw unreadableLine(where, number, line)
  const { recipient } = identity
  if (said !== undefined && said.text !== recipient && (recipient === undefined || said.text !== shortRecipient(recipient)))
    throw damaged(where, `line ${said.line} names another recipient than the key below it has`)
  const set = reading.sets.at(-1)
  if (set === undefined) throw damaged(where, `line ${number} holds a key before any line tells where it is from`)
  set.identities.push(identity)
}

/**
 * Reads a bundle, or any age key file. `where` names it in errors. Throws OpsError `bundle-empty`, `bundle-damaged`, `bundle-format-unknown` and
 * those of `parseIdentities`; lines are named by number, never by their text.
 */
export async function readBundle(text: Secret, where: string): Promise<KeyBundle> {
  const lines = keyFileLines(text.reveal())
  const header = lines[0] ?? ''
  if (!header.startsWith(BUNDLE_HEADER)) {
    const identities = await parseIdentities(text.reveal(), where)
    if (identities.length === 0) throw empty(where)
    return { cluster: undefined, taken: undefined, sets: [{ source: { kind: 'unknown' }, identities }] }
  }
  if (header !== `${BUNDLE_HEADER}${BUNDLE_FORMAT}`)
    throw new OpsError({
      code: 'bundle-format-unknown',
      message: `${where} was written by a newer flux-ops: this one reads format ${BUNDLE_FORMAT}`,
      hints: ['use a newer flux-ops', 'it is an age key file all the same: age and sops can use it as it is'],
    })
  const reading: Reading = { fields: new Map(), sets: [], said: undefined }
  for (const [index, line] of lines.entries()) {
    if (line.startsWith('#')) readComment(reading, line, index + 1, where)
    else if (line !== '') await readKey(reading, line, index + 1, where)
  }
  return whole(reading, where)
}

function whole({ fields, sets }: Reading, where: string): KeyBundle {
  const count = sets.flatMap(({ identities }) => identities).length
  const told = fields.get('identities')
  if (told !== String(count))
    throw damaged(where, `it holds ${count} identities and says that it has ${/^\d{1,6}$/.test(told ?? '') ? told : 'some'}`)
  if (count === 0) throw empty(where)
  const [name, uid, taken] = [fields.get('cluster'), fields.get('cluster uid'), fields.get('taken')]
  return { cluster: name === undefined ? undefined : { name, ...(uid !== undefined && { uid }) }, taken, sets }
}
