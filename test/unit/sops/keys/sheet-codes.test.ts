import { describe, expect, test } from 'vitest'
import { codeTexts } from '../../../../src/sops/keys/sheet-codes.ts'
import { armor, armorTo, page, quantum, read, reading, sealedTo, sharePage } from './sheets.ts'

describe('the codes of a sheet', () => {
  const scanned = (html: string) => html.match(/<svg/g)?.length

  test('are one where a share of a cluster with one key fits into one', () => {
    expect(scanned(sharePage)).toBe(1)
    expect(sharePage).toContain('Code 1 of 1')
  })

  test('hold the very file where it fits into one, so that a phone has all that age needs', () => {
    expect(codeTexts(armor.trim())).toEqual([armor.trim()])
  })

  test('are several for a post-quantum recipient, and come together in any order', async () => {
    const long = await armorTo(quantum.recipient)
    const codes = codeTexts(long.trim()) ?? []

    expect(codes.length).toBeGreaterThan(1)
    expect(codes.every((code) => code.length <= 1_000)).toBe(true)
    expect(codes[0]).toMatch(/^FLUX-OPS 1\/\d [0-9A-Z]{6}\n-----BEGIN/)
    expect(read(codes.toReversed().join('\n'))).toEqual({ kind: 'sealed', text: long })
    expect(scanned(await page(sealedTo, { kind: 'sealed', text: long }))).toBe(codes.length)
  })

  test('of a large share keep to the capitals that a code packs best', () => {
    const codes = codeTexts(`FLUX-OPS SHARE ${'001:ABCD '.repeat(300)}`) ?? []

    expect(codes.length).toBeGreaterThan(1)
    for (const code of codes) expect(code).toMatch(/^[0-9A-Z $%*+./:-]*$/)
  })

  test('say which of them is missing, and that they are of two sheets', async () => {
    const [one, two] = [
      codeTexts((await armorTo(quantum.recipient)).trim()) ?? [],
      codeTexts((await armorTo(quantum.recipient)).trim()) ?? [],
    ]

    expect(await reading(one.toSpliced(1, 1).join('\n'))).toMatchObject({
      code: 'sheet-code-missing',
      message: `sheet.html lacks code 2 of ${one.length}`,
    })
    expect((await reading([...one.slice(0, 1), ...two.slice(1)].join('\n'))).code).toBe('sheet-codes-mixed')
    expect(await reading(one.join('\n').replace('END AGE', 'END AGF'))).toMatchObject({
      code: 'sheet-damaged',
      message: 'sheet.html was changed after its codes were scanned: together they are not what was printed',
    })
  })

  test('are left out where there would be too many', async () => {
    const much = `-----BEGIN AGE ENCRYPTED FILE-----\n${`${'A'.repeat(64)}\n`.repeat(300)}-----END AGE ENCRYPTED FILE-----\n`

    expect(codeTexts(much.trim())).toBeUndefined()
    expect(await page(sealedTo, { kind: 'sealed', text: much })).toContain('too long for codes')
  })
})
