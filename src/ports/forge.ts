// Where people review what is to be merged: pull requests, on GitLab merge requests. What a forge says is untrusted text.

import type { Secret } from './secret.ts'

export type ForgeKind = 'gitea' | 'github' | 'gitlab'

export interface ForgeRepository {
  readonly kind: ForgeKind
  /** Of its pages, without a slash at the end: `https://git.example.org`. */
  readonly url: string
  /** `owner/name`; on GitLab with every group. */
  readonly path: string
  /** The clone: git's credential helpers may be set up in it. */
  readonly dir: string
}

export interface Branches {
  readonly head: string
  readonly base: string
}

export interface PullRequest {
  readonly number: number
  readonly url: string
  readonly state: 'open' | 'merged' | 'closed'
  /** Commit by which the merge brought the change to the base branch, where the forge tells. */
  readonly commit?: string
}

export interface Draft extends Branches {
  readonly title: string
  /** Markdown. */
  readonly body: string
}

export interface NewRepository {
  /** The owner is the user that the token belongs to. */
  readonly personal: boolean
  readonly visibility: 'private' | 'internal' | 'public'
  /** That will be the first. */
  readonly branch: string
}

export interface NewDeployKey {
  readonly title: string
  /** `ssh-ed25519 AAAA…` */
  readonly key: string
  readonly readOnly: boolean
}

export interface DeployKey extends NewDeployKey {
  readonly id: number
}

/** Who asks, instead of whom the person is logged in as. */
export interface ForgeAccess {
  readonly token: Secret
  /** Beside it, where what is given may be a password. */
  readonly username?: string | undefined
  /** Absolute path of a certificate authority. */
  readonly caFile?: string | undefined
}

/** Throws OpsError `forge-token-missing`, `forge-auth`, `forge-missing` (no such repository), `forge-unreachable`, `forge-failed`, or what exec throws. */
export interface ForgeReader {
  as(access: ForgeAccess): ForgeReader
  /** Which forge answers at `url`; undefined when it does not say. */
  detect(url: string): Promise<ForgeKind | undefined>
  /** Whether branches may be pushed and pull requests opened; undefined where the forge does not tell. */
  mayPush(repo: ForgeRepository): Promise<boolean | undefined>
  /** The pull request between two branches, whatever became of it. */
  find(repo: ForgeRepository, branches: Branches): Promise<PullRequest | undefined>
  get(repo: ForgeRepository, number: number): Promise<PullRequest>
  /** Whether the repository is there, for who asks; by a token alone, as all about deploy keys. */
  exists(repo: ForgeRepository): Promise<boolean>
  deployKeys(repo: ForgeRepository): Promise<readonly DeployKey[]>
}

export interface Forge extends ForgeReader {
  as(access: ForgeAccess): Forge
  /** Throws `forge-exists` when there is one already. */
  open(repo: ForgeRepository, draft: Draft): Promise<PullRequest>
  /** Closes it unmerged; one that is closed already is left alone. */
  close(repo: ForgeRepository, number: number): Promise<void>
  /** Without a commit. Throws `forge-exists`. */
  create(repo: ForgeRepository, how: NewRepository): Promise<void>
  addDeployKey(repo: ForgeRepository, key: NewDeployKey): Promise<void>
  /** One that is gone is no error. */
  removeDeployKey(repo: ForgeRepository, id: number): Promise<void>
}
