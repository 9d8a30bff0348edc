// What flux-ops can do itself about a cause. What is done, how it is previewed, proven and taken back: runbooks/recover.

/**
 * `reconcile`: asked for once, after what it is made from. `reset`: a HelmRelease begins anew. `start`: a controller that was scaled to 0.
 * The others can harm, and are done for nobody who has not typed the name of the object: `force`, a HelmRelease is installed or upgraded whatever its history
 * says; `recreate`, one object with an immutable field is deleted and made anew; `drop-release`, Helm's record of a pending operation is taken away;
 * `drop-finalizers`; `pin-host-key`, a fingerprint that a person has compared.
 */
export const REMEDIES = ['reconcile', 'reset', 'start', 'force', 'recreate', 'drop-release', 'drop-finalizers', 'pin-host-key'] as const

export type RemedyKind = (typeof REMEDIES)[number]

export interface Remedy {
  readonly does: RemedyKind
  /** `Kind namespace/name` of what is written to, where that is not the object itself. */
  readonly to?: string
}

/** What each of them can cost. */
const HARMS: Readonly<Partial<Record<RemedyKind, string>>> = {
  force: 'Helm installs or upgrades it although it has given up: what a failed try has left half done may get worse',
  recreate: 'the object is deleted and made anew: what it has in the cluster alone is gone, and whatever it serves is away for a while',
  'drop-release': 'Helm forgets an operation: if another client is still at it, two of them write the same objects',
  'drop-finalizers': 'it goes without having cleaned up: what it has applied or installed stays, and nobody prunes it any more',
  'pin-host-key': 'Flux trusts whoever holds that host key, and applies what he gives it',
}

/** Done only on a typed confirmation that names the object. */
export const isGuarded = (does: RemedyKind): boolean => HARMS[does] !== undefined

/** '' for one that does no harm. */
export const harmOf = (does: RemedyKind): string => HARMS[does] ?? ''
