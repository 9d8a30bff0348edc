import { expect, test } from 'vitest'
import { isKeyAlone, withKeyText } from '../../../../runbooks/age-rotate/files/key-in-file.ts'
import { keyringOf } from '../../../../src/sops/sealed/keyring.ts'
import type { SealedFile } from '../../../../src/sops/sealed/model.ts'
import { openSealed } from '../../../../src/sops/sealed/open.ts'
import { readSealed } from '../../../../src/sops/sealed/read.ts'
import { fakeContext } from '../../actions/fakes.ts'
import { newKey, sealed } from '../../actions/keys/sealed.ts'

const noSops = fakeContext({
  exec: () => {
    throw new Error('sops was asked')
  },
})

async function fileWith(textOf: (key: string) => string) {
  const old = await newKey()
  const file = readSealed('a.sops.yaml', await sealed([old], textOf(old.secret.reveal()))) as SealedFile
  return { old, file, add: (text: string) => `${text}AGE-NEXT\n` }
}

test('a key among the lines of another document is left to a person: a line behind it would break the document', async () => {
  const { old, file, add } = await fileWith((key) => `stringData:\n  age.agekey: |\n    ${key}\n`)

  await expect(withKeyText(noSops, file, old, add, [old])).rejects.toMatchObject({ code: 'key-file-by-hand' })
})

test('a value that a person has changed already is not asked about again', async () => {
  const { old, file } = await fileWith((key) => `stringData:\n  age.agekey: |\n    ${key}\n`)

  expect(await withKeyText(noSops, file, old, (text) => text, [old])).toBe(file.text)
})

test('a value that is the key and nothing else is told from one that holds more', async () => {
  const alone = await fileWith((key) => `# created: today\n${key}\n`)
  const more = await fileWith((key) => `${key}\nAGE-SECRET-KEY-OTHER\n`)
  const told = async ({ old, file }: typeof alone): Promise<boolean[]> => {
    const { units } = await openSealed(file, await keyringOf([old]))
    return units.flatMap(({ values }) => values.map((value) => isKeyAlone(value, old)))
  }

  expect([await told(alone), await told(more)]).toEqual([[true], [false]])
})
