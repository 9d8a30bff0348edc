// Who owns what: older API versions in other people's objects, and objects with two appliers. Both are told and never touched.
import { lookAtThirdParties, type OldlyOwned } from '../../../src/actions/third-party-fields.ts'
import type { Check, CheckItem } from '../../../src/engine/model.ts'
import { appliedTwice, foreignOwners } from '../../../src/flux/ownership.ts'
import type { UpgradeInput } from '../input.ts'
import { clusterOf, repositoryOf, styleOf } from '../inspect.ts'
import { counted, fail, failOn, pass } from './results.ts'

const itemOf = ({ where, named, applied, by }: OldlyOwned): CheckItem => ({
  where,
  what: `is applied as ${applied} by ${by}, its managedFields still name ${named.join(', ')}`,
})

/** Commands are copied and run: no word of an inventory that is not the name of an API version comes into one. */
const isVersion = ({ applied }: OldlyOwned): boolean => /^v[0-9a-z]+$/.test(applied)

const commands = (found: readonly OldlyOwned[]): string[] => {
  const kinds = new Set(found.filter(isVersion).map((each) => `--api-version=${each.group}/${each.applied} --kind=${each.kind}`))
  return [...kinds].slice(0, 3).map((each) => `flux-operator migrate resources ${each} --all-namespaces --dry-run`)
}

export const thirdPartyFields: Check<UpgradeInput> = {
  id: 'third-party-managed-fields',
  title: 'no object that Flux applies is still owned in an older API version of its kind',
  severity: 'warning',
  probe: async (ctx) => {
    const { objects, crdNames } = await clusterOf(ctx)
    const { found, looked, left } = await lookAtThirdParties(ctx.kube, objects, crdNames)
    if (found.length === 0 && left.length > 0) return { status: 'unknown', cause: `not looked at: ${left.join('; ')}` }
    if (found.length === 0) return pass(`${counted(looked, 'object')} looked at`)
    const items = [...found.map(itemOf), ...left.map((what) => ({ where: 'not looked at', what }))]
    const detail = `${counted(found.length, 'object')} may end with "field not declared in schema" once their CRD changes`
    const gate = 'or the gate MigrateAPIVersion=true of kustomize-controller (Flux 2.8.6 and newer)'
    return fail('third-party-managed-fields', detail, { items, hints: [...commands(found), gate] })
  },
}

/** Field managers of `helm install` and of helm-controller. */
const OF_HELM = ['helm', 'helm-controller']

export const oneApplier: Check<UpgradeInput> = {
  id: 'one-applier-each',
  title: 'no object is applied by two',
  severity: 'warning',
  probe: async (ctx, input) => {
    const cluster = await clusterOf(ctx)
    const { objects, deployments, crdObjects } = cluster
    const own = styleOf(cluster, await repositoryOf(ctx, input)).style === 'helm' ? OF_HELM : []
    const twice = appliedTwice(objects).map(({ where, appliers }) => ({ where, what: `is applied by ${appliers.join(' and ')}` }))
    const foreign = foreignOwners([...deployments, ...crdObjects], own).map(({ where, appliers }) => ({
      where,
      what: `is also owned by ${appliers.join(', ')}: what git takes out there stays`,
    }))
    return failOn(
      'one-applier-each',
      [...twice, ...foreign],
      (count) => `${counted(count, 'object')} with more than one owner`,
      'decide which one keeps it, and take it out of the other',
      'hand it over:  flux-operator migrate owner --help',
    )
  },
}
