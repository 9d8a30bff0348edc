// Secrets and ConfigMaps that objects of Flux name: credentials, certificates, keys, variables, values.
import type { KubeObject } from '../../ports/kube.ts'

export interface Named {
  readonly kind: 'Secret' | 'ConfigMap'
  readonly namespace: string
  readonly name: string
}

const REFERENCE = /(secret|configMap)Ref$/i

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

const kindOf = (key: string): Named['kind'] | undefined => {
  const [, what] = REFERENCE.exec(key) ?? []
  if (what === undefined) return undefined
  return what.toLowerCase() === 'secret' ? 'Secret' : 'ConfigMap'
}

/** Below any `…secretRef` and `…configMapRef`, of entries `kind: Secret` (valuesFrom, substituteFrom), and of the FluxInstance's `…PullSecret`. */
function namesIn(value: unknown): Omit<Named, 'namespace'>[] {
  if (Array.isArray(value)) return value.flatMap(namesIn)
  if (!isFields(value)) return []
  const { kind: own, name: ownName } = value
  const entry = (own === 'Secret' || own === 'ConfigMap') && typeof ownName === 'string' ? [{ kind: own, name: ownName } as const] : []
  const nested = Object.entries(value).flatMap(([key, field]): Omit<Named, 'namespace'>[] => {
    const kind = kindOf(key)
    if (kind !== undefined && isFields(field) && typeof field.name === 'string') return [{ kind, name: field.name }]
    if (/pullSecret$/i.test(key) && typeof field === 'string' && field !== '') return [{ kind: 'Secret', name: field }]
    return namesIn(field)
  })
  return [...entry, ...nested]
}

/** Pure. Each once; values of charts are the chart's affair. */
export function namedBy(objects: readonly KubeObject[]): Named[] {
  const found = new Map<string, Named>()
  for (const { metadata, spec } of objects) {
    const { values: _values, ...rest } = (spec ?? {}) as Fields
    const namespace = metadata.namespace ?? ''
    for (const { kind, name } of namesIn(rest)) found.set(`${kind} ${namespace}/${name}`, { kind, namespace, name })
  }
  return [...found.values()]
}

/** Pure. Of these the Secrets. */
export const secretsNamedBy = (objects: readonly KubeObject[]): Named[] => namedBy(objects).filter(({ kind }) => kind === 'Secret')
