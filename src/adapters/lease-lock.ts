// One operator at a time: a Lease in the namespace of Flux. Every write carries the resourceVersion that was read, so of two takers one loses.
import { OpsError, refusal } from '../errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { Progress } from '../ports/context.ts'
import type { Kube } from '../ports/kube.ts'
import type { Lock, LockHandle } from '../ports/runs.ts'
import { holdLease } from './lease-hold.ts'
import { DURATION_MS, LEASE_NAME, LEASES, type LeaseOwner, type LeaseRecord, leaseObject, RENEW_MS, readLease } from './lease-record.ts'
import { type ProcessMark, whereabouts } from './processes.ts'

export interface LeaseLockOptions {
  readonly kube: Pick<Kube, 'get' | 'create' | 'replace'>
  /** Of Flux. */
  readonly namespace: string
  readonly clock: Clock
  /** This run and this process; see `markOf`. */
  readonly owner: LeaseOwner
  /** Shown while an old lease is watched. */
  readonly progress?: (progress: Progress) => void
  /** Told once somebody else's lease has been taken over. */
  readonly note?: (text: string) => void
  readonly signal?: AbortSignal
  /** Replaced in tests. */
  readonly whereabouts?: (mark: ProcessMark) => Promise<'alive' | 'gone' | 'elsewhere'>
}

const POLL_MS = 1_000

const secondsSince = (clock: Clock, date: Date | undefined): number => Math.round((clock.now().getTime() - (date?.getTime() ?? 0)) / 1000)

const held = ({ clock, namespace }: LeaseLockOptions, { holder, acquiredAt, renewedAt, durationMs }: LeaseRecord): OpsError => {
  const since = acquiredAt ? `since ${acquiredAt.toISOString()}` : 'since an unknown time'
  const seen = renewedAt ? `last heard of ${Math.max(0, secondsSince(clock, renewedAt))} s ago` : 'never heard of'
  return refusal(
    'lock-held',
    `${holder} is at work on this cluster ${since}, ${seen}`,
    `wait for it; when its process is gone, the lease is free ${durationMs / 1000} s after it was last heard of`,
    'flux-ops runs list',
    `kubectl -n ${namespace} get lease ${LEASE_NAME} -o yaml`,
  )
}

/** Whether the lease is this very run's, from a process of this machine that is gone: a run taken up again after a crash. */
const isOurDead = async (options: LeaseLockOptions, { owner }: LeaseRecord): Promise<boolean> => {
  if (!owner || owner.run !== options.owner.run || owner.host !== options.owner.host) return false
  return (await (options.whereabouts ?? whereabouts)(owner)) === 'gone'
}

const isOurElsewhere = ({ owner: here }: LeaseLockOptions, { owner }: LeaseRecord): boolean =>
  owner !== undefined && owner.run === here.run && owner.host !== here.host

const readNow = async ({ kube, namespace }: LeaseLockOptions): Promise<LeaseRecord | undefined> => {
  const object = await kube.get(LEASES, { name: LEASE_NAME, namespace })
  return object && readLease(object)
}

/**
 * Clocks of two machines differ, so an old time in the lease proves nothing: it is watched, and free only when it does not change.
 * A lease that looks old by our clock is watched for two renewals; one of this run from another machine, for its whole duration.
 */
const watchUnchanged = async (options: LeaseLockOptions, record: LeaseRecord, ms: number): Promise<LeaseRecord | undefined> => {
  const { clock, signal, progress } = options
  const until = clock.now().getTime() + ms
  while (clock.now().getTime() < until) {
    const left = Math.ceil((until - clock.now().getTime()) / 1000)
    progress?.({ waitingFor: `the lease of ${record.holder} to run out`, lastSeen: `not renewed, ${left} s to go` })
    await clock.sleep(POLL_MS, signal)
    const now = await readNow(options)
    if (!now || now.holder === '') return now
    if (now.resourceVersion !== record.resourceVersion) throw held(options, now)
  }
  return record
}

/** What is to be replaced, undefined when there is nothing; throws `lock-held` while somebody is at work. */
const waitUntilFree = async (options: LeaseLockOptions): Promise<LeaseRecord | undefined> => {
  const record = await readNow(options)
  if (!record || record.holder === '' || (await isOurDead(options, record))) return record
  if (isOurElsewhere(options, record)) return watchUnchanged(options, record, record.durationMs)
  const age = options.clock.now().getTime() - (record.renewedAt?.getTime() ?? 0)
  if (record.renewedAt && age < record.durationMs) throw held(options, record)
  return watchUnchanged(options, record, 2 * RENEW_MS)
}

const takenOver = ({ clock }: LeaseLockOptions, { holder, acquiredAt, renewedAt }: LeaseRecord): string => {
  const since = acquiredAt ? ` since ${acquiredAt.toISOString()}` : ''
  const heard = renewedAt ? `last heard of ${Math.max(0, secondsSince(clock, renewedAt))} s ago` : 'never heard of'
  return `the lease that ${holder} held${since} ran out, ${heard}: taken over`
}

const isConflict = (error: unknown): boolean => error instanceof OpsError && error.code === 'kube-conflict'

/** One attempt; undefined when somebody else wrote meanwhile. */
const take = async (options: LeaseLockOptions, holder: string): Promise<LockHandle | undefined> => {
  const { kube, namespace, clock, owner } = options
  const record = await waitUntilFree(options)
  const now = clock.now()
  const write = { namespace, holder, owner, acquiredAt: now, renewedAt: now, transitions: record ? record.transitions + 1 : 0 }
  const object = leaseObject({ ...write, resourceVersion: record?.resourceVersion, uid: record?.uid })
  try {
    const stored = await (record ? kube.replace(LEASES, object) : kube.create(LEASES, object))
    if (record && record.holder !== '' && record.owner?.run !== owner.run) options.note?.(takenOver(options, record))
    return holdLease({ kube, clock, write: { ...write, resourceVersion: stored.metadata.resourceVersion, uid: stored.metadata.uid } })
  } catch (error) {
    if (isConflict(error)) return undefined
    throw error
  }
}

/** A lock over the Lease `flux-ops`. `acquire` throws `lock-held` (refused), or what the cluster says. */
export const createLeaseLock = (options: LeaseLockOptions): Lock => ({
  acquire: async (holder) => {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const handle = await take(options, holder)
      if (handle) return handle
    }
    throw refusal('lock-held', `others are taking the lease ${LEASE_NAME} at this moment`, `try again in ${DURATION_MS / 1000} s`)
  },
})
