import { describe, expect, test } from 'vitest'
import { pictureRequest } from '../../../../src/cli/recover/picture-flags.ts'

describe('pictures that are asked for', () => {
  test.each([
    [{ json: true, html: '-' }, 'stdout cannot take --json and --html - together'],
    [{ json: true, tree: true }, 'stdout cannot take --json and --tree together'],
    [{ html: '-', svg: '-' }, 'stdout cannot take --html - and --svg - together'],
  ])('%j is refused: stdout has room for one', async (flags, message) => {
    await expect(pictureRequest(flags)).rejects.toMatchObject({ code: 'stdout-twice', message, exit: 'usage' })
  })

  test('one file cannot be both', async () => {
    await expect(pictureRequest({ html: 'a', svg: './a' })).rejects.toMatchObject({ code: 'file-twice' })
  })

  test('a folder that is not there is told before anything is read', async () => {
    await expect(pictureRequest({ svg: 'no/such/folder/a.svg' })).rejects.toMatchObject({ code: 'file-missing' })
  })

  test('files go together with JSON and with a tree', async () => {
    await expect(pictureRequest({ json: true, html: 'a.html', svg: 'a.svg' })).resolves.toMatchObject({ json: true, html: 'a.html' })
    await expect(pictureRequest({ tree: true, html: 'a.html' })).resolves.toMatchObject({ tree: true })
  })
})
