// The values of sealed Kubernetes objects, as they stand: which are sealed and which are not. Source of the selection: sops sops.go.
import { isMap, isScalar, isSeq, type Node, type Scalar } from 'yaml'
import { messageOf, OpsError } from '../../errors.ts'
import { objectsUnlessTemplate, partsOf, placeOf, scalarText, textAt, type YamlObject } from '../../flux/yaml-objects.ts'
import type { Unanswered } from '../model.ts'
import { withoutPlace } from './secret-objects.ts'
import { perWorld, type SealedFile, sealedFiles } from './world.ts'

export interface SealedValue {
  /** `metadata.name` */
  readonly path: readonly string[]
  readonly line: number
  readonly isSealed: boolean
}

export interface SealedObject {
  readonly file: SealedFile
  readonly kind: string
  readonly name: string
  readonly values: readonly SealedValue[]
}

const SEALED = /^ENC\[AES256_GCM,/
const DEEPEST = 60

function valuesOf(object: YamlObject, node: unknown, path: readonly string[], into: SealedValue[]): void {
  if (path.length > DEEPEST) return
  if (isMap(node))
    for (const pair of node.items) valuesOf(object, pair.value, [...path, isScalar(pair.key) ? scalarText(pair.key as Scalar) : ''], into)
  else if (isSeq(node)) for (const item of node.items) valuesOf(object, item, path, into)
  else if (isScalar(node)) {
    const text = scalarText(node as Scalar)
    const line = placeOf(object.part.file.text, object.part.base + ((node as Node).range?.[0] ?? 0)).line
    if (text !== '' && node.value !== null) into.push({ path, line, isSealed: SEALED.test(text) })
  }
}

function sealedObject(file: SealedFile, object: YamlObject): SealedObject[] {
  const kind = textAt(object, ['kind'])
  if (kind === undefined || textAt(object, ['apiVersion']) === undefined || !isMap(object.map.get('sops', true))) return []
  const values: SealedValue[] = []
  for (const pair of object.map.items) {
    const key = isScalar(pair.key) ? scalarText(pair.key as Scalar) : ''
    if (key !== 'sops') valuesOf(object, pair.value, [key], values)
  }
  const name = [textAt(object, ['metadata', 'namespace']), textAt(object, ['metadata', 'name'])]
    .filter((part) => part !== undefined)
    .join('/')
  return [{ file, kind, name, values }]
}

/** Objects alone: files of values or of variables that sops seals are none. */
export const sealedObjects = perWorld((world): { objects: SealedObject[]; unknown: Unanswered[] } => {
  const objects: SealedObject[] = []
  const unknown: Unanswered[] = []
  for (const file of sealedFiles(world)) {
    if (!/\.(?:ya?ml|json)$/i.test(file.path)) continue
    for (const part of partsOf(file)) {
      try {
        objects.push(...(objectsUnlessTemplate(part) ?? []).flatMap((object) => sealedObject(file, object)))
      } catch (error) {
        if (!(error instanceof OpsError)) throw error
        const { line, what } = withoutPlace(file.path, messageOf(error))
        unknown.push({ where: { path: file.path, line }, cause: what })
      }
    }
  }
  return { objects, unknown }
})
