// Looks for known secrets in files. Says where, and never what.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { KnownSecret } from './known-secrets.ts'

/** Regular files below `folder`, absolute; none when it does not exist. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => [])
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

export interface Searched {
  readonly files: number
  readonly bytes: number
  /** `git password 1 in <file>` */
  readonly found: readonly string[]
}

export async function search(files: readonly string[], secrets: readonly KnownSecret[]): Promise<Searched> {
  const found: string[] = []
  let bytes = 0
  for (const file of files) {
    const text = await readFile(file)
    bytes += text.length
    for (const { name, spellings } of secrets) if (spellings.some((spelling) => text.includes(spelling))) found.push(`${name} in ${file}`)
  }
  return { files: files.length, bytes, found }
}
