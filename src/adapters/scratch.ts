// A private folder that exists only while a tool runs. What lies in it is never a secret: a kill leaves it behind.
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { OpsError } from '../errors.ts'
import type { Scratch } from '../ports/exec.ts'

/** Runs `work` in a folder with these files and links, then removes it. */
export async function inScratch<T>(scratch: Scratch, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'flux-ops-')) // mode 0700
  try {
    for (const [name, text] of Object.entries(scratch.files)) await writeFile(join(folder, name), text, { mode: 0o600 })
    for (const [name, target] of Object.entries(scratch.links ?? {})) await symlink(target, join(folder, name))
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const MAX_LEFT = 16 * 1024 * 1024

/** What lies in the folder now; with `only`, of these paths what is there. */
export async function textsIn(folder: string, only?: readonly string[]): Promise<Record<string, string>> {
  const all = await readdir(folder, { recursive: true, withFileTypes: true })
  const entries = all.filter(({ parentPath, name }) => only?.includes(relative(folder, join(parentPath, name))) !== false)
  const texts: Record<string, string> = {}
  let total = 0
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name)
    total += (await stat(path)).size
    if (total > MAX_LEFT) throw new OpsError({ code: 'scratch-too-large', message: `a tool left more than ${MAX_LEFT} bytes to be read` })
    texts[relative(folder, path)] = await readFile(path, 'utf8')
  }
  return texts
}
