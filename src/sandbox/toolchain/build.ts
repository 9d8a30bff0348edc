// Builds one binary. Works in a private folder beside the result, so that a killed build leaves nothing that could be taken for one.
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { copyFluxSource } from './flux-cli.ts'
import { copyOperatorSource } from './flux-operator.ts'
import { runGo } from './go.ts'
import { buildSshd } from './openssh.ts'
import { readPin } from './pins.ts'
import type { Recipe } from './recipes.ts'
import { admit } from './store.ts'

const WORK = 'work-'

// A go that outlived its killed builder may still write into the folder for a moment.
const REMOVAL = { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }

/** Folders of builds that were killed. Only called with the lock held. */
const sweep = async (folder: string): Promise<void> => {
  const names = await readdir(folder)
  await Promise.all(names.filter((name) => name.startsWith(WORK)).map((name) => rm(join(folder, name), REMOVAL)))
}

export const writePin = async (name: string, folder: string): Promise<void> => {
  const pin = await readPin(name)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(join(folder, 'go.mod'), pin.goMod)
  await writeFile(join(folder, 'go.sum'), pin.goSum)
}

/** Where the package is built: in a copy of its module, or in the folder of the pin, which has it as a dependency. */
const sourceOf = async (recipe: Recipe, pinned: string, copy: string, signal?: AbortSignal): Promise<string> => {
  if (recipe.kind === 'flux-cli') return copyFluxSource(pinned, copy, signal)
  return recipe.kind === 'flux-operator' ? copyOperatorSource(pinned, copy, signal) : pinned
}

const buildGo = async (recipe: Recipe, work: string, signal?: AbortSignal): Promise<string> => {
  const output = join(work, 'out', recipe.binary)
  const pinned = join(work, 'pin')
  await writePin(recipe.pin, pinned)
  const cwd = await sourceOf(recipe, pinned, join(work, 'source'), signal)
  const flags = ['-s', '-w', ...(recipe.stamps ?? []).flatMap((stamp) => ['-X', stamp])]
  const tags = recipe.tags ? ['-tags', recipe.tags.join(' ')] : []
  const args = ['build', '-trimpath', ...tags, '-ldflags', flags.join(' '), '-o', output, recipe.package]
  await runGo({ args, cwd, signal, cgo: recipe.tags !== undefined })
  return output
}

/** @returns size in bytes. Throws what runGo throws, and what buildSshd throws. */
export const build = async (recipe: Recipe, path: string, signal?: AbortSignal): Promise<number> => {
  const began = performance.now()
  const folder = dirname(path)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await sweep(folder)
  const work = join(folder, `${WORK}${process.pid}`)
  try {
    const output = await (recipe.archive === undefined ? buildGo(recipe, work, signal) : buildSshd(work, signal))
    const { size } = await stat(output)
    await admit(output, path, (performance.now() - began) / 1000)
    return size
  } finally {
    await rm(work, REMOVAL)
  }
}
