// Objects that are held (suspended) in a rehearsal, because they would reach something outside or need what does not enter it. Pure.
import type { KubeObject } from '../ports/kube.ts'

export interface Hold {
  readonly object: KubeObject
  readonly why: string
}

const SENDS = 'nothing is sent out of a rehearsal'
const SILENT: Readonly<Record<string, string>> = {
  Alert: SENDS,
  Provider: SENDS,
  ImageUpdateAutomation: 'nothing is pushed out of a rehearsal',
  ImageRepository: 'its controller is not in the sandbox',
  ImagePolicy: 'its controller is not in the sandbox',
}
const SOURCES = new Set(['GitRepository', 'OCIRepository', 'HelmRepository', 'Bucket', 'HelmChart'])

const keyOf = (kind: string, namespace: string | undefined, name: string): string => `${kind} ${namespace ?? ''}/${name}`

const keyOfObject = ({ kind, metadata }: KubeObject): string => keyOf(kind, metadata.namespace, metadata.name)

/** Why this object by itself is held; undefined when it is not. `own`: namespace/name of the GitRepository that is rehearsed. */
function reasonOf(object: KubeObject, own: string): string | undefined {
  const { kind, metadata, spec = {} } = object
  if (SILENT[kind] !== undefined) return SILENT[kind]
  if (spec.kubeConfig !== undefined) return 'it applies to another cluster'
  if (kind === 'GitRepository' && `${metadata.namespace}/${metadata.name}` === own) return undefined
  if (!SOURCES.has(kind)) return undefined
  if (spec.secretRef !== undefined || spec.certSecretRef !== undefined || spec.proxySecretRef !== undefined || spec.verify?.secretRef)
    return 'it needs credentials, and those of the cluster do not enter the rehearsal'
  if (spec.serviceAccountName !== undefined || !['generic', undefined].includes(spec.provider))
    return 'it needs the identity of the cluster, which the rehearsal does not have'
  return undefined
}

interface Reference {
  readonly kind?: string
  readonly name?: string
  readonly namespace?: string
}

/** Keys of what an object cannot do without. */
function needs({ kind, metadata, spec = {} }: KubeObject): string[] {
  const refs: (Reference | undefined)[] = [spec.sourceRef, spec.chartRef, spec.chart?.spec?.sourceRef]
  const dependsOn: Reference[] = Array.isArray(spec.dependsOn) ? spec.dependsOn : []
  return [...refs, ...dependsOn.map((each) => ({ ...each, kind }))].flatMap((ref) =>
    ref?.kind === undefined || ref.name === undefined ? [] : [keyOf(ref.kind, ref.namespace ?? metadata.namespace, ref.name)],
  )
}

/** What is held, with everything that cannot do without it. Objects that are suspended in the cluster are left to stand as they are. */
export function holdsOf(objects: readonly KubeObject[], own: string): Hold[] {
  const held = new Map<string, Hold>()
  const add = (object: KubeObject, why: string | undefined): void => {
    if (why !== undefined && object.spec?.suspend !== true) held.set(keyOfObject(object), { object, why })
  }
  for (const object of objects) add(object, reasonOf(object, own))
  for (let before = -1; before !== held.size; ) {
    before = held.size
    for (const object of objects) {
      if (held.has(keyOfObject(object))) continue
      const missing = needs(object).find((key) => held.has(key))
      add(object, missing === undefined ? undefined : `it needs ${missing}, which is held`)
    }
  }
  return [...held.values()]
}
