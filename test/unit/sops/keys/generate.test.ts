// A key file as it is written, and as it is without one of its keys.
import { expect, test } from 'vitest'
import { generateKey, keyFileOf, withoutKey } from '../../../../src/sops/keys/generate.ts'
import { parseIdentities } from '../../../../src/sops/keys/identities.ts'
import { identity, LONG_PLUGIN_RECIPIENT, PLUGIN_IDENTITY } from './fixtures.ts'

const AT = '2026-11-22T03:12:00Z'
const [old, other] = [await generateKey('x25519'), await generateKey('x25519')]
const lineOf = ({ secret }: typeof old): string => secret.reveal()
const file = (key: typeof old): string => keyFileOf(key, AT).reveal()

test.each([
  ['x25519', /^age1[0-9a-z]{58}$/],
  ['hybrid', /^age1pq1[0-9a-z]+$/],
] as const)('a key file of a new %s key is read back as that key', async (kind, recipient) => {
  const made = await generateKey(kind)

  const [read, ...more] = await parseIdentities(keyFileOf(made, AT).reveal(), 'the new file')

  expect(more).toEqual([])
  expect(read).toMatchObject({ kind, recipient: made.recipient })
  expect(made.recipient).toMatch(recipient)
  expect(read?.secret.reveal()).toBe(made.secret.reveal())
})

test('a key file has three lines as those of age-keygen', () => {
  expect(file(old)).toBe(`# created: ${AT}\n# public key: ${old.recipient}\n${lineOf(old)}\n`)
})

test('a key that is printed by accident is not there', () => {
  const key = keyFileOf(old, AT)

  expect(`${old.secret} ${key} ${JSON.stringify({ old, key })}`).not.toContain('AGE-SECRET-KEY-')
})

test('two keys are never the same', () => {
  expect(lineOf(old)).not.toBe(lineOf(other))
})

test('of two keys the one goes with the comments that speak of it, and the other keeps its own', () => {
  expect(withoutKey(`${file(old)}${file(other)}`, old)).toBe(file(other))
  expect(withoutKey(`${file(other)}${file(old)}`, old)).toBe(file(other))
})

test('comments of people stay, and so does everything below them', () => {
  const text = `# keys of prod-eu\n\n# ours since spring\n# public key: ${old.recipient}\n${lineOf(old)}\n# by Alice\n${lineOf(other)}\n`

  expect(withoutKey(text, old)).toBe(`# keys of prod-eu\n\n# ours since spring\n# by Alice\n${lineOf(other)}\n`)
})

test('the comment of a restored backup goes with its key', () => {
  expect(withoutKey(`# recipient: ${old.recipient}\n${lineOf(old)}\n${lineOf(other)}\n`, old)).toBe(`${lineOf(other)}\n`)
})

test('nothing is left where it was the only key, whatever the comments say', () => {
  expect(withoutKey(file(old), old)).toBeUndefined()
  expect(withoutKey(`# keep me\n${file(old)}\n\n`, old)).toBeUndefined()
  expect(withoutKey(lineOf(old), old)).toBeUndefined()
})

test('a key of a plugin is a key that is left', async () => {
  const plugin = `# Recipient: ${LONG_PLUGIN_RECIPIENT}\n${PLUGIN_IDENTITY}\n`

  expect(withoutKey(`${plugin}${file(old)}`, old)).toBe(plugin)
  expect(withoutKey(`${plugin}${file(old)}`, await identity(PLUGIN_IDENTITY))).toBe(file(old))
})

test('lines that Windows has ended are found, and the others keep their ends', () => {
  const windows = (text: string): string => text.replaceAll('\n', '\r\n')

  expect(withoutKey(windows(`${file(old)}${file(other)}`), old)).toBe(windows(file(other)))
  expect(withoutKey(windows(file(old)), old)).toBeUndefined()
})

test('a key that stands there twice goes twice', () => {
  expect(withoutKey(`${file(old)}${file(other)}${lineOf(old)}\n`, old)).toBe(file(other))
})

test('a file without the key stays as it is, with or without a newline at its end', () => {
  expect(withoutKey(file(other), old)).toBe(file(other))
  expect(withoutKey(lineOf(other), old)).toBe(lineOf(other))
  expect(withoutKey(`${lineOf(old)}\n${lineOf(other)}`, old)).toBe(lineOf(other))
})
