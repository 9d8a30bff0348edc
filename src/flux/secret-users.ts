// Which objects of Flux name a Secret in their spec, and where.
import type { KubeObject } from '../ports/kube.ts'
import { objectLabel } from './kinds.ts'

export interface SecretUse {
  readonly object: KubeObject
  /** `Kind namespace/name` */
  readonly where: string
  /** `spec.secretRef` */
  readonly path: string
}

const MAX_DEPTH = 12

/** The chart's affair, and text for other objects. */
const PASSED_OVER = new Set(['values', 'patches', 'postRenderers', 'kustomize'])

const isReference = (key: string): boolean => /secretref$/i.test(key)

/** Fields of the Flux Operator that hold the name itself. */
const isName = (key: string): boolean => key === 'pullSecret' || key === 'imagePullSecret'

function walk(value: unknown, path: string, depth: number, found: (path: string, name: string) => void): void {
  if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) return
  for (const [key, child] of Object.entries(value)) {
    const at = Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`
    if (PASSED_OVER.has(key)) continue
    if (isName(key) && typeof child === 'string') found(at, child)
    else if (isReference(key) && typeof child?.name === 'string') found(at, child.name)
    else if (child?.kind === 'Secret' && typeof child?.name === 'string') found(at, child.name)
    else walk(child, at, depth + 1, found)
  }
}

/** `id`: namespace/name of the Secret. A Secret is named by objects of its own namespace alone. */
export function secretUses(id: string, objects: readonly KubeObject[]): SecretUse[] {
  const [namespace, name] = id.split('/')
  return objects.flatMap((object) => {
    const uses: SecretUse[] = []
    if (object.metadata.namespace !== namespace) return uses
    walk(object.spec, 'spec', 0, (path, named) => {
      if (named === name) uses.push({ object, where: objectLabel(object), path })
    })
    return uses
  })
}
