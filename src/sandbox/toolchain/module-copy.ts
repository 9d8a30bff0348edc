// A private, writable copy of a module's folder, for what cannot be built in place: it embeds files that its module does not carry.
import { chmod, cp, mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { OpsError } from '../../errors.ts'
import { runGo } from './go.ts'

export const FLUX_OPERATOR = 'github.com/controlplaneio-fluxcd/flux-operator'

const Downloaded = z.object({ Dir: z.string().min(1), Version: z.string().min(1) })

/** The version that a go.mod requires, in a block or on a line of its own; undefined when it does not. */
export const requiredVersion = (goMod: string, module: string): string | undefined =>
  goMod
    .split('\n')
    .map((line) =>
      line
        .trim()
        .replace(/^require /, '')
        .split(' '),
    )
    .find(([path]) => path === module)?.[1]

/** The module's folder in the module cache, downloaded and compared with the go.sum in `pinned` by go itself. */
export const moduleFolder = async (module: string, pinned: string, signal?: AbortSignal): Promise<{ dir: string; version: string }> => {
  const version = requiredVersion(await readFile(join(pinned, 'go.mod'), 'utf8'), module)
  if (version === undefined) throw new OpsError({ code: 'toolchain-pin', message: `${module} is not in the pinned go.mod`, exit: 'bug' })
  const said = await runGo({ args: ['mod', 'download', '-json', `${module}@${version}`], cwd: pinned, signal })
  const { Dir, Version } = Downloaded.parse(JSON.parse(said))
  return { dir: Dir, version: Version }
}

/** The module cache is read-only; a copy must be writable to be built in, and to be removed. */
export const makeWritable = async (folder: string): Promise<void> => {
  await chmod(folder, 0o700)
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    await (entry.isDirectory() ? makeWritable(path) : chmod(path, 0o600))
  }
}

/** fs.cp gives a copied folder its source's mode before it fills it, which fails on the read-only module cache for anyone but root. */
export const copyTree = async (from: string, to: string): Promise<void> => {
  await mkdir(to, { recursive: true })
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) await copyTree(source, target)
    else if (entry.isFile()) await cp(source, target)
  }
}
