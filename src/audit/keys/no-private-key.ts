// A private key in clear in a file of the repository opens everything that was ever sealed to it.
import type { RepoFile } from '../../flux/files.ts'
import { placeOf } from '../../flux/yaml-objects.ts'
import type { Found } from '../model.ts'
import type { KeysRule } from './world.ts'

const BECH32 = '[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]'
const AGE = new RegExp(`AGE-SECRET-KEY-(?:PQ-)?1${BECH32}{58,}`, 'g')
const BLOCK = /-----BEGIN (OPENSSH PRIVATE KEY|PGP PRIVATE KEY BLOCK)-----/g

/** What a line of a key looks like, soon after the head; in a text about keys there is none. */
const BLOCK_LINE = /[A-Za-z0-9+/]{40}/
const SOON = 400

const HEAD = 'AGE-SECRET-KEY-'

/** How the head of a key looks in base64, which depends on what comes before it: only letters that are the same whatever stands around. */
const ENCODED = [0, 1, 2].map((before) => {
  const text = btoa(`${'\0'.repeat(before)}${HEAD}`).replace(/=+$/, '')
  return text.slice(Math.ceil((before * 4) / 3), -1)
})

/** Somebody's XXXX is no key. */
const isPlaceholder = (key: string): boolean => new Set(key.slice(HEAD.length)).size < 12

interface Sight {
  readonly at: number
  readonly what: string
}

function sightsIn(text: string): Sight[] {
  const keys = [...text.matchAll(AGE)].filter(([key]) => !isPlaceholder(key))
  const blocks = [...text.matchAll(BLOCK)].filter(({ index, 0: head }) => BLOCK_LINE.test(text.slice(index + head.length, index + SOON)))
  const encoded = ENCODED.map((letters) => text.indexOf(letters)).filter((at) => at !== -1)
  return [
    ...keys.map(({ index }) => ({ at: index, what: 'holds a private key of age in clear' })),
    ...blocks.map((match) => ({ at: match.index, what: `holds a private key in clear (${match[1]})` })),
    ...encoded.map((at) => ({ at, what: 'holds a private key of age in base64, which hides nothing' })),
  ]
}

function keysIn(file: RepoFile): Found[] {
  if (!/AGE-SECRET-KEY|PRIVATE KEY/.test(file.text) && !ENCODED.some((letters) => file.text.includes(letters))) return []
  return sightsIn(file.text).map(({ at, what }) => ({ where: { path: file.path, line: placeOf(file.text, at).line }, what }))
}

export const noPrivateKey: KeysRule = {
  id: 'no-private-key',
  title: 'no private key stands in git in clear',
  severity: 'error',
  reason: 'it opens everything that was ever sealed to it, in every commit',
  fix: 'take the key for known to everybody: make a new one, seal everything to that, and replace every value that this one opens',
  source: 'age 1.3 doc/age-keygen.1',
  find: (world) => ({
    found: world.files.flatMap(keysIn),
    unknown: world.unreadable.filter(({ isBinary }) => !isBinary).map(({ path, why }) => ({ where: { path }, cause: why })),
  }),
}
