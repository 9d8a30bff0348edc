// Pages, mail texts and locales of the forge, as its module carries them. Read in the module cache, never copied.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writePin } from './build.ts'
import { moduleFolder } from './module-copy.ts'
import { RECIPES } from './recipes.ts'

/** Absolute folder of the pinned module. Downloads it on first use. */
export const giteaFolder = async (signal?: AbortSignal): Promise<string> => {
  const pinned = await mkdtemp(join(tmpdir(), 'flux-ops-pin-'))
  try {
    await writePin(RECIPES.gitea.pin, pinned)
    return (await moduleFolder(RECIPES.gitea.package, pinned, signal)).dir
  } finally {
    await rm(pinned, { recursive: true, force: true })
  }
}
