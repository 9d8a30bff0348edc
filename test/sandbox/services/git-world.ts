// A git server in this process, a bare repository behind it and a clone in front of it. Everything below one temporary folder.
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SandboxContext } from '../../../src/sandbox/contract.ts'
import { runTool } from '../../../src/sandbox/run-tool.ts'
import { ensureBareRepository } from '../../../src/sandbox/services/bare-repository.ts'
import { gitConfig, gitCredentials } from '../../../src/sandbox/services/git-config.ts'
import { createGitServer } from '../../../src/sandbox/services/git-server/server.ts'
import { GIT_USER, gitRemote } from '../../../src/sandbox/services/git-service.ts'

export interface GitWorld {
  readonly ctx: SandboxContext
  readonly url: string
  readonly password: string
  readonly clone: string
  git(...args: string[]): Promise<{ code: number; out: string }>
  faults(faults: object | string): Promise<void>
  remoteHead(): Promise<string>
  /** A commit in the clone that is not pushed yet; returns its id. */
  commit(path: string, text: string): Promise<string>
  /** Process ids of git http-backend that serve these repositories. */
  backends(): Promise<string[]>
  end(): Promise<void>
}

async function backendsOf(root: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const environs = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')))
  return pids.filter((_, index) => environs[index]?.includes(`GIT_PROJECT_ROOT=${root}`))
}

export async function gitWorld(): Promise<GitWorld> {
  const dir = await mkdtemp(join(tmpdir(), "flux-ops o'git "))
  const at = (name: string): string => join(dir, name)
  const paths = { dir, git: at('git'), secrets: at('secrets'), tmp: at('tmp'), faults: at('faults.json'), gitconfig: at('gitconfig') }
  for (const folder of [paths.git, paths.secrets, paths.tmp]) await mkdir(folder)
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: dir,
    GIT_CONFIG_GLOBAL: paths.gitconfig,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
  }
  let port = 0
  const ctx = {
    paths,
    state: () => ({}),
    port: async () => port,
    run: (tool: string, args: readonly string[], options?: object) => runTool(tool, args, env, options),
  } as unknown as SandboxContext
  const { password } = await gitRemote(ctx)
  const server = createGitServer({ root: paths.git, credentials: { user: GIT_USER, password }, faultsFile: paths.faults })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
  const { url, serverUrl, bare } = await gitRemote(ctx)

  const credentialsFile = join(paths.secrets, 'git-credentials')
  await writeFile(credentialsFile, gitCredentials(serverUrl, GIT_USER, password), { mode: 0o600 })
  await writeFile(paths.gitconfig, gitConfig({ serverUrl, user: GIT_USER, credentialsFile }))
  await ensureBareRepository(ctx)

  const git = (...args: string[]): Promise<{ code: number; out: string }> =>
    new Promise((resolve) => {
      execFile('git', args, { env, encoding: 'utf8' }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), out: `${stdout}${stderr}`.trim() }),
      )
    })
  const clone = at('clone')
  const must = async (...args: string[]): Promise<string> => {
    const { code, out } = await git(...args)
    if (code !== 0) throw new Error(`git ${args.join(' ')}: ${out}`)
    return out
  }
  const commit = async (path: string, text: string): Promise<string> => {
    await writeFile(join(clone, path), text)
    await must('-C', clone, 'add', '--all')
    await must('-C', clone, 'commit', '--quiet', '-m', `change ${path}`)
    return await must('-C', clone, 'rev-parse', 'HEAD')
  }
  await must('clone', '--quiet', url, clone)
  await commit('first', 'one\n')
  await must('-C', clone, 'push', '--quiet', '-u', 'origin', 'HEAD:main')

  return {
    ctx,
    url,
    password,
    clone,
    git,
    commit,
    faults: async (faults) => await writeFile(paths.faults, typeof faults === 'string' ? faults : JSON.stringify(faults)),
    remoteHead: async () => await must('-C', bare, 'rev-parse', 'main'),
    backends: () => backendsOf(paths.git),
    end: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await rm(dir, { recursive: true, force: true })
    },
  }
}
