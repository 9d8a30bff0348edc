// Keeping a lease: renewed while the run lives. Lost is only what somebody else has taken or taken away; an API server that does not
// answer makes it doubtful, and a doubtful lease is asked about before the next write.
import { messageOf, OpsError, refusal } from '../errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { Kube, KubeObject } from '../ports/kube.ts'
import type { LockHandle } from '../ports/runs.ts'
import { DURATION_MS, LEASE_NAME, LEASES, type LeaseWrite, leaseObject, RENEW_MS, readLease, sameOwner } from './lease-record.ts'

export interface HoldOptions {
  readonly kube: Pick<Kube, 'get' | 'replace'>
  readonly clock: Clock
  /** What was written last; its resourceVersion is the one that the API server gave. */
  readonly write: LeaseWrite
}

/** After a failed renewal: soon, so that a restarted API server hears of us before anybody else can take the lease. */
const RETRY_MS = 1_000

const lost = (why: string, { namespace }: LeaseWrite): OpsError =>
  refusal('lock-lost', `the lease of this run was lost: ${why}`, `kubectl -n ${namespace} get lease ${LEASE_NAME} -o yaml`)

const isConflict = (error: unknown): boolean => error instanceof OpsError && error.code === 'kube-conflict'

interface Renewal {
  /** Settles when one renewal has; never rejects. */
  renew(): Promise<void>
  status(): { readonly lost: OpsError | undefined; readonly renewedMs: number; readonly lastFailure: string }
  write(): LeaseWrite
}

const createRenewal = ({ kube, clock, write: first }: HoldOptions): Renewal => {
  let write = first
  let gone: OpsError | undefined
  let renewedMs = first.renewedAt.getTime()
  let lastFailure = ''
  let running: Promise<void> | undefined

  const put = async ({ resourceVersion, uid }: Pick<LeaseWrite, 'resourceVersion' | 'uid'>): Promise<void> => {
    const now = clock.now()
    const next = { ...write, renewedAt: now, resourceVersion, uid }
    const stored: KubeObject = await kube.replace(LEASES, leaseObject(next))
    write = { ...next, resourceVersion: stored.metadata.resourceVersion, uid: stored.metadata.uid }
    renewedMs = now.getTime()
  }
  /** A conflict may be the echo of our own write whose answer was lost: whoever is written there decides. */
  const putAfterConflict = async (): Promise<void> => {
    const object = await kube.get(LEASES, { name: LEASE_NAME, namespace: write.namespace })
    const record = object && readLease(object)
    if (!record) gone = lost('it was deleted', write)
    else if (record.holder !== write.holder || !sameOwner(record.owner, write.owner))
      gone = lost(`${record.holder || 'nobody'} holds it now`, write)
    else await put(record)
  }
  const once = async (): Promise<void> => {
    try {
      await put(write).catch((error: unknown) => (isAnswer(error) ? putAfterConflict() : Promise.reject(error)))
      lastFailure = ''
    } catch (error) {
      lastFailure = messageOf(error)
    }
  }
  const renew = (): Promise<void> => {
    running ??= once().finally(() => {
      running = undefined
    })
    return running
  }
  return { renew, status: () => ({ lost: gone, renewedMs, lastFailure }), write: () => write }
}

/** The API server refused the write: a conflict, or the Lease is gone. Anything else tells nothing about who holds it. */
const isAnswer = (error: unknown): boolean =>
  error instanceof OpsError && error.code !== 'kube-unreachable' && error.code !== 'kube-forbidden'

const keepRenewing = async (renewal: Renewal, clock: Clock, stopped: AbortSignal): Promise<void> => {
  while (!stopped.aborted && !renewal.status().lost) {
    const before = renewal.status().renewedMs
    const failed = renewal.status().lastFailure !== '' && clock.now().getTime() - before > RENEW_MS
    try {
      await clock.sleep(failed ? RETRY_MS : RENEW_MS, stopped)
    } catch {
      return
    }
    await renewal.renew()
  }
}

const clear = async ({ kube }: HoldOptions, write: LeaseWrite): Promise<void> => {
  for (let attempt = 0; ; attempt += 1) {
    const object = await kube.get(LEASES, { name: LEASE_NAME, namespace: write.namespace })
    const record = object && readLease(object)
    if (!record || record.holder !== write.holder || !sameOwner(record.owner, write.owner)) return
    try {
      await kube.replace(LEASES, leaseObject({ ...write, holder: '', resourceVersion: record.resourceVersion, uid: record.uid }))
      return
    } catch (error) {
      if (!isConflict(error) || attempt === 2) throw error
    }
  }
}

/** Renews until released. */
export const holdLease = (options: HoldOptions): LockHandle => {
  const { clock } = options
  const renewal = createRenewal(options)
  const stop = new AbortController()
  const loop = keepRenewing(renewal, clock, stop.signal)
  const age = (): number => clock.now().getTime() - renewal.status().renewedMs

  const assertHeld = (): void => {
    const { lost: gone, lastFailure } = renewal.status()
    if (gone) throw gone
    if (age() < DURATION_MS) return
    const why = `it was not renewed for ${Math.round(age() / 1000)} s${lastFailure === '' ? '' : `: ${lastFailure}`}`
    throw lost(why, renewal.write())
  }
  const ensureHeld = async (): Promise<void> => {
    // A renewal under way may have been sent long ago and carry that time: then one more.
    for (let attempt = 0; attempt < 2 && !renewal.status().lost && age() > 2 * RENEW_MS; attempt += 1) await renewal.renew()
    assertHeld()
  }
  const release = async (): Promise<void> => {
    stop.abort()
    await loop
    if (!renewal.status().lost) await clear(options, renewal.write())
  }
  return { assertHeld, ensureHeld, release }
}
