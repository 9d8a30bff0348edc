// A bare repository, a clone of it, and the Git port over the machine's own git with no configuration but ours.
import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createExec } from '../../../src/adapters/exec.ts'
import { createGit } from '../../../src/adapters/git.ts'
import { createRedactor } from '../../../src/adapters/redactor.ts'
import type { Git } from '../../../src/ports/git.ts'

export interface GitDesk {
  readonly git: Git
  readonly remote: string
  readonly clone: string
  /** Plain git, in the clone unless told otherwise. */
  run(args: string[], dir?: string): string
  write(path: string, text: string, dir?: string): Promise<void>
  /** Writes and commits with plain git. */
  commit(path: string, text: string, message: string, dir?: string): Promise<string>
  /** A second clone, as another person has it. */
  other(): Promise<string>
  hook(at: 'clone' | 'remote', name: string, script: string): Promise<void>
  remove(): Promise<void>
}

export async function gitDesk(): Promise<GitDesk> {
  const root = await mkdtemp(join(tmpdir(), 'flux-ops-git-'))
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: root,
    GIT_CONFIG_GLOBAL: join(root, 'gitconfig'),
    GIT_CONFIG_NOSYSTEM: '1',
  }
  await writeFile(env.GIT_CONFIG_GLOBAL, '[user]\n\tname = Ops\n\temail = ops@example.org\n[init]\n\tdefaultBranch = main\n')
  const remote = join(root, 'remote.git')
  const clone = join(root, 'my clone')
  const run = (args: string[], dir = clone): string =>
    execFileSync('git', args, { cwd: dir, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()
  const write = async (path: string, text: string, dir = clone): Promise<void> => {
    await mkdir(dirname(join(dir, path)), { recursive: true })
    await writeFile(join(dir, path), text)
  }
  const commit = async (path: string, text: string, message: string, dir = clone): Promise<string> => {
    await write(path, text, dir)
    run(['add', '--all', '--', path], dir)
    run(['commit', '--quiet', '-m', message], dir)
    return run(['rev-parse', 'HEAD'], dir)
  }
  const hook = async (at: 'clone' | 'remote', name: string, script: string): Promise<void> => {
    const file = join(at === 'clone' ? join(clone, '.git') : remote, 'hooks', name)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, `#!/bin/sh\n${script}\n`)
    await chmod(file, 0o755)
  }
  run(['init', '--quiet', '--bare', remote], root)
  run(['clone', '--quiet', remote, clone], root)
  await commit('a.yaml', 'one: 1\n', 'first')
  run(['push', '--quiet', '-u', 'origin', 'main'])
  return {
    git: createGit(createExec({ env, redactor: createRedactor() })),
    remote,
    clone,
    run,
    write,
    commit,
    other: async () => {
      const dir = join(root, 'other')
      run(['clone', '--quiet', remote, dir], root)
      return dir
    },
    hook,
    remove: () => rm(root, { recursive: true, force: true }),
  }
}
