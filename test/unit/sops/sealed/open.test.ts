// What makes a file open, beside its key.
import { expect, test } from 'vitest'
import { keyringOf } from '../../../../src/sops/sealed/keyring.ts'
import type { SealedFile } from '../../../../src/sops/sealed/model.ts'
import { openSealed } from '../../../../src/sops/sealed/open.ts'
import { readSealed } from '../../../../src/sops/sealed/read.ts'
import { newKey, sealed } from '../../actions/keys/sealed.ts'

const ours = await newKey()
const text = await sealed([ours])
const open = async (whole: string) => openSealed(readSealed('a.yaml', whole) as SealedFile, await keyringOf([ours]))

test('a clear document behind a sealed one is none of its concern', async () => {
  expect((await open(`${text}---\nb: clear\n`)).mac).toBe('holds')
})

test('a sealed value in a document that has lost its metadata is told, as Flux applies it as it stands', async () => {
  const lone = /^a: .*$/m.exec(text)?.[0] ?? ''

  await expect(open(`${text}---\nb:\n  - ${lone}\n`)).rejects.toMatchObject({
    code: 'sealed-value',
    message: expect.stringContaining('without metadata'),
  })
})

test('a file whose key groups hold what is no share of one key is told as one that does not open', async () => {
  const [, entry = ''] = /^ {4}age:\n([\s\S]*?)(?= {4}lastmodified)/m.exec(text) ?? []
  const group = `        - age:\n${entry.replace(/^ {8}/gm, ' '.repeat(12))}`
  const twice = text.replace(/ {4}age:\n[\s\S]*?(?= {4}lastmodified)/, `    key_groups:\n${group}${group}    shamir_threshold: 2\n`)

  await expect(open(twice)).rejects.toMatchObject({ code: 'sealed-value' })
})
