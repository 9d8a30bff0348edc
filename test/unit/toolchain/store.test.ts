import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { RECIPES } from '../../../src/sandbox/toolchain/recipes.ts'
import { admit, recipeKey, sha256File, standing, toolchainRoot } from '../../../src/sandbox/toolchain/store.ts'

let folder: string
let binary: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'store-'))
  binary = join(folder, 'tool')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const admitted = async (content: string): Promise<void> => {
  await writeFile(join(folder, 'temp'), content)
  await admit(join(folder, 'temp'), binary, 1)
}

describe('a binary in the store', () => {
  test('is good after it was admitted, and leaves no temporary file', async () => {
    await admitted('content')

    expect(await standing(binary)).toBe('good')
    expect((await readdir(folder)).sort()).toEqual(['tool', 'tool.json', 'tool.seen'])
  })

  test('is missing when it was never admitted, even when a file is there', async () => {
    await writeFile(binary, 'half a binary')

    expect(await standing(binary)).toBe('missing')
  })

  test('is damaged when its content changed before it was ever looked at', async () => {
    await admitted('content')
    await writeFile(binary, 'CONTENT')

    expect(await standing(binary)).toBe('damaged')
  })

  test('is damaged when its content changed after it was found good, with size and date put back', async () => {
    await admitted('content')
    const date = new Date(1_700_000_000_000)
    await utimes(binary, date, date)
    await standing(binary)

    await writeFile(binary, 'CONTENT')
    await utimes(binary, date, date)

    expect(await standing(binary)).toBe('damaged')
  })

  test('is missing when its record cannot be read', async () => {
    await admitted('content')
    await writeFile(`${binary}.json`, '{"sha256":"short"')

    expect(await standing(binary)).toBe('missing')
  })

  test('is good again after it was built anew', async () => {
    await admitted('content')
    await writeFile(binary, 'broken')

    await admitted('content')

    expect(await standing(binary)).toBe('good')
  })
})

test('a file larger than one read is hashed whole', async () => {
  await writeFile(binary, Buffer.alloc(9 * 1024 * 1024, 7))
  const whole = await sha256File(binary)
  await writeFile(binary, Buffer.alloc(9 * 1024 * 1024 - 1, 7))

  expect(await sha256File(binary)).not.toBe(whole)
})

describe('the key of a recipe', () => {
  const pin = { goMod: 'module a', goSum: 'x h1:1' }

  test('changes with go.mod, go.sum, package and stamps', () => {
    const base = RECIPES.etcd
    const keys = [
      recipeKey(pin, base),
      recipeKey({ ...pin, goMod: 'module b' }, base),
      recipeKey({ ...pin, goSum: 'x h1:2' }, base),
      recipeKey(pin, { ...base, package: 'other' }),
      recipeKey(pin, { ...base, stamps: ['main.V=1'] }),
    ]

    expect(new Set(keys).size).toBe(keys.length)
  })

  test('does not change with the estimate', () => {
    expect(recipeKey(pin, { ...RECIPES.etcd, seconds: 1 })).toBe(recipeKey(pin, RECIPES.etcd))
  })
})

describe('the folder of the store', () => {
  test('follows XDG_CACHE_HOME', () => {
    expect(toolchainRoot({ XDG_CACHE_HOME: '/c' })).toBe('/c/flux-ops/toolchain')
  })

  test.each(['', 'relative/path'])('ignores XDG_CACHE_HOME=%j', (value) => {
    expect(toolchainRoot({ XDG_CACHE_HOME: value })).toMatch(/\/\.cache\/flux-ops\/toolchain$/)
  })
})
