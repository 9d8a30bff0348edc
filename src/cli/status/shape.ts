// The `--json` document of `status`; its keys are stable.
import type { Layer } from '../../diagnosis/layers.ts'
import type { Unseen } from '../../diagnosis/snapshot.ts'
import type { Suspended } from '../../diagnosis/suspended.ts'
import type { Verdict } from '../../flux/conditions.ts'
import type { KeptBy } from '../../flux/kept-by.ts'
import type { RunLine } from '../run-list.ts'

export interface ControllerStatus {
  readonly name: string
  readonly image: string
  readonly ready: number
  readonly wanted: number
  /** `rolled-out`, `rolling` (not all pods are of this image and ready), or `stopped` (scaled to 0). */
  readonly rollout: 'rolled-out' | 'rolling' | 'stopped'
}

export interface ObjectStatus {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly state: Verdict['state']
  readonly reason: string
  readonly message: string
  readonly since: string | null
}

export interface SuspendedStatus extends Omit<Suspended, 'object' | 'says'> {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly state: 'suspended'
  /** What its controller said last. */
  readonly message: string
}

export interface KindCount {
  readonly kind: string
  readonly total: number
  readonly states: Readonly<Partial<Record<Verdict['state'], number>>>
}

export interface KeyStatus {
  /** `namespace/name` of a Secret that Kustomizations decrypt with. */
  readonly secret: string
  readonly usedBy: readonly string[]
  /** RFC 3339, as annotated. */
  readonly backupAt: string | null
  readonly drillAt: string | null
  /** What is wrong, or could not be known. */
  readonly warning: string | null
}

/** One of those that `recover` names, with what it says and what to do. */
export interface CauseStatus {
  /** `Kind namespace/name` */
  readonly object: string
  readonly also: readonly string[]
  readonly state: string
  readonly says: string
  readonly since: string | null
  /** How many objects are not ready because of it. */
  readonly blocks: number
}

export interface Status {
  /** RFC 3339, by the clock of this machine. */
  readonly takenAt: string
  /** `uid`: null where the namespace kube-system may not be read. */
  readonly cluster: { readonly context: string; readonly server: string; readonly uid: string | null; readonly version: string }
  readonly flux: {
    readonly status: 'found' | 'mixed' | 'unknown' | 'none'
    readonly version: string | null
    readonly lines: readonly string[]
    readonly kept: KeptBy
  }
  readonly controllers: readonly ControllerStatus[]
  readonly objects: number
  readonly layers: readonly Layer[]
  readonly kinds: readonly KindCount[]
  /** What blocks most comes first. */
  readonly causes: readonly CauseStatus[]
  /** Objects that are neither ready, static nor suspended. */
  readonly notReady: readonly ObjectStatus[]
  /** The forgotten first. */
  readonly suspended: readonly SuspendedStatus[]
  readonly keys: readonly KeyStatus[]
  readonly runs: readonly RunLine[]
  /** What could not be seen: nothing may be concluded from its absence. */
  readonly unseen: readonly Unseen[]
}
