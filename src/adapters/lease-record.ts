// The Lease object as flux-ops writes it: who holds it in words for a person, and in annotations for a run that takes itself up again.
import * as z from 'zod'
import type { KubeObject, Resource } from '../ports/kube.ts'

export const LEASES: Resource = { group: 'coordination.k8s.io', version: 'v1', plural: 'leases', kind: 'Lease', namespaced: true }
export const LEASE_NAME = 'flux-ops'

// A holder renews every 5 s, so that it may miss three times (a slow API server, a busy laptop) before 20 s are over and the lease is
// free: long enough not to lose a run to a hiccup, short enough that nobody waits for a dead one. An API server that is away longer
// does not end a run by itself: nobody can take the lease meanwhile, and it is asked again before the next write.
export const RENEW_MS = 5_000
export const DURATION_MS = 20_000

const RUN = 'flux-ops.dev/run'
const HOST = 'flux-ops.dev/host'
const PID = 'flux-ops.dev/pid'
const STARTED = 'flux-ops.dev/process-started'

export interface LeaseOwner {
  readonly run: string
  readonly host: string
  readonly pid: number
  /** As ProcessMark has it. */
  readonly started: string
}

export interface LeaseRecord {
  /** Empty: nobody. */
  readonly holder: string
  readonly acquiredAt: Date | undefined
  readonly renewedAt: Date | undefined
  readonly durationMs: number
  readonly transitions: number
  readonly owner: LeaseOwner | undefined
  readonly resourceVersion: string | undefined
  readonly uid: string | undefined
}

const text = z.string().nullish().catch(undefined)
const count = z.number().int().nonnegative().nullish().catch(undefined)
const leaseSchema = z.object({
  metadata: z.object({ annotations: z.record(z.string(), z.string()).nullish().catch(undefined), resourceVersion: text, uid: text }),
  spec: z
    .object({ holderIdentity: text, acquireTime: text, renewTime: text, leaseDurationSeconds: count, leaseTransitions: count })
    .nullish()
    .catch(undefined),
})

const dateOf = (value: string | null | undefined): Date | undefined => {
  const ms = value ? Date.parse(value) : Number.NaN
  return Number.isNaN(ms) ? undefined : new Date(ms)
}

const ownerOf = (annotations: Record<string, string>): LeaseOwner | undefined => {
  const { [RUN]: run, [HOST]: host, [PID]: pid = '', [STARTED]: started = '' } = annotations
  return run && host && /^\d{1,10}$/.test(pid) ? { run, host, pid: Number(pid), started } : undefined
}

/** Reads a Lease that anybody may have written: what makes no sense counts as absent. */
export const readLease = (object: KubeObject): LeaseRecord => {
  const { metadata, spec } = leaseSchema.parse(object)
  return {
    holder: spec?.holderIdentity ?? '',
    acquiredAt: dateOf(spec?.acquireTime),
    renewedAt: dateOf(spec?.renewTime),
    durationMs: (spec?.leaseDurationSeconds ?? DURATION_MS / 1000) * 1000,
    transitions: spec?.leaseTransitions ?? 0,
    owner: ownerOf(metadata.annotations ?? {}),
    resourceVersion: metadata.resourceVersion ?? undefined,
    uid: metadata.uid ?? undefined,
  }
}

/** Kubernetes reads a MicroTime with exactly six digits. */
const microTime = (date: Date): string => date.toISOString().replace('Z', '000Z')

export interface LeaseWrite {
  readonly namespace: string
  readonly holder: string
  readonly owner: LeaseOwner
  readonly acquiredAt: Date
  readonly renewedAt: Date
  readonly transitions: number
  readonly resourceVersion?: string | undefined
  /** A PUT without it would make a deleted Lease anew: of that kind the API server allows create on update. */
  readonly uid?: string | undefined
}

export const leaseObject = (write: LeaseWrite): KubeObject => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: {
    name: LEASE_NAME,
    namespace: write.namespace,
    labels: { 'app.kubernetes.io/managed-by': 'flux-ops' },
    annotations:
      write.holder === ''
        ? {}
        : {
            [RUN]: write.owner.run,
            [HOST]: write.owner.host,
            [PID]: String(write.owner.pid),
            [STARTED]: write.owner.started,
          },
    ...(write.resourceVersion !== undefined && { resourceVersion: write.resourceVersion }),
    ...(write.uid !== undefined && { uid: write.uid }),
  },
  spec: {
    holderIdentity: write.holder,
    leaseDurationSeconds: DURATION_MS / 1000,
    acquireTime: microTime(write.acquiredAt),
    renewTime: microTime(write.renewedAt),
    leaseTransitions: write.transitions,
  },
})

export const sameOwner = (a: LeaseOwner | undefined, b: LeaseOwner): boolean =>
  a !== undefined && a.run === b.run && a.host === b.host && a.pid === b.pid && a.started === b.started
