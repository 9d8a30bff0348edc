// What we make of a sealed file against what the real sops makes of it, on every kind of file: reading, adding a recipient, a new data key.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Identity } from '../../../src/sops/keys/identities.ts'
import { type Keyring, keyringOf } from '../../../src/sops/sealed/keyring.ts'
import type { SealedFile } from '../../../src/sops/sealed/model.ts'
import { openSealed } from '../../../src/sops/sealed/open.ts'
import { readSealed } from '../../../src/sops/sealed/read.ts'
import { withNewDataKey, withoutRecipient, withRecipient } from '../../../src/sops/sealed/rewrite.ts'
import { type Specimen, specimens } from './corpus.ts'
import { type RealSops, realSops } from './real-sops.ts'

let sops: RealSops
let ours: Identity
let theirs: Identity
let next: Identity
let keyring: Keyring

const name = ({ recipient }: Identity): string => recipient ?? ''

beforeAll(async () => {
  sops = await realSops()
  ;[ours, theirs, next] = [await sops.keygen(), await sops.keygen(), await sops.keygen()]
  keyring = await keyringOf([ours])
})

afterAll(() => sops.end())

const read = (path: string, text: string): SealedFile => {
  const file = readSealed(path, text)
  if (file === undefined) throw new Error('not read as a sealed file')
  return file
}

async function sealed({ name: path, clear, args, rule, edited = (text) => text }: Specimen): Promise<string> {
  return edited(await sops.encrypt(path, clear, [ours, theirs], args, rule))
}

/** Lines that are no metadata of sops and no encrypted value. */
const clearLines = (text: string): string[] => {
  const [body = ''] = text.split(/^(?:sops:|\[sops\]|\s*"sops":)/m)
  return body.split('\n').filter((line) => !line.includes('ENC[') && !line.startsWith('sops_'))
}

describe.each(specimens)('$title ($name)', (specimen) => {
  test('opens as sops opens it, and its MAC holds', async () => {
    const text = await sealed(specimen)

    const opened = await openSealed(read(specimen.name, text), keyring)

    expect((await sops.decrypt(specimen.name, text, [ours])).stderr).toBe('')
    expect(opened.mac).toBe('holds')
    expect(opened.by).toEqual([name(ours)])
  })

  test('is opened by a recipient that was added, and by those before, to the same values', async () => {
    const text = await sealed(specimen)
    const before = await sops.decrypt(specimen.name, text, [ours])
    const file = read(specimen.name, text)

    const added = await withRecipient(file, await openSealed(file, keyring), { recipient: name(next), beside: name(ours) })

    for (const identity of [ours, theirs, next])
      expect(await sops.decrypt(specimen.name, added, [identity])).toMatchObject({ exitCode: 0, stdout: before.stdout })
    expect(clearLines(added)).toEqual(clearLines(text))
    expect(
      await withRecipient(read(specimen.name, added), await openSealed(read(specimen.name, added), keyring), {
        recipient: name(next),
        beside: name(ours),
      }),
    ).toBe(added)
    expect(withoutRecipient(read(specimen.name, added), name(next))).toBe(text)
  })

  test('has the same values under a new data key, which the removed recipient does not open', async () => {
    const text = await sealed(specimen)
    const before = await sops.decrypt(specimen.name, text, [theirs])
    const file = read(specimen.name, text)
    const opened = await openSealed(file, keyring)

    const rotated = await withNewDataKey(file, opened, name(ours), '2031-02-03T04:05:06Z')

    expect(await sops.decrypt(specimen.name, rotated, [theirs])).toMatchObject({ exitCode: 0, stdout: before.stdout })
    expect((await sops.decrypt(specimen.name, rotated, [ours])).exitCode).not.toBe(0)
    const reopened = await openSealed(read(specimen.name, rotated), await keyringOf([theirs]))
    expect(reopened).toMatchObject({ digest: opened.digest, mac: 'holds' })
    expect(clearLines(rotated)).toEqual(clearLines(text))
    const values = (one: string): string[] => one.match(/ENC\[AES256_GCM,[^\]]*\]/g) ?? []
    const kept = specimen.title === 'a value that looks encrypted' ? 1 : 0
    expect(values(rotated).filter((value) => values(text).includes(value))).toHaveLength(kept)
  })
})
