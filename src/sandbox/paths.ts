// Where a sandbox keeps its things: one folder, nothing outside it.
import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { usageError } from '../errors.ts'
import type { SandboxPaths } from './contract.ts'

export const DEFAULT_NAME = 'default'
const NAME = /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/

/** `$XDG_STATE_HOME/flux-ops/sandboxes`, by default below ~/.local/state. */
export function defaultRoot(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const base = env.XDG_STATE_HOME
  return join(base !== undefined && isAbsolute(base) ? base : join(homedir(), '.local', 'state'), 'flux-ops', 'sandboxes')
}

/** Throws OpsError `sandbox-name` for a name that is not a DNS label: it becomes a folder and a host name. */
export function sandboxDir(name: string, root: string = defaultRoot()): string {
  if (NAME.test(name)) return join(resolve(root), name)
  throw usageError('sandbox-name', `a sandbox cannot be called '${name}'`, 'use up to 40 lower-case letters, digits and dashes')
}

export function sandboxPaths(dir: string): SandboxPaths {
  const at = (name: string): string => join(dir, name)
  return {
    dir,
    state: at('state.json'),
    kubeconfig: at('kubeconfig'),
    gitconfig: at('gitconfig'),
    bin: at('bin'),
    logs: at('logs'),
    run: at('run'),
    home: at('home'),
    tmp: at('tmp'),
    secrets: at('secrets'),
    certs: at('certs'),
    etcd: at('etcd'),
    controllers: at('controllers'),
    faults: at('faults.json'),
    git: at('git'),
    forge: at('forge'),
    registry: at('registry'),
    repo: at('repo'),
    snapshots: at('snapshots'),
  }
}

/** Folders that exist in every sandbox; all of them 0700. */
export function privateFolders(paths: SandboxPaths): string[] {
  return [paths.dir, paths.bin, paths.logs, paths.run, paths.home, paths.tmp, paths.secrets, paths.certs, paths.controllers]
}

/** Where the node agent keeps what it has started. */
export const agentStatePath = (dir: string): string => join(sandboxPaths(dir).run, 'node-agent.json')
