// What files of a repository say that are there already. What cannot be read says nothing, and is left to the person whose it is.
import { isMap, isScalar, isSeq } from 'yaml'
import { isKustomizationFile } from '../flux/kustomize-tree.ts'
import { cleanFolder, folderOf, isUnder } from '../flux/synced-paths.ts'
import { isYamlPath, nodeAt, objectsThatMention, scalarText, textAt, type YamlObject } from '../flux/yaml-objects.ts'
import type { Repository } from './model.ts'

/** Undefined where it is not there or cannot be read. */
export function objectsIn(there: Repository, path: string): readonly YamlObject[] | undefined {
  const text = there.text(path)
  if (text === undefined) return undefined
  try {
    return objectsThatMention([{ path: isYamlPath(path) ? path : `${path}.yaml`, text }], /\S/)
  } catch {
    return undefined
  }
}

const groupOf = (object: YamlObject): string => (textAt(object, ['apiVersion']) ?? '').split('/')[0] ?? ''

const ofKind = (objects: readonly YamlObject[], kind: string, group: string): YamlObject[] =>
  objects.filter((object) => textAt(object, ['kind']) === kind && groupOf(object) === group)

export interface FoundKustomization {
  readonly name: string
  readonly path: string
  readonly source: string | undefined
  readonly decrypts: boolean
}

/** Kustomizations of Flux in a file, in order. */
export const kustomizationsIn = (there: Repository, path: string): FoundKustomization[] =>
  ofKind(objectsIn(there, path) ?? [], 'Kustomization', 'kustomize.toolkit.fluxcd.io').flatMap((object) => {
    const name = textAt(object, ['metadata', 'name'])
    if (name === undefined) return []
    return [
      {
        name,
        path: cleanFolder(textAt(object, ['spec', 'path']) ?? ''),
        source: textAt(object, ['spec', 'sourceRef', 'name']),
        decrypts: isMap(nodeAt(object, ['spec', 'decryption'])),
      },
    ]
  })

export const gitRepositoryIn = (there: Repository, path: string): string | undefined =>
  ofKind(objectsIn(there, path) ?? [], 'GitRepository', 'source.toolkit.fluxcd.io')
    .map((object) => textAt(object, ['metadata', 'name']))
    .find((name) => name !== undefined)

/** Entries of a kustomization file, without `./`; undefined where it cannot be read. */
export function resourcesIn(there: Repository, path: string): readonly string[] | undefined {
  const objects = objectsIn(there, path)
  if (objects === undefined || objects.length !== 1) return objects?.length === 0 ? [] : undefined
  return ['resources', 'bases', 'components'].flatMap((key) => {
    const list = nodeAt(objects[0] as YamlObject, [key])
    return isSeq(list) ? list.items.flatMap((item) => (isScalar(item) ? [cleanFolder(scalarText(item))] : [])) : []
  })
}

export const kustomizationFileIn = (paths: readonly string[], folder: string): string | undefined =>
  paths.find((path) => folderOf(path) === folder && isKustomizationFile(path))

const isObject = (there: Repository, path: string): boolean => {
  const objects = objectsIn(there, path) ?? []
  return objects.length > 0 && objects.every((object) => textAt(object, ['kind']) !== undefined && groupOf(object) !== '')
}

/**
 * What Flux lists where a folder has no kustomization file: folders that have one, and manifests elsewhere. Paths from the repository's root.
 * `more`: files that will be there, all of them manifests.
 */
export function asFluxLists(there: Repository, folder: string, more: readonly string[] = []): string[] {
  const inside = [...there.paths, ...more].filter((path) => isUnder(path, folder) && isYamlPath(path))
  const owned = [...new Set(inside.filter(isKustomizationFile).map(folderOf))].filter((each) => each !== folder)
  const outermost = owned.filter((each) => !owned.some((other) => other !== each && isUnder(each, other)))
  const loose = inside.filter((path) => !outermost.some((each) => isUnder(path, each)) && (more.includes(path) || isObject(there, path)))
  return [...outermost, ...loose].sort()
}

/** The files below some folders that declare an object of this kind and name. */
export const declaring = (there: Repository, folders: readonly string[], { kind, name }: { kind: string; name: string }): string[] =>
  there.paths.filter(
    (path) =>
      isYamlPath(path) &&
      folders.some((folder) => isUnder(path, folder)) &&
      there.text(path)?.includes(name) === true &&
      (objectsIn(there, path) ?? []).some((object) => textAt(object, ['kind']) === kind && textAt(object, ['metadata', 'name']) === name),
  )
