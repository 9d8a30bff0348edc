// dependsOn that leads back to where it began. kustomize-controller sorts all Kustomizations of a source that has a new revision; a circle among them makes
// the sort fail, and none of them is asked: a line in its log is all that says so (sortAndEnqueue in internal/controller/kustomization_indexers.go).
import type { Check } from '../../../src/engine/model.ts'
import { reconcileOrder } from '../../../src/flux/graph.ts'
import type { UpgradeInput } from '../input.ts'
import { clusterOf } from '../inspect.ts'
import { counted, failOn } from './results.ts'

export const noDependencyCycle: Check<UpgradeInput> = {
  id: 'no-dependency-cycle',
  title: 'no dependsOn leads back to where it began',
  // An upgrade of ours asks every object by itself.
  severity: 'warning',
  probe: async (ctx) => {
    const { objects } = await clusterOf(ctx)
    const items = reconcileOrder(objects).cycles.map((cycle) => ({ where: cycle[0] ?? '', what: `waits for itself: ${cycle.join(' → ')}` }))
    return failOn(
      'no-dependency-cycle',
      items,
      (count) => `${counted(count, 'circle')} of dependsOn: a push may reach no Kustomization of that source before its interval`,
      'take one of its dependsOn out in git, push',
      'until then:  flux reconcile kustomization NAME  for each',
    )
  },
}
