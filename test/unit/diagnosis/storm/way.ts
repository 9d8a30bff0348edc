// A way in which an object is broken: the state that has to be named, and the object as its controller leaves it.
import type { KubeObject } from '../../../../src/ports/kube.ts'
import { condition, not, stalled } from '../objects.ts'

type Hostile = (message: string) => string

export interface Way {
  readonly state: string
  make(of: KubeObject, hostile: Hostile): KubeObject
  /** Warnings that its controller writes with it. */
  told?(of: KubeObject, hostile: Hostile): KubeObject[]
  /** Only of such objects. */
  only?(of: KubeObject): boolean
  /** Only where others wait for it. */
  readonly needed?: boolean
  /** Only where controllers are split in shards. */
  readonly sharded?: boolean
  /** What it has fetched is gone from the storage, and it does not know. */
  readonly lost?: boolean
}

export const says = (state: string, reason: string, message: string, ...more: object[]): Way => ({
  state,
  make: (of, hostile) => not(of, reason, hostile(message), more),
})

/** A second condition says the same. */
const twice = (type: string, status: string, state: string, reason: string, message: string): Way => ({
  state,
  make: (of, hostile) => {
    const text = hostile(message)
    return not(of, reason, text, [condition(type, status, reason, text)])
  },
})

export const unfetched = (state: string, reason: string, message: string): Way => twice('FetchFailed', 'True', state, reason, message)
export const unstored = (reason: string, message: string): Way => twice('StorageOperationFailed', 'True', 'storage-failed', reason, message)
export const unbuiltChart = (state: string, reason: string, message: string): Way => twice('BuildFailed', 'True', state, reason, message)
export const unsigned = (reason: string, message: string): Way => twice('SourceVerified', 'False', 'signature-invalid', reason, message)

/** Nothing is tried again before it changes. */
export const stalls = (state: string, reason: string, message: string): Way => twice('Stalled', 'True', state, reason, message)

/** Helm has failed as often as it may. */
export const exhausted = (state: string, reason: string, message: string): Way =>
  says(state, reason, message, stalled('RetriesExceeded', 'Failed to install after 1 attempt(s)'))

/** With this in its spec. */
export const having = (more: object | ((of: KubeObject) => object), way: Way): Way => ({
  ...way,
  make: (of, hostile) => spec(way.make(of, hostile), typeof more === 'function' ? more(of) : more),
})

export const spec = (of: KubeObject, more: object): KubeObject => ({ ...of, spec: { ...of.spec, ...more } })
export const meta = (of: KubeObject, more: object): KubeObject => ({ ...of, metadata: { ...of.metadata, ...more } })

/** It applies to another cluster. */
export const FAR = { kubeConfig: { secretRef: { name: 'far' } } }

export const LONG_AGO = '2026-11-20T02:51:00Z'

/** The namespace of another tenant. */
export const elsewhere = ({ metadata }: KubeObject): string => (metadata.namespace === 'team-0' ? 'team-1' : 'team-0')

/** No state has these words. What they name is well. */
const STRANGE = ['the moon is in the wrong house', 'Kustomization/team-0/o3 and "team-1/o4" are as they were', 'x'.repeat(300)]
export const strange = STRANGE.map((message) => says('unknown', 'SomethingNew', message))
