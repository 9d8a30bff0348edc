import { readdir } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { resolveToolNames } from '../../../src/sandbox/toolchain/ensure.ts'
import { goModAdditions } from '../../../src/sandbox/toolchain/flux-operator.ts'
import { requiredVersion } from '../../../src/sandbox/toolchain/module-copy.ts'
import { namesVersion } from '../../../src/sandbox/toolchain/on-path.ts'
import { readPin } from '../../../src/sandbox/toolchain/pins.ts'
import { RECIPES, type Recipe, TOOL_SETS } from '../../../src/sandbox/toolchain/recipes.ts'

const all: [string, Recipe][] = Object.entries(RECIPES)
const recipes = all.filter(([, { archive }]) => archive === undefined)

/** Module paths and versions of a go.mod's require and replace lines. */
const modules = (goMod: string): Map<string, string> => {
  const found = new Map<string, string>()
  for (const line of goMod.split('\n')) {
    const [, path, version] = /^(?:require\s|replace\s.*=>\s|\s)?\s*([a-z0-9][^\s]*\.[^\s]*\/?[^\s]*)\s+(v[^\s]+)/.exec(line) ?? []
    if (path !== undefined && version !== undefined) found.set(path, version)
  }
  return found
}

describe('every recipe of Go', () => {
  test.each(recipes)('%s builds a package of a module that its pin requires', async (_id, recipe) => {
    const { goMod } = await readPin(recipe.pin)

    const paths = [...modules(goMod).keys()]

    const copied = { 'flux-cli': 'github.com/fluxcd/flux2/v2', 'flux-operator': 'github.com/controlplaneio-fluxcd/flux-operator' }
    const wanted = recipe.kind === undefined ? recipe.package : copied[recipe.kind]
    expect(paths.some((path) => wanted === path || wanted.startsWith(`${path}/`))).toBe(true)
  })

  test.each(recipes)('%s pins the version that its folder is named after', async (_id, recipe) => {
    const version = recipe.pin.slice(recipe.pin.lastIndexOf('-') + 1)

    const { goMod, goSum } = await readPin(recipe.pin)

    expect([...modules(goMod).values()]).toContain(`v${version}`)
    expect(goSum).toContain(` v${version} h1:`)
  })

  test('belongs to a folder, and every folder to a recipe or to the manifests', async () => {
    const entries = await readdir(new URL('../../../src/sandbox/toolchain', import.meta.url), { withFileTypes: true })

    const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)

    expect(folders.sort()).toEqual([...new Set([...recipes.map(([, recipe]) => recipe.pin), 'flux-manifests'])].sort())
  })
})

test('a recipe of an archive pins its sum, and its version is the one in the name of the archive', () => {
  const archives = all.flatMap(([, { pin, archive }]) => (archive === undefined ? [] : [{ pin, ...archive }]))

  expect(archives.map(({ pin }) => pin)).toEqual(['openssh-9.2p1'])
  for (const { pin, file, sha256 } of archives) {
    expect(file).toBe(`${pin.replace('-', '_')}.orig.tar.gz`)
    expect(sha256).toMatch(/^[0-9a-f]{64}$/)
  }
})

describe('the source of flux-operator', () => {
  test('is built in FIPS mode, with the one module that cannot be downloaded at the version of the pin', async () => {
    const { goMod } = await readPin('flux-operator-0.58.1')

    const added = goModAdditions(goMod)

    expect(added).toContain('godebug fips140=on')
    expect(added).toMatch(/^replace (\S+) => \1 v0\.0\.0-\d{14}-[0-9a-f]{12}$/m)
  })
})

describe('names of tools', () => {
  test('a set stands for its tools, each once and in building order', () => {
    expect(resolveToolNames(['kubectl', 'control-plane', 'kubectl'])).toEqual(TOOL_SETS['control-plane'])
  })

  test('an unknown one is refused with those that exist', () => {
    expect(() => resolveToolNames(['etcd', 'constructor'])).toThrow(
      expect.objectContaining({ code: 'tool-unknown', exit: 'usage', message: 'no tool or set is called constructor' }),
    )
  })
})

describe('a version in what a tool says', () => {
  test.each([
    ['etcd Version: 3.6.16\nGit SHA: Not provided', '3.6.16'],
    ['Kubernetes v1.34.4', 'v1.34.4'],
    ['flux version 2.9.2', '2.9.2'],
    ['v1.3.2', 'v1.3.2'],
  ])('is found in %j', (text, version) => {
    expect(namesVersion(text, version)).toBe(true)
  })

  test.each([
    ['flux version 2.9.20', '2.9.2'],
    ['Kubernetes v1.34.4-eks-1', 'v1.34.4'],
    ['etcd Version: 13.6.16', '3.6.16'],
    ['', '2.9.2'],
  ])('is not found in %j', (text, version) => {
    expect(namesVersion(text, version)).toBe(false)
  })
})

test('a pinned version is read from a block of requirements and from a line of its own', () => {
  const goMod =
    'module x\n\nrequire one.test/a v1.2.3\n\nrequire (\n\ttwo.test/b v0.1.0 // indirect\n)\n\nreplace three.test/c => four.test/d v9.0.0\n'

  expect(['one.test/a', 'two.test/b', 'four.test/d'].map((module) => requiredVersion(goMod, module))).toEqual([
    'v1.2.3',
    'v0.1.0',
    undefined,
  ])
})
