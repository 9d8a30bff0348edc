// Components that the manifests of the target will not hold: what Flux would then delete, and what nobody reconciles.

import type { ClusterSurvey } from '../../../src/actions/cluster-survey.ts'
import type { Check, CheckItem } from '../../../src/engine/model.ts'
import { crdsInInventory } from '../../../src/flux/force.ts'
import type { InstalledCrd } from '../../../src/flux/installed.ts'
import { type Component, FLUX_KINDS } from '../../../src/flux/kinds.ts'
import { keyOf } from '../../../src/flux/synced-paths.ts'
import type { ReadContext } from '../../../src/ports/context.ts'
import type { UpgradeInput } from '../input.ts'
import { clusterOf, componentsOf, repositoryOf, styleOf } from '../inspect.ts'
import { counted, failOn, pass } from './results.ts'

const componentOf = (crd: Pick<InstalledCrd, 'group' | 'kind'>): Component | undefined =>
  FLUX_KINDS.find((kind) => kind.group === crd.group && kind.kind === crd.kind)?.component

const objectsOf = ({ objects }: ClusterSurvey, crd: InstalledCrd): number =>
  objects.filter((object) => object.kind === crd.kind && object.apiVersion.startsWith(`${crd.group}/`)).length

interface Left {
  readonly crd: InstalledCrd
  readonly component: Component
  readonly objects: number
}

/** CRDs that the Kustomization of Flux owns and that the new gotk-components.yaml will not hold; undefined when nothing can be pruned. */
async function leftOut(ctx: ReadContext, input: UpgradeInput): Promise<Left[] | undefined> {
  const [cluster, repository] = await Promise.all([clusterOf(ctx), repositoryOf(ctx, input)])
  const style = styleOf(cluster, repository)
  if (style.style !== 'bootstrap') return undefined
  const kept = componentsOf(style) ?? []
  const owner = cluster.objects.find((object) => object.kind === 'Kustomization' && keyOf(object) === style.owner)
  if (owner?.spec?.prune !== true) return undefined
  const owned = crdsInInventory(owner)
  return cluster.crds.flatMap((crd): Left[] => {
    const component = componentOf(crd)
    if (component === undefined || kept.includes(component) || !owned.includes(crd.name)) return []
    return [{ crd, component, objects: objectsOf(cluster, crd) }]
  })
}

const NOTHING = 'what applies Flux here deletes nothing that leaves the manifests'

/** All of them, whichever of the two checks says it: one change of the header is to be enough. */
const fix = (left: readonly Left[]): string => {
  const components = [...new Set(left.map((each) => each.component))].join(',')
  return `name them in the header of gotk-components.yaml:  # Components: …,${components}  (flux bootstrap --components-extra=${components})`
}

export const noObjectPruned: Check<UpgradeInput> = {
  id: 'no-object-pruned',
  title: 'no object goes with a component that the new manifests leave out',
  // The header of gotk-components.yaml decides what is written: a component that it forgets is deleted, CRDs and all of their objects.
  severity: 'error',
  probe: async (ctx, input) => {
    const left = await leftOut(ctx, input)
    if (left === undefined) return pass(NOTHING)
    const items = left
      .filter((each) => each.objects > 0)
      .map(({ crd, component, objects }) => ({
        where: `CustomResourceDefinition ${crd.name}`,
        what: `would be deleted with ${counted(objects, 'object')}: ${component} is not among the components`,
      }))
    return failOn('no-object-pruned', items, (count) => `${counted(count, 'kind')} would be deleted with all objects`, fix(left))
  },
}

export const noCrdPruned: Check<UpgradeInput> = {
  id: 'no-crd-pruned',
  title: 'no CRD goes with a component that the new manifests leave out',
  severity: 'warning',
  probe: async (ctx, input) => {
    const left = await leftOut(ctx, input)
    if (left === undefined) return pass(NOTHING)
    const items = left
      .filter((each) => each.objects === 0)
      .map(({ crd, component }) => ({
        where: `CustomResourceDefinition ${crd.name}`,
        what: `would be deleted; it has no objects, and ${component} is not among the components`,
      }))
    return failOn('no-crd-pruned', items, (count) => `${counted(count, 'CRD')} would be deleted`, fix(left))
  },
}

export const kindsHaveControllers: Check<UpgradeInput> = {
  id: 'kinds-have-controllers',
  title: 'for every kind that has objects a controller runs',
  severity: 'warning',
  probe: async (ctx) => {
    const cluster = await clusterOf(ctx)
    if (!('controllers' in cluster.installed)) return { status: 'unknown', cause: 'which controllers run is not known' }
    const running = new Set(cluster.installed.controllers.map((each) => each.component))
    const items = cluster.crds.flatMap((crd): CheckItem[] => {
      const component = componentOf(crd)
      const objects = objectsOf(cluster, crd)
      if (component === undefined || objects === 0 || running.has(component)) return []
      return [{ where: crd.kind, what: `${counted(objects, 'object')} that nobody reconciles: ${component} does not run` }]
    })
    return failOn(
      'kinds-have-controllers',
      items,
      (count) => `${counted(count, 'kind')} without a controller`,
      'install the component (flux bootstrap --components-extra=…), or delete the objects',
    )
  },
}
