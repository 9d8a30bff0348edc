// What is found out by reading, before and between the questions. What could not be had is `unknown`, with why.

export interface ContextFact {
  readonly name: string
  readonly server: string
  readonly current: boolean
}

export interface RepositoryFacts {
  /** Address of the remote `origin`, without credentials. */
  readonly origin?: string | undefined
  readonly branch?: string | undefined
  /** Files that git knows, relative to the root. */
  readonly files: readonly string[]
  /** Of its `.flux-ops.yaml`. */
  readonly recipients: readonly { readonly name: string; readonly recipient: string }[]
}

export type FluxFacts =
  | { readonly status: 'none' }
  /** `path`: what it follows, where that is one folder. */
  | { readonly status: 'there'; readonly says: readonly string[]; readonly path?: string | undefined }
  | { readonly status: 'unknown'; readonly why: string }

export type ClusterFacts =
  | {
      readonly status: 'seen'
      readonly context: string
      readonly server: string
      readonly version: string
      readonly uid: string
      readonly flux: FluxFacts
    }
  | { readonly status: 'unknown'; readonly context: string; readonly why: string }

export interface ShownFact {
  readonly fingerprint: string
  /** `ssh-ed25519`. */
  readonly type: string
}

export type HostKeyFacts =
  | { readonly status: 'seen'; readonly host: string; readonly keys: readonly ShownFact[] }
  | { readonly status: 'unknown'; readonly host: string; readonly why: string }

/** What has to be known before a question, and costs time. */
export type Need = 'cluster' | 'hostKeys'

export interface Facts {
  readonly contexts: readonly ContextFact[]
  /** Why there are none. */
  readonly noContexts?: string | undefined
  readonly repository?: RepositoryFacts | undefined
  /** Usual key files that are there. */
  readonly ageKeyFile?: string | undefined
  /** Of the chosen context. */
  readonly cluster?: ClusterFacts | undefined
  readonly hostKeys?: HostKeyFacts | undefined
}
