// What was seen of a cluster at one time: everything that a diagnosis is made from, live or from an archive.
import type { KubeObject, ServerIdentity } from '../ports/kube.ts'

export interface Unseen {
  /** `Receiver`, `Receiver outside of flux-system`, `Pod in flux-system`. */
  readonly what: string
  readonly why: string
  /** Kind whose objects are not all known for that; left out where no kind is. */
  readonly kind?: string
  /** The namespace in which they are known. */
  readonly seenIn?: string
}

export interface SeenCluster extends ServerIdentity {
  /** UID of the kube-system namespace; null where it may not be read. */
  uid: string | null
}

/** The end of what a container wrote before it ended. */
export interface SeenLog {
  /** `namespace/name` */
  readonly pod: string
  readonly container: string
  /** As it stands there: untrusted. */
  readonly text: string
}

export interface Snapshot {
  /** RFC 3339, by the clock of whoever looked. */
  readonly takenAt: string
  readonly cluster: SeenCluster
  /** Namespace of Flux. */
  readonly namespace: string
  /** Every object of the kinds that Flux installs. */
  readonly objects: readonly KubeObject[]
  /** Of the namespace of Flux. */
  readonly deployments: readonly KubeObject[]
  readonly pods: readonly KubeObject[]
  /** Of containers that do not run, or have ended just now; left out where none was asked for. */
  readonly logs?: readonly SeenLog[]
  /** Warnings, of every namespace. */
  readonly events: readonly KubeObject[]
  readonly namespaces: readonly KubeObject[]
  /** What was asked for and not answered: nothing may be concluded from its absence. */
  readonly unseen: readonly Unseen[]
}

/** Whether an object (`Kind namespace/name`) that is not in the snapshot may be there all the same. */
export function mayBeThere({ unseen }: Snapshot, label: string): boolean {
  const [kind = '', id = ''] = label.split(' ')
  return unseen.some((one) => one.kind === kind && (one.seenIn === undefined || !id.startsWith(`${one.seenIn}/`)))
}
