// A bundle that the built program makes of a sandbox, and what it says of it without the sandbox.
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { unpackArchive } from '../../src/adapters/archive.ts'
import type { BundleResult } from '../../src/cli/recover/make-bundle.ts'
import type { Diagnosis } from '../../src/diagnosis/diagnose.ts'
import type { RecoverDesk } from './desk.ts'

export interface Bundled {
  readonly file: string
  readonly result: BundleResult
  /** The diagnosis that lies in it: of the cluster. */
  readonly live: Diagnosis
  /** The one that is made from it. */
  readonly found: Diagnosis
  readonly code: number | null
  /** Its files as text, by name. */
  readonly files: Readonly<Record<string, string>>
}

/** Nothing of the cluster can be reached with it. */
const NOWHERE = '--kubeconfig=/dev/null'

export async function bundled(desk: RecoverDesk): Promise<Bundled> {
  const file = join(desk.work, 'bundle.tar.gz')
  await rm(file, { force: true })
  const made = await desk.flux('recover', 'bundle', '--out', file, '--json')
  if (made.code !== 0) throw new Error(made.text)
  const packed = await unpackArchive(await readFile(file), file)
  const files = Object.fromEntries([...packed].map(([name, bytes]) => [name, Buffer.from(bytes).toString()]))
  const { code, stdout } = await desk.flux('recover', '--from', file, '--json', NOWHERE)
  return { file, code, files, result: JSON.parse(made.stdout), live: JSON.parse(files['diagnosis.json'] ?? ''), found: JSON.parse(stdout) }
}
