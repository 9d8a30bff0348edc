// New texts for sealed files are proven before they are given out; where only sops can make them, it does, on a copy.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { withNextKey, withoutOldKey } from '../../../src/actions/keys/reseal.ts'
import { systemClock } from '../../../src/adapters/clock.ts'
import { createExec } from '../../../src/adapters/exec.ts'
import { createRedactor } from '../../../src/adapters/redactor.ts'
import type { Identity } from '../../../src/sops/keys/identities.ts'
import type { SealedFile } from '../../../src/sops/sealed/model.ts'
import { readSealed } from '../../../src/sops/sealed/read.ts'
import { allTools } from '../scratch.ts'
import { type RealSops, realSops } from './real-sops.ts'

const CLEAR = 'kind: Secret\nstringData:\n  a: one\n  # about b\n  b: two\n'

let sops: RealSops
let root: string
let ctx: Parameters<typeof withoutOldKey>[0]
let old: Identity & { recipient: string }
let next: Identity & { recipient: string }
let other: Identity & { recipient: string }

beforeAll(async () => {
  sops = await realSops()
  root = await mkdtemp(join(tmpdir(), 'flux-ops-reseal-'))
  const bin = join(root, 'bin')
  await mkdir(bin)
  await writeFile(join(bin, 'sops'), `#!/bin/sh\nexec ${(await allTools()).sops} "$@"\n`, { mode: 0o755 })
  ctx = { exec: createExec({ env: { PATH: `${bin}:/usr/bin:/bin`, HOME: root }, redactor: createRedactor() }), clock: systemClock }
  const key = async () => (await sops.keygen()) as typeof old
  ;[old, next, other] = [await key(), await key(), await key()]
})
afterAll(async () => {
  await sops.end()
  await rm(root, { recursive: true, force: true })
})

const read = (path: string, text: string): SealedFile => readSealed(path, text) as SealedFile
const opens = async (text: string, ...identities: Identity[]): Promise<boolean> =>
  (await sops.decrypt('a.yaml', text, identities)).exitCode === 0

test('the next key is put beside the old one, and then takes its place', async () => {
  const file = read('a.yaml', await sops.encrypt('a.yaml', CLEAR, [old, other]))

  const both = await withNextKey([file], { now: [old], next }, { recipient: next.recipient, beside: old.recipient })
  const added = both.changes[0]?.text ?? ''
  const cut = await withoutOldKey(ctx, [read('a.yaml', added)], { next: [next], old })

  const text = cut.changes[0]?.text ?? ''
  expect([await opens(added, old), await opens(added, next), await opens(added, other)]).toEqual([true, true, true])
  expect([await opens(text, old), await opens(text, next), await opens(text, other)]).toEqual([false, true, true])
})

test('a second time nothing is left to change', async () => {
  const file = read('a.yaml', await sops.encrypt('a.yaml', CLEAR, [old]))
  const addition = { recipient: next.recipient, beside: old.recipient }
  const added = read('a.yaml', (await withNextKey([file], { now: [old], next }, addition)).changes[0]?.text ?? '')
  const cut = read('a.yaml', (await withoutOldKey(ctx, [added], { next: [next], old })).changes[0]?.text ?? '')

  expect(await withNextKey([added], { now: [old], next }, addition)).toMatchObject({ changes: [], unchanged: ['a.yaml'] })
  expect(await withoutOldKey(ctx, [cut], { next: [next], old })).toMatchObject({ changes: [], unchanged: ['a.yaml'], problems: [] })
})

test('key groups get their new data key from sops, on a copy', async () => {
  const rule = { shamir_threshold: 2, key_groups: [{ age: [old.recipient, next.recipient] }, { age: [other.recipient] }] }
  const file = read('a.yaml', await sops.encrypt('a.yaml', CLEAR, [], [], rule))

  const cut = await withoutOldKey(ctx, [file], { next: [next, other], old })

  expect(cut.problems).toEqual([])
  const text = cut.changes[0]?.text ?? ''
  expect([await opens(text, next, other), await opens(text, old, other)]).toEqual([true, false])
})

test('a file that does not open is told, and the others go on', async () => {
  const mine = read('mine.yaml', await sops.encrypt('a.yaml', CLEAR, [old]))
  const theirs = read('theirs.yaml', await sops.encrypt('a.yaml', CLEAR, [other]))

  const both = await withNextKey([theirs, mine], { now: [old], next }, { recipient: next.recipient, beside: old.recipient })

  expect(both.changes.map(({ path }) => path)).toEqual(['mine.yaml'])
  expect(both.problems).toMatchObject([{ path: 'theirs.yaml', code: 'sealed-no-key' }])
})

test('a file that only the old key opens does not lose it', async () => {
  const file = read('a.yaml', await sops.encrypt('a.yaml', CLEAR, [old]))

  const cut = await withoutOldKey(ctx, [file], { next: [old, next], old })

  expect(cut).toMatchObject({ changes: [], problems: [{ path: 'a.yaml', code: 'sealed-last-recipient' }] })
})

test('an encrypted comment that nobody can read stops a new data key, which would lose it for good', async () => {
  const sealed = await sops.encrypt('a.yaml', CLEAR, [old, next])
  const damaged = sealed.replace(/(#ENC\[AES256_GCM,data:)(.)/, (_, head: string, char: string) => head + (char === 'A' ? 'B' : 'A'))

  const cut = await withoutOldKey(ctx, [read('a.yaml', damaged)], { next: [next], old })

  expect(cut).toMatchObject({ changes: [], problems: [{ code: 'sealed-lost-comment' }] })
})
