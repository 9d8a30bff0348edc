// The repository that the scenarios are committed to, and one that nobody has ever pushed to.
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

interface Desk {
  readonly url: string
  readonly work: string
  git(args: readonly string[], cwd?: string): Promise<unknown>
}

/** By one commit on main. */
export async function push(files: Readonly<Record<string, string>>, removed: readonly string[], { url, work, git }: Desk): Promise<void> {
  const dir = await mkdtemp(join(work, 'clone-'))
  await git(['clone', '--quiet', url, dir])
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, name)), { recursive: true })
    await writeFile(join(dir, name), text)
  }
  for (const name of removed) await rm(join(dir, name))
  await git(['add', '--all'], dir)
  await git(['commit', '--quiet', '--allow-empty', '-m', 'Scenarios'], dir)
  await git(['push', '--quiet', 'origin', 'HEAD:main'], dir)
}

export async function makeEmptyRepository(bare: string): Promise<void> {
  await promisify(execFile)('git', ['init', '--quiet', '--bare', bare])
}
