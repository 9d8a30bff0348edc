// A new text of a sealed file that is not what it has to be is never given out, whatever is wrong with it.
import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { assertAdded, assertRotated, assertTakenOut, type Before } from '../../../../src/actions/keys/reseal-proof.ts'
import type { Identity } from '../../../../src/sops/keys/identities.ts'
import { type Keyring, keyringOf, wrapFor } from '../../../../src/sops/sealed/keyring.ts'
import type { SealedFile } from '../../../../src/sops/sealed/model.ts'
import { openSealed } from '../../../../src/sops/sealed/open.ts'
import { readSealed } from '../../../../src/sops/sealed/read.ts'
import { withNewDataKey, withoutRecipient, withRecipient } from '../../../../src/sops/sealed/rewrite.ts'
import { newKey, sealed } from './sealed.ts'

const [old, next, other] = [await newKey(), await newKey(), await newKey()]
const [byOld, byNext] = [await keyringOf([old]), await keyringOf([next])]
const nameOf = ({ recipient = '' }: Identity): string => recipient
const read = (text: string): SealedFile => readSealed('a.yaml', text) as SealedFile
const known = async (text: string, keyring: Keyring): Promise<Before> => {
  const file = read(text)
  return { file, opened: await openSealed(file, keyring) }
}
const entriesOf = (text: string) => read(text).documents.flatMap(({ block }) => block?.metadata.groups[0]?.age ?? [])
const encOf = (text: string, { recipient }: Identity): string =>
  JSON.stringify(entriesOf(text).find((entry) => entry.recipient === recipient)?.enc)
const unproven = (what: string) => ({ code: 'reseal-unproven', exit: 'bug', message: expect.stringContaining(what) })
/** One character of what is sealed there, of which every character counts. */
const flipped = (text: string, before: RegExp): string =>
  text.replace(before, (match) => match.slice(0, -1) + (match.endsWith('A') ? 'B' : 'A'))

const was = await sealed([old, other])
const before = await known(was, byOld)
const added = await withRecipient(before.file, before.opened, { recipient: nameOf(next), beside: nameOf(old) })
const addedAs = (text: string): Promise<void> => assertAdded(before, text, { recipient: nameOf(next), beside: nameOf(old) }, byNext)

test('a next key beside the old one, and nothing else, is taken', async () => {
  await expect(addedAs(added)).resolves.toBeUndefined()
})

test('an entry of the next key that wraps another data key is refused', async () => {
  const { enc } = await wrapFor(nameOf(next), randomBytes(32))

  await expect(addedAs(added.replace(encOf(added, next), JSON.stringify(enc)))).rejects.toMatchObject(unproven('next key alone'))
})

test('an entry that names the next key and is wrapped for another one is refused', async () => {
  const { enc } = await wrapFor(nameOf(other), before.opened.units[0]?.dataKey.key ?? new Uint8Array())

  await expect(addedAs(added.replace(encOf(added, next), JSON.stringify(enc)))).rejects.toMatchObject(unproven('next key alone'))
})

test('a text without the next key is refused', async () => {
  await expect(addedAs(was)).rejects.toMatchObject(unproven('next key alone'))
})

test.each([
  ['a sealed value that was changed', flipped(added, /^a: ENC\[AES256_GCM,data:./m), 'sealed values'],
  ['another key in front of a sealed value', added.replace(/^a: /m, 'b: '), 'sealed values'],
  ['a value more', `c: clear\n${added}`, 'sealed values'],
  ['a value more at the end', `${added}c: clear\n`, 'sealed values'],
  ['a MAC that was changed', flipped(added, /^ {4}mac: ENC\[AES256_GCM,data:./m), 'metadata'],
  ['another time of change, which the MAC is bound to', added.replace('2026-11-20', '2026-11-21'), 'metadata'],
  ['another choice of what is encrypted', `${added}    unencrypted_regex: ^a$\n`, 'metadata'],
  ['an old entry that was changed', added.replace(encOf(was, old), encOf(was, other)), 'metadata'],
  ['an old entry that was taken out', withoutRecipient(read(added), nameOf(old)), 'metadata'],
  ['a document more', `${added}---\nb: clear\n`, 'documents'],
  ['a file that is sealed no more', 'a: clear\n', 'no sealed file'],
  ['what is no YAML any more', added.replace('sops:', 'sops: ]'), 'cannot be read'],
])('%s is refused beside a next key', async (_, text, what) => {
  expect(text).not.toBe(added)
  await expect(addedAs(text)).rejects.toMatchObject(unproven(what))
})

test('a third recipient beside the next key is refused', async () => {
  const third = await newKey()
  const text = await withRecipient(read(added), before.opened, { recipient: nameOf(third), beside: nameOf(old) })

  await expect(addedAs(text)).rejects.toMatchObject(unproven('metadata'))
})

test('documents that got different entries of the next key are refused, as sops looks at the first alone', async () => {
  const twoBefore = await known(`${was}---\n${was}`, byOld)
  const again = await withRecipient(before.file, before.opened, { recipient: nameOf(next), beside: nameOf(old) })

  await expect(
    assertAdded(twoBefore, `${added}---\n${added}`, { recipient: nameOf(next), beside: nameOf(old) }, byNext),
  ).resolves.toBeUndefined()
  await expect(
    assertAdded(twoBefore, `${added}---\n${again}`, { recipient: nameOf(next), beside: nameOf(old) }, byNext),
  ).rejects.toMatchObject(unproven('the same keys'))
})

const both = await known(added, byNext)
const NOW = '2026-11-21T00:00:00Z'
const rotated = await withNewDataKey(both.file, both.opened, nameOf(old), NOW)
const rotatedAs = (text: string): Promise<void> => assertRotated(both, text, byNext, byOld)

test('a new data key that the old key does not open is taken', async () => {
  await expect(rotatedAs(rotated)).resolves.toBeUndefined()
})

test('a text that only lost the old entry is refused: whoever has the old key knows its data key', async () => {
  await expect(rotatedAs(withoutRecipient(both.file, nameOf(old)))).rejects.toMatchObject(unproven('data key'))
})

test('a text with a new data key in which the old key is still named is refused', async () => {
  await expect(rotatedAs(await withNewDataKey(both.file, both.opened, '', NOW))).rejects.toMatchObject(unproven('still opens it'))
})

test('an entry that names the old key is refused, even one that it does not open', async () => {
  await expect(rotatedAs(rotated.replace(nameOf(other), nameOf(old)))).rejects.toMatchObject(unproven('still opens it'))
})

test('an entry that the old key opens under the name of another one is refused', async () => {
  const key = (await openSealed(read(rotated), byNext)).units[0]?.dataKey.key ?? new Uint8Array()
  const { enc } = await wrapFor(nameOf(old), key)

  await expect(rotatedAs(rotated.replace(encOf(rotated, other), JSON.stringify(enc)))).rejects.toMatchObject(unproven('still opens it'))
})

test.each([
  ['a sealed value that was changed', flipped(rotated, /^a: ENC\[AES256_GCM,data:./m), 'sealed-value'],
  ['a MAC that was changed', flipped(rotated, /^ {4}mac: ENC\[AES256_GCM,data:./m), 'MAC'],
  ['a value more', `c: clear\n${rotated}`, 'sealed-value'],
  ['a text without the next key', withoutRecipient(read(rotated), nameOf(next)), 'sealed-no-key'],
])('%s is refused with a new data key', async (_, text, what) => {
  expect(text).not.toBe(rotated)
  await expect(rotatedAs(text)).rejects.toMatchObject(unproven(what))
})

test('other clear values are refused, even where their MAC holds', async () => {
  await expect(rotatedAs(await sealed([next, other], 'another'))).rejects.toMatchObject(unproven('clear values'))
})

test('a document of the same file that is for others alone needs no entry of the next key', async () => {
  const foreign = await sealed([other])
  const both = await known(`${was}---\n${foreign}`, await keyringOf([old, other]))
  const text = await withRecipient(both.file, both.opened, { recipient: nameOf(next), beside: nameOf(old) })

  await expect(assertAdded(both, text, { recipient: nameOf(next), beside: nameOf(old) }, byNext)).resolves.toBeUndefined()
})

test('a key is taken out only where nothing else changes, and where it is gone then', () => {
  const takenOut = withoutRecipient(read(added), nameOf(next))

  expect(() => assertTakenOut(read(added), takenOut, nameOf(next))).not.toThrow()
  expect(() => assertTakenOut(read(added), added, nameOf(next))).toThrow('still in it')
  expect(() => assertTakenOut(read(added), withoutRecipient(read(takenOut), nameOf(other)), nameOf(next))).toThrow('more of its metadata')
  expect(() => assertTakenOut(read(added), flipped(takenOut, /tag:\S/), nameOf(next))).toThrow('sealed values')
})
