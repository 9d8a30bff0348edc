// What holds for every release on the way, and not for the target alone.
import { isWritable } from '../../../src/actions/installation.ts'
import type { Check, CheckItem } from '../../../src/engine/model.ts'
import { findCrd, kubernetesVerdict } from '../../../src/flux/catalogue/index.ts'
import { promotions } from '../../../src/flux/hops.ts'
import type { UpgradeInput } from '../input.ts'
import { clusterOf, componentsOf, knownHops, liveVersion, repositoryOf, styleOf, targetOf } from '../inspect.ts'
import { counted, fail, failOn, pass } from './results.ts'

export const kubernetesAtStops: Check<UpgradeInput> = {
  id: 'kubernetes-supported-at-stops',
  title: 'every release on the way is tested with this version of Kubernetes',
  severity: 'warning',
  probe: async (ctx, input) => {
    const [{ version }] = await Promise.all([ctx.kube.identity(), clusterOf(ctx), repositoryOf(ctx, input)])
    const hops = await knownHops(ctx, input)
    if (hops.length === 0) return { status: 'skip', reason: 'no way to the target is known; stored-versions says why' }
    const stops = hops.slice(0, -1)
    if (stops.length === 0) return pass('no stop on the way')
    const verdicts = stops.map((hop) => ({ where: `Flux ${hop.to}`, verdict: kubernetesVerdict(hop.to, version) }))
    const unknown = verdicts.find(({ verdict }) => verdict.status === 'unknown')?.verdict
    if (unknown?.status === 'unknown') return { status: 'unknown', cause: unknown.message }
    const items = verdicts.flatMap(({ where, verdict }): CheckItem[] => ('message' in verdict ? [{ where, what: verdict.message }] : []))
    return failOn(
      'kubernetes-supported-at-stops',
      items,
      (count) => `${counted(count, 'stop')} outside of the tested range; Flux only passes through`,
      'keep the stop short: go on to the next hop as soon as this one is verified',
    )
  },
}

export const rollbackPossible: Check<UpgradeInput> = {
  id: 'rollback-possible',
  title: 'the upgrade can be taken back',
  severity: 'warning',
  probe: async (ctx, input) => {
    const [cluster, repository] = await Promise.all([clusterOf(ctx), repositoryOf(ctx, input)])
    const target = targetOf(input)
    const style = styleOf(cluster, repository)
    const components = isWritable(style) ? componentsOf(style) : undefined
    const from = liveVersion(cluster)
    const applied = cluster.crds.filter((crd) => {
      const component = findCrd(target, crd.group, crd.kind)?.component
      return components === undefined || component === undefined || components.includes(component)
    })
    const crossed = promotions(from, target.version, applied)
    if (crossed.length === 0) return pass(`back to ${from} at any time:  flux-ops rollback`)
    const items = crossed.map(({ crd, to, lowest }) => ({
      where: `CustomResourceDefinition ${crd}`,
      what: `will be stored as ${to}: ${lowest === undefined ? 'no older release has that' : `no way back below Flux ${lowest}`}`,
    }))
    return fail('rollback-possible', `after the new CRDs are applied there is no way back to ${from}`, {
      items,
      hints: [
        'the plan says before which step (▲); until then:  flux-ops runs abandon',
        'try it where it costs nothing:  flux-ops sandbox up',
      ],
    })
  },
}
