// Secrets of a sandbox are made once and kept in a 0600 file each.
import { randomBytes } from 'node:crypto'
import { readIfExists, writeFileAtomic } from '../atomic-file.ts'

/** The secret in `path`, made by `make` the first time. */
export async function keptSecret(path: string, make: () => Promise<string> | string): Promise<string> {
  const kept = await readIfExists(path)
  if (kept !== undefined && kept !== '') return kept
  const made = await make()
  await writeFileAtomic(path, made)
  return made
}

export const randomPassword = (): string => randomBytes(24).toString('base64url')
