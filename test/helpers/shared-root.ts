// One folder for the sandboxes of a whole vitest run, so that each style is brought up once. Its end ends them.
// FLUX_OPS_TEST_ROOT names a folder that is kept: for whoever works on a test and runs it again and again.
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { down } from '../../src/sandbox/index.ts'

export const ROOT = 'FLUX_OPS_TEST_ROOT'

/** vitest's globalSetup: runs before the workers start, which inherit its environment. */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env[ROOT]) return undefined
  const root = await mkdtemp(join(tmpdir(), 'flux-ops-suite-'))
  process.env[ROOT] = root
  return () => remove(root)
}

async function remove(root: string): Promise<void> {
  delete process.env[ROOT]
  for (const entry of await readdir(root, { withFileTypes: true })) {
    if (entry.isDirectory()) await down(entry.name, { root, delete: true, graceMs: 0 }).catch(() => undefined)
  }
  await rm(root, { recursive: true, force: true, maxRetries: 5 })
}
