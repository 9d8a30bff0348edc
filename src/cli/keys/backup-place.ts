// Where a backup is written, and under which name: nothing that hides it, and a word where it would end in git.
import { dirname } from 'node:path'
import { usageError } from '../../errors.ts'
import type { KeysWorld } from './open-world.ts'

/** What lies in a work tree is committed one day, and stays in the history. */
export async function tellRepository({ ctx, say }: Pick<KeysWorld, 'ctx' | 'say'>, folder: string): Promise<void> {
  const nearest = async (at: string): Promise<string> => ((await ctx.files.exists(at)) || dirname(at) === at ? at : nearest(dirname(at)))
  const root = await ctx.git.root(await nearest(folder)).catch(() => undefined)
  if (root !== undefined) say('⚠', `${folder} lies in the work tree of ${root}: keep the backup out of git`)
}

const PLAIN_NAME = /^(?![-.])[^/\\\p{C}]{1,200}$/u

/** Throws OpsError (usage) `name-unfit` for what is no name of a file, or a hidden one. */
export function assertName(name: string | undefined): void {
  if (name !== undefined && !PLAIN_NAME.test(name))
    throw usageError(
      'name-unfit',
      '--name is no beginning of a file name',
      'letters and digits, as in --name prod-eu; the folder is named by --out',
    )
}
