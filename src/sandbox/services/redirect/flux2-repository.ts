// A bare repository that stands for github.com/fluxcd/flux2: made once a machine, found again by the hash of the manifests.
import { spawn } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { compare, valid } from 'semver'
import { OpsError } from '../../../errors.ts'
import { cacheRoot, contentKey, filledFolder } from '../cache.ts'
import { fastImport, type Release } from './fast-import.ts'
import { flux2Tree } from './tree.ts'

// Raise when tree.ts or fast-import.ts would make something else from the same manifests.
const GENERATION = 'flux2-repository 2'

/** `git <args>` in an environment of its own, fed from `input`. */
async function git(args: readonly string[], input: Iterable<string> = []): Promise<void> {
  const env = { PATH: process.env.PATH, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' }
  const child = spawn('git', args, { env, stdio: ['pipe', 'ignore', 'pipe'] })
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  const ended = new Promise<number>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 1))
  })
  const fed = pipeline(Readable.from(input), child.stdin).catch(() => {}) // the exit code tells why it stopped reading
  const code = await ended
  await fed
  if (code === 0) return
  throw new OpsError({
    code: 'sandbox-redirect',
    message: `git ${args.join(' ')} ended with ${code}: ${stderr.trim().split('\n').at(-1)}`,
    hints: ['look for free disk space in the cache folder, then run sandbox up again'],
  })
}

async function release(root: string, folder: string): Promise<Release> {
  const version = folder.slice(1)
  const names = await readdir(join(root, folder))
  const files = await Promise.all(names.map(async (name) => [name, await readFile(join(root, folder, name), 'utf8')] as const))
  return { version, tree: flux2Tree(version, Object.fromEntries(files)) }
}

/**
 * Absolute path of the bare repository with a tag `vX` for each folder `vX` below `manifestsRoot`.
 * About a second the first time on a machine, a tenth after that.
 */
export async function flux2Repository(manifestsRoot: string, cache = cacheRoot()): Promise<string> {
  const folders = (await readdir(manifestsRoot)).filter((name) => name.startsWith('v') && valid(name) !== null).sort(compare)
  const key = await contentKey(
    [GENERATION, ...folders],
    folders.map((folder) => join(manifestsRoot, folder)),
  )
  return await filledFolder(join(cache, 'redirect', key, 'flux2.git'), async (part) => {
    const releases: Release[] = []
    for (const folder of folders) releases.push(await release(manifestsRoot, folder))
    await git(['init', '--quiet', '--bare', '--initial-branch=main', part])
    await git(['-C', part, 'fast-import', '--quiet', '--done'], fastImport(releases))
  })
}
