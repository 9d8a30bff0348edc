import type { Secret } from './secret.ts'

export interface StatusEntry {
  readonly code: string // two letters of `git status --porcelain`
  readonly path: string
}

export interface Remote {
  readonly name: string
  readonly url: string // without credentials
}

/** How a remote is reached, instead of by what the person's own git is set up with. */
export type GitAccess =
  | {
      readonly how: 'ssh'
      /** Absolute path of the private key. */
      readonly keyFile: string
      /** Absolute path: a server that shows another key is refused. */
      readonly knownHostsFile: string
      /** For a key that is locked: what it is unlocked with, and a program that prints the variable FLUX_OPS_ASKPASS. */
      readonly unlock?: { readonly program: string; readonly passphrase: Secret } | undefined
    }
  | {
      /** With the keys that the person's own ssh has. */
      readonly how: 'own'
      /** Absolute path: a server that shows another key is refused. */
      readonly knownHostsFile: string
    }
  | {
      readonly how: 'token'
      /** `https://HOST`: sent nowhere else. */
      readonly origin: string
      readonly username: string
      readonly token: Secret
      /** As a bearer token, without the user name. */
      readonly bearer: boolean
      /** Absolute path of a certificate authority. */
      readonly caFile?: string | undefined
    }

/** Credentials as they lie in a Secret of Flux: texts, and no files. */
export type GitLogin =
  | {
      readonly how: 'key'
      /** A private key in any form that OpenSSH knows. */
      readonly key: Secret
      readonly passphrase?: Secret | undefined
      /** Text of a known_hosts: a server that shows another key is refused. */
      readonly knownHosts: string
    }
  | {
      readonly how: 'token'
      readonly username: string
      readonly token: Secret
      /** As a bearer token, without the user name. */
      readonly bearer: boolean
      /** Certificate authorities as PEM, instead of those of this machine. */
      readonly authorities?: string | undefined
    }

/** `read-only`: let in, and not allowed to push. `said`: by the server, untrusted. */
export interface Admission {
  readonly answer: 'in' | 'read-only' | 'refused'
  readonly said: string
}

export interface RemoteBranch {
  readonly remote: string
  readonly branch: string
  readonly url: string // without credentials
}

/** `dir` is a folder inside the work tree. Throws OpsError `git-no-repository`, `git-failed`, `git-auth`, `git-rejected`, `git-unreachable`. */
export interface GitReader {
  /** The same, with other credentials for every remote. */
  as(access: GitAccess): GitReader
  /**
   * Whether a server lets these credentials in (`git ls-remote`), and where `write` is asked whether it would take a push, of which nothing is sent. They
   * count alone: no key, agent, login or setting of the person's own is used, nor a proxy of their ssh. A key lies on no disk. Throws OpsError
   * `git-unreachable`, `git-host-key` (the server shows a key that is not pinned), `key-locked` (the passphrase does not fit), `tool-missing`.
   */
  admits(url: string, login: GitLogin, options: { readonly write: boolean }): Promise<Admission>
  root(dir: string): Promise<string>
  head(dir: string): Promise<string>
  /** undefined on a detached HEAD. */
  branch(dir: string): Promise<string | undefined>
  upstream(dir: string): Promise<RemoteBranch | undefined>
  /** Every remote and its address without credentials, in the order git names them. */
  remotes(dir: string): Promise<readonly Remote[]>
  /** Untracked files count; ignored files do not. Also tells a rebase, merge or revert under way. */
  status(dir: string): Promise<{ entries: StatusEntry[]; inProgress?: string | undefined }>
  /** Where a rebase that is under way began: the commit it replays from. undefined when there is none. */
  rebasing(dir: string): Promise<string | undefined>
  /** The remote's head of `branch` as the remote has it now (`git ls-remote`), undefined when it has none. */
  remoteHead(dir: string, remote: string, branch: string): Promise<string | undefined>
  /** As remoteHead, with what is in the commit, so that it can be read. No branch of the clone moves. */
  remoteCommit(dir: string, remote: string, branch: string): Promise<string | undefined>
  /** Text of a file at a commit; undefined when it is not there. */
  show(dir: string, commit: string, path: string): Promise<string | undefined>
  /** Commits reachable from `ref` whose message carries the trailer `key: value`; newest first, at most 200 searched. */
  commitsWithTrailer(dir: string, ref: string, key: string, value: string): Promise<string[]>
  isAncestor(dir: string, commit: string, of: string): Promise<boolean>
  /** Paths of the files that git knows below the folder, relative to the root, sorted. */
  tracked(dir: string): Promise<string[]>
  /** Paths of the regular files of a commit, relative to the root, sorted: links and submodules are left out, as Flux leaves them out. */
  filesAt(dir: string, commit: string): Promise<string[]>
  /** Paths of the submodules, relative to the root: what is in them is no part of this repository. */
  submodules(dir: string): Promise<string[]>
  /** Paths of the files of a commit that hold the text, whatever else is in them, relative to the root, sorted. */
  holding(dir: string, commit: string, text: string): Promise<string[]>
  /** Paths that differ between two commits, or between one and the work tree; throws `git-failed` when one of them is not in the clone. */
  changed(dir: string, from: string, to?: string): Promise<string[]>
  /** Unified diff of the work tree against HEAD, or of `range`; of `paths` alone where some are given. */
  diff(dir: string, range?: string, paths?: readonly string[]): Promise<string>
  /** Goes through a push of HEAD up to the point where something would be sent; runs no hook. Throws as `push` does. */
  tryPush(dir: string, remote: string, branch: string): Promise<void>
}

export interface Git extends GitReader {
  as(access: GitAccess): Git
  fetch(dir: string, remote: string, branch: string): Promise<string>
  /** Stages `paths` and commits them with the person's own identity, hooks and signing; without a path the commit changes nothing. Returns the commit. */
  commit(dir: string, message: string, paths: readonly string[]): Promise<string>
  /** Never forced. Throws `git-rejected` (hook or protected branch) or `git-raced` (not a fast-forward). */
  push(dir: string, remote: string, commit: string, branch: string): Promise<void>
  /** Replays the commits after the fork point on `onto`; on a conflict aborts the rebase and throws `git-conflict`. */
  rebase(dir: string, onto: string): Promise<string>
  /** Takes a rebase that was cut short back to where it began; only for one of ours. */
  abortRebase(dir: string): Promise<void>
  /** One commit that reverts `commit`, of a merge all that it brought; on a conflict aborts and throws `git-conflict`. */
  revert(dir: string, commit: string, message: string): Promise<string>
  /** Puts `paths` back to what HEAD has. */
  restore(dir: string, paths: readonly string[]): Promise<void>
  /** A work tree beside the person's own, on no branch, at `commit`; what was left of one at `path` is removed first. */
  addWorktree(dir: string, path: string, commit: string): Promise<void>
  /** With all that is in it; one that is not there is no error. */
  removeWorktree(dir: string, path: string): Promise<void>
  /** Puts a work tree that is on no branch to `commit`. */
  checkout(dir: string, commit: string): Promise<void>
  /** Moves the branch that is checked out forward to `commit`; throws `git-failed` when that would not be a fast-forward. */
  fastForward(dir: string, commit: string): Promise<void>
  /** A branch that is not there is no error. */
  deleteRemoteBranch(dir: string, remote: string, branch: string): Promise<void>
  /** Moves the branch back to `commit`, keeping nothing of what came after: only for commits of ours that were never pushed. */
  dropTo(dir: string, commit: string): Promise<void>
}
