// `--use-path`: a binary of exactly the pinned version that the user already has, where it can tell its version.
import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'
import { promisify } from 'node:util'
import type { Recipe } from './recipes.ts'

const candidates = (binary: string, path: string): string[] =>
  path
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .map((folder) => join(folder, binary))

const says = async (file: string, args: readonly string[]): Promise<string> => {
  const { stdout, stderr } = await promisify(execFile)(file, [...args], { timeout: 10_000 })
  return `${stdout}\n${stderr}`
}

/** Whether `text` names `version` and not, for example, a longer one that contains it. */
export const namesVersion = (text: string, version: string): boolean =>
  text.split(/[\s,;:"']+/).some((word) => word.replace(/^v/, '') === version.replace(/^v/, ''))

/** Absolute path, or undefined when PATH has no binary of this very version. */
export const findOnPath = async (recipe: Recipe, path: string): Promise<string | undefined> => {
  if (recipe.onPath === undefined) return undefined
  for (const file of candidates(recipe.binary, path)) {
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (!isThere) continue
    const text = await says(file, recipe.onPath.args).catch(() => '')
    if (namesVersion(text, recipe.onPath.version)) return file
  }
  return undefined
}
