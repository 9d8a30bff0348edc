// Files that more than one kind of key opens: key groups, post-quantum recipients, documents of several origins.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Identity } from '../../../src/sops/keys/identities.ts'
import { keyringOf } from '../../../src/sops/sealed/keyring.ts'
import type { SealedFile } from '../../../src/sops/sealed/model.ts'
import { openSealed } from '../../../src/sops/sealed/open.ts'
import { metadataOf, readSealed } from '../../../src/sops/sealed/read.ts'
import { needsSops, withNewDataKey, withoutRecipient, withRecipient } from '../../../src/sops/sealed/rewrite.ts'
import { type RealSops, realSops } from './real-sops.ts'

const CLEAR = 'kind: Secret\nstringData:\n  a: one\n  b: two\n'

let sops: RealSops
let a: Identity
let b: Identity
let c: Identity
let next: Identity
let quantum: Identity

beforeAll(async () => {
  sops = await realSops()
  ;[a, b, c, next, quantum] = [await sops.keygen(), await sops.keygen(), await sops.keygen(), await sops.keygen(), await sops.keygen('-pq')]
})
afterAll(() => sops.end())

const name = ({ recipient }: Identity): string => recipient ?? ''
const read = (text: string): SealedFile => readSealed('a.yaml', text) as SealedFile
const opens = async (text: string, ...identities: Identity[]): Promise<boolean> =>
  (await sops.decrypt('a.yaml', text, identities)).exitCode === 0

const groups = (shamir_threshold: number, ...members: Identity[][]): object => ({
  shamir_threshold,
  key_groups: members.map((group) => ({ age: group.map(name) })),
})

test('two of three key groups open a file, as with sops', async () => {
  const text = await sops.encrypt('a.yaml', CLEAR, [], [], groups(2, [a], [b], [c]))

  expect(await opens(text, a, c)).toBe(true)
  expect((await openSealed(read(text), await keyringOf([a, c]))).mac).toBe('holds')
  expect(await opens(text, b)).toBe(false)
  await expect(openSealed(read(text), await keyringOf([b]))).rejects.toMatchObject({
    code: 'sealed-no-key',
    message: expect.stringContaining('2 of 3 key groups'),
  })
})

test('a recipient is added to the key groups of the one it stands beside, and to no other', async () => {
  const text = await sops.encrypt('a.yaml', CLEAR, [], [], groups(2, [a], [a, b], [c]))
  const file = read(text)

  const added = await withRecipient(file, await openSealed(file, await keyringOf([a])), { recipient: name(next), beside: name(a) })

  expect(metadataOf(read(added))?.groups.map(({ age }) => age.map(({ recipient }) => recipient))).toEqual([
    [name(a), name(next)],
    [name(a), name(next), name(b)],
    [name(c)],
  ])
  expect(await opens(added, next)).toBe(true)
  const without = withoutRecipient(read(added), name(a))
  expect([await opens(without, next), await opens(without, a)]).toEqual([true, false])
})

test('a key group that no identity opens gets no recipient, and it is said', async () => {
  const text = await sops.encrypt('a.yaml', CLEAR, [], [], groups(2, [a], [b], [c]))
  const file = read(text)
  const opened = await openSealed(file, await keyringOf([a, b]))

  await expect(withRecipient(file, opened, { recipient: name(next), beside: name(c) })).rejects.toMatchObject({
    code: 'sealed-group-closed',
  })
})

test('a new data key for key groups is left to sops', async () => {
  const text = await sops.encrypt('a.yaml', CLEAR, [], [], groups(2, [a], [b]))

  expect(needsSops(read(text))).toBe('its data key is shared among key groups')
})

test('a post-quantum recipient stands beside a classical one, and takes its place', async () => {
  const text = await sops.encrypt('a.yaml', CLEAR, [a])
  const file = read(text)

  const added = await withRecipient(file, await openSealed(file, await keyringOf([a])), { recipient: name(quantum), beside: name(a) })
  const rotated = await withNewDataKey(
    read(added),
    await openSealed(read(added), await keyringOf([quantum])),
    name(a),
    '2031-02-03T04:05:06Z',
  )

  expect([await opens(added, a), await opens(added, quantum)]).toEqual([true, true])
  expect([await opens(rotated, a), await opens(rotated, quantum)]).toEqual([false, true])
})

test('the last recipient cannot be taken out', async () => {
  const text = await sops.encrypt('a.yaml', CLEAR, [a])

  expect(() => withoutRecipient(read(text), name(a))).toThrow('is the only key of a group')
})

test('documents that were sealed apart keep keys of their own', async () => {
  const one = await sops.encrypt('a.yaml', CLEAR, [a, b])
  const two = await sops.encrypt('a.yaml', CLEAR.replace('one', 'three'), [a])
  const file = read(`${one}---\n${two}`)
  const opened = await openSealed(file, await keyringOf([a]))

  const added = await withRecipient(file, opened, { recipient: name(next), beside: name(a) })
  const rotated = await withNewDataKey(read(added), await openSealed(read(added), await keyringOf([next])), name(a), '2031-02-03T04:05:06Z')

  expect(opened).toMatchObject({ mac: 'holds', units: [expect.anything(), expect.anything()] })
  for (const part of rotated.split(/^---\n/m)) expect([await opens(part, next), await opens(part, a)]).toEqual([true, false])
  expect((await openSealed(read(rotated), await keyringOf([next]))).digest).toBe(opened.digest)
})
