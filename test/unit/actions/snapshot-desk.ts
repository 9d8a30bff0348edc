// An API server that serves every kind of Flux, with one answer a list: what a test says, else nothing.
import { takeSnapshot } from '../../../src/actions/take-snapshot.ts'
import type { Snapshot } from '../../../src/diagnosis/snapshot.ts'
import { OpsError } from '../../../src/errors.ts'
import { FLUX_KINDS, resourceOf } from '../../../src/flux/kinds.ts'
import type { KubeObject, KubeReader, ListOptions, Resource } from '../../../src/ports/kube.ts'
import { AT } from '../diagnosis/objects.ts'

type Answer = (resource: Resource, options: ListOptions) => KubeObject[]

export const failing = (code: string, message = `no: ${code}`): OpsError => new OpsError({ code, message, hints: ['look'] })

export const item = (name: string, namespace?: string): KubeObject =>
  ({ metadata: { name, uid: `uid-of-${name}`, ...(namespace === undefined ? {} : { namespace }) } }) as KubeObject

export const controller = (name = 'kustomize-controller'): KubeObject => ({
  ...item(name, 'flux-system'),
  spec: { replicas: 1, template: { spec: { containers: [{ image: `ghcr.io/fluxcd/${name}:v1.7.0` }] } } },
  status: { availableReplicas: 1 },
})

/** One controller, and the namespace that makes a cluster this one. */
export const usual: Answer = ({ kind }) => {
  if (kind === 'Deployment') return [controller()]
  return kind === 'Namespace' ? [item('default'), item('kube-system')] : []
}

export const ALL_KINDS: readonly Resource[] = FLUX_KINDS.map((kind) => resourceOf(kind, kind.kind === 'HelmRelease' ? 'v2' : 'v1'))

export class SnapshotDesk {
  readonly asked: string[] = []
  readonly #answer: Answer
  readonly #served: readonly Resource[] | OpsError

  /** `served`: or why that is not told. */
  constructor(answer: Answer = usual, served: readonly Resource[] | OpsError = ALL_KINDS) {
    this.#answer = answer
    this.#served = served
  }

  #kube(): KubeReader {
    const answer = this.#answer
    const asked = this.asked
    const served = this.#served
    const reader: Pick<KubeReader, 'server' | 'kinds' | 'list' | 'pages'> = {
      server: async () => ({ context: 'prod-eu', server: 'https://api.example', version: 'v1.34.4' }),
      kinds: async () => {
        if (served instanceof OpsError) throw served
        return [...served]
      },
      pages: async function* (resource, options = {}) {
        asked.push(`${resource.kind} ${options.namespace ?? '*'}`)
        const items = answer(resource, options)
        for (let at = 0; at === 0 || at < items.length; at += 500) yield { items: items.slice(at, at + 500) }
      },
      list: async (resource, options = {}) => {
        this.asked.push(`${resource.kind} ${options.namespace ?? '*'}`)
        return this.#answer(resource, options)
      },
    }
    return reader as KubeReader
  }

  take(namespace = 'flux-system'): Promise<Snapshot> {
    return takeSnapshot({ kube: this.#kube(), clock: { now: () => new Date(AT), sleep: async () => undefined } }, namespace)
  }
}
