// What a rehearsal needs to know of a cluster: everything of Flux, and of Secrets nothing but their keys. Reads only.
import { readCrds, readObjects } from '../actions/cluster-survey.ts'
import { idOf } from '../actions/resources.ts'
import { sideBySide } from '../actions/side-by-side.ts'
import { readNamespace, readRoles } from '../actions/system-objects.ts'
import type { Kept } from '../flux/installation/content.ts'
import { secretsNamedBy } from '../flux/installation/references.ts'
import type { KubeObject, KubeReader } from '../ports/kube.ts'
import { type CapturedOperator, captureOperator } from './operator.ts'
import { type SecretShape, shapeOf } from './secret-shapes.ts'

export interface Captured {
  /** Namespace of Flux. */
  readonly namespace: string
  /** CRDs of Flux. */
  readonly crds: readonly KubeObject[]
  readonly objects: readonly KubeObject[]
  /** What Flux runs as: all of its namespace but Secrets, and its roles. */
  readonly system: readonly Kept[]
  readonly secrets: readonly SecretShape[]
  /** Where there is one. */
  readonly operator?: CapturedOperator
}

/** Throws what the port throws: what could not be read is not left out of a rehearsal in silence. */
export async function captureCluster(kube: KubeReader, namespace: string): Promise<Captured> {
  const { objects: crds, crds: installed, names } = await readCrds(kube)
  const [objects, own, roles, operator] = await Promise.all([
    readObjects(kube, installed),
    readNamespace(kube, namespace),
    readRoles(kube, namespace),
    captureOperator(kube, namespace, names),
  ])
  const secrets = await sideBySide(secretsNamedBy(objects), 8, (name) => shapeOf(kube, name))
  return { namespace, crds, objects, system: [...own, ...roles], secrets, ...(operator && { operator }) }
}

export const labelOf = (object: KubeObject): string => `${object.kind} ${idOf(object)}`
