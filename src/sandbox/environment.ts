// What a tool sees when it works on a sandbox: the sandbox's cluster, git set-up and binaries, and nothing of the user's own.
import { access, lstat, readlink, rename, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { SandboxPaths, SandboxState, Tools } from './contract.ts'
import { sandboxPaths } from './paths.ts'

const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const CLI_OF_FLUX = 'flux-2.9.2'

/** Environment for kubectl, flux, git, sops and flux-ops against this sandbox. */
export function environment(state: Pick<SandboxState, 'dir'>): Record<string, string> {
  const paths = sandboxPaths(state.dir)
  return {
    KUBECONFIG: paths.kubeconfig,
    GIT_CONFIG_GLOBAL: paths.gitconfig,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    PATH: `${paths.bin}:${process.env.PATH ?? SYSTEM_PATH}`,
    ...processEnvironment(paths),
  }
}

/** The least a process of the sandbox needs; the user's environment is not handed on. */
export function processEnvironment(paths: SandboxPaths): Record<string, string> {
  return { HOME: paths.home, TMPDIR: paths.tmp, XDG_CONFIG_HOME: join(paths.home, '.config'), LANG: 'C.UTF-8', TZ: 'UTC' }
}

/** bin/flux, bin/kubectl, … as links to the tools that are there. */
export async function linkTools(paths: SandboxPaths, tools: Tools): Promise<void> {
  const links = { flux: CLI_OF_FLUX, kubectl: 'kubectl', age: 'age', 'age-keygen': 'age-keygen', sops: 'sops' }
  for (const [name, key] of Object.entries(links)) {
    const target = tools[key]
    if (target !== undefined) await replaceLink(join(paths.bin, name), target)
  }
}

async function replaceLink(path: string, target: string): Promise<void> {
  await access(target)
  const old = await lstat(path).catch(() => undefined)
  if (old?.isSymbolicLink() === true && (await readlink(path)) === target) return
  const temporary = `${path}.${process.pid}`
  await rm(temporary, { force: true })
  await symlink(target, temporary)
  await rename(temporary, path)
}
