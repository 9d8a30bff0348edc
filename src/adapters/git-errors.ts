// What git said on its way out -> OpsError. Patterns are those of git's own untranslated messages (LC_ALL=C).
import { OpsError } from '../errors.ts'

export interface GitFailure {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

const AUTH =
  /Authentication failed|could not read (Username|Password)|terminal prompts disabled|Permission denied|Access denied|HTTP Basic|returned error: 40[13]|Invalid username|Host key verification failed|Repository not found|Permission to .* denied/i
const UNREACHABLE =
  /Could not resolve host|Connection (refused|timed out|reset|closed)|Failed to connect|unable to access|does not appear to be a git repository|returned error: (404|5\d\d)|remote end hung up|early EOF|Network is unreachable|No route to host|Could not read from remote repository|unable to connect/i
/** Our commit does not sit on what the remote has by now: to be rebased, not an error of the person. */
const RACED =
  /\[rejected\].*\((fetch first|non-fast-forward|stale info|needs force)|cannot lock ref|incorrect old value|failed to update ref|is at [0-9a-f]{40} but expected/i

const NO_REPOSITORY = /not a git repository|must be run in a work tree/i
const LOCKED = /Unable to create '([^']+\.lock)': File exists/

/** Lines that the other side said ("remote: …"), without the empty ones. */
export const remoteLines = (stderr: string): string[] =>
  stderr
    .split('\n')
    .filter((line) => line.startsWith('remote:'))
    .map((line) => line.slice('remote:'.length).trim())
    .filter((line) => line !== '')

const said = (failure: GitFailure): string => {
  const lines = `${failure.stderr}\n${failure.stdout}`.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('hint:'))
  return lines.slice(0, 12).join('\n  ') || `exit ${failure.exitCode}`
}

const error = (code: string, message: string, hints: string[]): OpsError => new OpsError({ code, message, hints })

/** Failures that any git command can have. `what` such as "commit in DIR". */
export function gitError(failure: GitFailure, what: string, dir: string): OpsError {
  const text = failure.stderr
  const lock = LOCKED.exec(text)
  if (lock)
    return error('git-failed', `${what}: ${lock[1]} exists`, [
      'another git is at work in this repository, or one was killed',
      `when none is: rm ${lock[1]}`,
    ])
  if (NO_REPOSITORY.test(text))
    return new OpsError({
      code: 'git-no-repository',
      message: `${dir} is not in a git work tree`,
      hints: ['name the clone: --repo DIR'],
      exit: 'usage',
    })
  if (/detected dubious ownership/.test(text))
    return error('git-failed', `${what}: the repository belongs to another user`, [`git config --global --add safe.directory ${dir}`])
  if (/Please tell me who you are|unable to auto-detect email|empty ident name/.test(text))
    return error('git-failed', `${what}: git does not know who you are`, [
      'git config user.name "Your Name" && git config user.email you@example.org',
    ])
  if (/gpg failed to sign|failed to sign the data|Couldn't (load|sign)|error: .*signing/i.test(text))
    return error('git-failed', `${what}: the commit could not be signed: ${said(failure)}`, [
      'unlock your key first (gpg or ssh-add), then repeat',
    ])
  return error('git-failed', `${what}: ${said(failure)}`, [`look: git -C ${dir} status`])
}

/** Failures of fetch, ls-remote and push; falls back on gitError. */
export function remoteError(failure: GitFailure, what: string, dir: string, remote: string): OpsError {
  const text = `${failure.stdout}\n${failure.stderr}`
  if (AUTH.test(text))
    return error('git-auth', `${what}: ${remote} did not let us in: ${said(failure)}`, [
      `log in first, then repeat; look: git -C ${dir} ls-remote ${remote}`,
      'a key with a passphrase has to be in the agent: ssh-add',
    ])
  if (UNREACHABLE.test(text) && !text.includes('[remote rejected]'))
    return error('git-unreachable', `${what}: ${remote} cannot be reached: ${said(failure)}`, [`look: git -C ${dir} ls-remote ${remote}`])
  return gitError(failure, what, dir)
}

export function pushError(failure: GitFailure, what: string, dir: string, remote: string): OpsError {
  const text = `${failure.stdout}\n${failure.stderr}`
  if (RACED.test(text)) return error('git-raced', `${what}: somebody else pushed in between`, [`git -C ${dir} fetch ${remote}`])
  const refused = /\[remote rejected\]|\[rejected\]|hook declined|pre-push/.test(text)
  if (refused || (failure.stderr.includes('failed to push some refs') && !AUTH.test(text) && !UNREACHABLE.test(text))) {
    const lines = remoteLines(failure.stderr)
    const why = lines.length > 0 ? lines.join('\n  ') : said(failure)
    return error('git-rejected', `${what}: refused by ${remote}:\n  ${why}`, [
      'a hook or a protected branch: ask who guards it, or push to another branch and open a pull request',
    ])
  }
  return remoteError(failure, what, dir, remote)
}
