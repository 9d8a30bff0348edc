// A private folder that exists only while a tool runs. What lies in it is never a secret: a kill leaves it behind.
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
