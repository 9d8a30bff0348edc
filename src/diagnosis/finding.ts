// What a diagnosis says of one cause.
import type { Remedy } from './remedy.ts'

export interface Evidence {
  readonly kind: 'condition' | 'event' | 'pod' | 'log' | 'spec'
  /** `Ready=False HealthCheckFailed`, `Event BackOff`, `Pod flux-system/helm-controller-…`. */
  readonly what: string
  /** As the cluster says it: untrusted. */
  readonly text: string
  /** RFC 3339; null where nobody said. */
  readonly at: string | null
  /** How often it was said, and when last, where that is more than once. */
  readonly repeated?: { readonly times: number; readonly last: string | null }
}

/**
 * `safe`: can be done without harm, and flux-ops does it. `person`: needs a decision or something outside of the cluster. `never`: what is often advised and makes
 * things worse.
 */
export type Rank = 'safe' | 'person' | 'never'

export interface Fix {
  readonly rank: Rank
  readonly says: string
  /** To be typed, in this order. */
  readonly commands: readonly string[]
  /** What `recover fix` does of it; left out where only a person can. */
  readonly remedy?: Remedy
}

/** What a state knows of an object. */
export interface Explanation {
  /** Stable id of the state. */
  readonly state: string
  /** One sentence: what is wrong. */
  readonly says: string
  /** `certain`: the controller says so itself. `likely`: what it says is mostly that. */
  readonly certainty: 'certain' | 'likely' | 'unknown'
  readonly evidence: readonly Evidence[]
  readonly fixes: readonly Fix[]
}

export interface Finding extends Explanation {
  /** `Kind namespace/name`. */
  readonly object: string
  /** Others with the same cause, by the same name. */
  readonly also: readonly string[]
  /** RFC 3339; null where nobody said. */
  readonly since: string | null
  /** Objects that are not ready because of it. */
  readonly blocks: readonly string[]
}
