// How git is started: no prompts, untranslated, literal paths; the person's own configuration, hooks and signing stay in force.
import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Exec, ExecResult } from '../ports/exec.ts'
import type { GitAccess } from '../ports/git.ts'
import { accessOf } from './git-access.ts'
import { gitError } from './git-errors.ts'

const ENV = {
  GIT_TERMINAL_PROMPT: '0',
  GIT_LITERAL_PATHSPECS: '1', // `*` and `:` in a file name are themselves
  GIT_EDITOR: 'true',
  GIT_MERGE_AUTOEDIT: 'no',
  GIT_PAGER: 'cat',
  LC_ALL: 'C',
  LANGUAGE: 'C',
}

const NETWORK_TIMEOUT_MS = 2 * 60_000
const LOCAL_TIMEOUT_MS = 5 * 60_000 // hooks and signing run in it

export interface GitCall {
  readonly effect?: 'read' | 'write'
  readonly network?: boolean
  readonly stdin?: string
}

export interface GitRunner {
  /** Any exit code is an answer. */
  ask(dir: string, args: readonly string[], call?: GitCall): Promise<ExecResult>
  /** Throws as gitError says; returns stdout. */
  must(dir: string, args: readonly string[], what: string, call?: GitCall): Promise<string>
}

export function createGitRunner(exec: Exec, access?: GitAccess): GitRunner {
  const remote = access === undefined ? undefined : accessOf(access)
  const ask = (dir: string, args: readonly string[], call: GitCall = {}): Promise<ExecResult> =>
    exec.run({
      tool: 'git',
      // Background maintenance would outlive us and hold locks.
      args: [
        '-c',
        'core.quotePath=false',
        '-c',
        'gc.auto=0',
        '-c',
        'maintenance.auto=false',
        '-c',
        'color.ui=false',
        ...(call.network ? (remote?.args ?? []) : []),
        ...args,
      ],
      effect: call.effect ?? 'read',
      cwd: dir,
      env: { ...ENV, ...(call.effect !== 'write' && { GIT_OPTIONAL_LOCKS: '0' }), ...(call.network && remote?.env) },
      timeoutMs: call.network ? NETWORK_TIMEOUT_MS : LOCAL_TIMEOUT_MS,
      allowFailure: true,
      ...(call.stdin === undefined ? {} : { stdin: call.stdin }),
    })
  const must = async (dir: string, args: readonly string[], what: string, call?: GitCall): Promise<string> => {
    const result = await ask(dir, args, call)
    if (result.exitCode !== 0) throw gitError(result, what, dir)
    return result.stdout
  }
  return { ask, must }
}

export const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '')
export const nulFields = (text: string): string[] => text.split('\0').filter((field) => field !== '')

const STATES: readonly (readonly [file: string, name: string])[] = [
  ['rebase-merge', 'rebase'],
  ['rebase-apply', 'rebase'],
  ['MERGE_HEAD', 'merge'],
  ['REVERT_HEAD', 'revert'],
  ['CHERRY_PICK_HEAD', 'cherry-pick'],
  ['BISECT_LOG', 'bisect'],
]

/** What the repository is in the middle of, if anything. */
export async function operationUnderWay(git: GitRunner, dir: string): Promise<string | undefined> {
  const wanted = STATES.flatMap(([file]) => ['--git-path', file])
  const paths = lines(await git.must(dir, ['rev-parse', ...wanted], 'look at the repository'))
  for (const [index, path] of paths.entries()) if (await stat(resolve(dir, path)).catch(() => undefined)) return STATES[index]?.[1]
  return undefined
}

/** The commit at which a rebase that is under way began, whichever of git's two ways it goes. */
export async function rebaseBegan(git: GitRunner, dir: string): Promise<string | undefined> {
  const wanted = ['--git-path', 'rebase-merge/orig-head', '--git-path', 'rebase-apply/orig-head']
  for (const path of lines(await git.must(dir, ['rev-parse', ...wanted], 'look at the repository'))) {
    const text = await readFile(resolve(dir, path), 'utf8').catch(() => '')
    if (/^[0-9a-f]{40,64}$/.test(text.trim())) return text.trim()
  }
  return undefined
}

/** Full id of a revision that must exist. */
export const commitOf = async (git: GitRunner, dir: string, revision: string, what: string): Promise<string> =>
  (await git.must(dir, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`], what)).trim()
