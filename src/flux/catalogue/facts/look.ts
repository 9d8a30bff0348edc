// How predicates look at a world: by kind, by feature gate, by line of a file.
import type { KubeObject } from '../../../ports/kube.ts'
import { gatesIn, runningControllers } from '../../controller-args.ts'
import type { RepoFile } from '../../files.ts'
import { type Component, objectLabel } from '../../kinds.ts'
import type { FactFinding, FactObject, FactWorld } from './types.ts'

export const found = (objects: readonly FactObject[]): FactFinding => ({ objects })

/** The objects of a kind for which `says` has something to say. */
export const ofKind = (world: FactWorld, kind: string, says: (object: KubeObject) => string | undefined): FactObject[] =>
  world.objects.flatMap((object) => {
    if (object.kind !== kind) return []
    const what = says(object)
    return what === undefined ? [] : [{ where: objectLabel(object), what }]
  })

export const text = (value: unknown): string => (typeof value === 'string' ? value : '')

export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** Feature gates that a controller was started with; the last one named wins, as in the controller. */
export const gatesOf = (world: FactWorld, component: Component): ReadonlyMap<string, boolean> =>
  new Map(
    runningControllers(world.deployments)
      .filter((each) => each.component === component)
      .flatMap(({ args }) => [...gatesIn(args)]),
  )

export const isOn = (world: FactWorld, component: Component, gate: string): boolean => gatesOf(world, component).get(gate) === true

/** Lines of the clone's YAML that match; comments apart. At most `limit`, as one is enough to act on. */
export function linesOf(files: readonly RepoFile[], pattern: RegExp, what: string, limit = 20): FactObject[] {
  const hits: FactObject[] = []
  for (const file of files) {
    if (hits.length >= limit || !/\.ya?ml$/.test(file.path) || !pattern.test(file.text)) continue
    for (const [index, line] of file.text.split('\n').entries()) {
      if (pattern.test(line) && !/^\s*#/.test(line)) hits.push({ where: `${file.path}:${index + 1}`, what })
    }
  }
  return hits.slice(0, limit)
}
