// What the old files make: to be taken over, or kept from being deleted with them.
import { inventoryIn } from '../../src/actions/operator-move/inventory.ts'
import type { RepoFile } from '../../src/flux/files.ts'
import { objectsIn } from '../../src/flux/operator-move/overlay.ts'
import type { KubeObject } from '../../src/ports/kube.ts'
import type { MovableStyle } from './inspect.ts'
import type { MovePlan } from './plan-schema.ts'

/** Of a folder that lists more than Flux only what is in the files that go. */
export function oldObjects(owner: KubeObject, style: MovableStyle, files: readonly RepoFile[]): MovePlan['old'] {
  const entries = inventoryIn(owner)
  const gotk = style.style === 'bootstrap' ? [style.components, style.sync] : []
  const named = files.filter(({ path }) => gotk.includes(path)).flatMap(({ text }) => objectsIn(text))
  const isOld = (kind: string, name: string): boolean =>
    style.style === 'pin' || named.some((object) => object.kind === kind && object.metadata.name === name)
  return entries
    .filter(({ kind, name }) => isOld(kind, name))
    .map(({ kind, group, version, namespace, name }) => ({ kind, group, version, name, ...(namespace === undefined ? {} : { namespace }) }))
}
