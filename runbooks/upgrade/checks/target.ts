// What must hold between what is stored now and what the target brings.
import { storageVersionOf } from '../../../src/actions/cluster-survey.ts'
import { migrationLines, migrationNeeds } from '../../../src/actions/storage-migration.ts'
import type { Check, CheckItem } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import { findCrd, names } from '../../../src/flux/catalogue/index.ts'
import { forceOverCrds } from '../../../src/flux/force.ts'
import { type Hop, planHops } from '../../../src/flux/hops.ts'
import { goneReferences } from '../../../src/flux/references.ts'
import type { UpgradeInput } from '../input.ts'
import { clusterOf, hopsFor, liveVersion, repositoryOf, targetOf } from '../inspect.ts'
import { counted, fail, failOf, failOn, pass } from './results.ts'

export const targetKnown: Check<UpgradeInput> = {
  id: 'target-known',
  title: 'the target is a known release and newer than what runs',
  severity: 'gate',
  probe: async (ctx, input) => {
    const cluster = await clusterOf(ctx) // not to be read is not an answer: outside of what fails below
    try {
      const target = targetOf(input)
      const from = liveVersion(cluster)
      const hops = planHops({ from, to: target.version, crds: cluster.crds, via: input.via ?? [] })
      if (hops.kind === 'nothing')
        return fail('target-known', `the cluster already runs Flux ${target.version}`, { hints: ['flux-ops status'] })
      if (hops.kind === 'refused' && (hops.code === 'downgrade' || hops.code === 'stop-invalid'))
        return fail('target-known', hops.reason, { hints: hops.hints })
      return pass(`${from} → ${target.version}`)
    } catch (error) {
      return failOf('target-known', error)
    }
  },
}

export const noForceOverCrds: Check<UpgradeInput> = {
  id: 'no-force-over-crds',
  title: 'nothing is allowed to delete and recreate a CRD of Flux',
  // A gate, because a gate cannot be waived: the deletion takes every object of the kind with it, in the whole cluster.
  severity: 'gate',
  probe: async (ctx, input) => {
    const [cluster, repository] = await Promise.all([clusterOf(ctx), repositoryOf(ctx, input)])
    const kustomizations = cluster.objects.filter((object) => object.kind === 'Kustomization')
    const found = forceOverCrds({ kustomizations, crds: cluster.crdObjects, files: repository.files })
    const items = found.map((each) => ({
      where: each.where,
      what: `${each.by}: ${each.why}${each.crds.length > 0 ? ` (${counted(each.crds.length, 'CRD')})` : ''}`,
    }))
    return failOn(
      'no-force-over-crds',
      items,
      (count) => `force is set over CRDs of Flux in ${counted(count, 'place')}`,
      'take spec.force or the annotation out in git, push, wait until it is applied',
    )
  },
}

export const storedVersions: Check<UpgradeInput> = {
  id: 'stored-versions',
  title: 'the API server will accept the CRDs of the target',
  severity: 'error',
  probe: async (ctx, input) => {
    const cluster = await clusterOf(ctx)
    const target = targetOf(input)
    const items: CheckItem[] = cluster.crds.flatMap((crd) => {
      const known = names(findCrd(target, crd.group, crd.kind)?.versions ?? crd.versions)
      const gone = crd.storedVersions.filter((stored) => !known.includes(stored))
      return gone.length === 0
        ? []
        : [
            {
              where: crd.name,
              what: `stores ${gone.join(', ')}, which ${target.version} does not have; storage version now ${storageVersionOf(crd)}`,
            },
          ]
    })
    let chain: readonly Hop[]
    try {
      chain = await hopsFor(ctx, input)
    } catch (error) {
      if (!(error instanceof OpsError)) throw error
      return fail('stored-versions', error.message, { items, hints: error.hints })
    }
    if (chain.length > 1) {
      const stops = chain.slice(0, -1).map((hop) => `${hop.to}: ${hop.why}`)
      return pass(`in ${counted(chain.length, 'hop')}, ${[chain[0]?.from, ...chain.map((hop) => hop.to)].join(' → ')}; ${stops.join('; ')}`)
    }
    if (items.length === 0) return pass()
    return pass(`${counted(items.length, 'CRD')} with old stored versions; step migrate-storage rewrites their objects first`)
  },
}

export const liveReferences: Check<UpgradeInput> = {
  id: 'live-references',
  title: 'no Flux object refers to an API version that the target does not serve',
  severity: 'warning',
  probe: async (ctx, input) => {
    const { objects } = await clusterOf(ctx)
    const target = targetOf(input)
    const items = goneReferences(objects, target).map(({ where, path, kind, apiVersion }) => ({
      where,
      what: `${path} names ${kind} ${apiVersion}`,
    }))
    return failOn(
      'live-references',
      items,
      (count) => `${counted(count, 'reference')} that Flux ${target.version} cannot follow`,
      'what is written in the clone is changed by step migrate-repository; what Helm or somebody else made is changed where it comes from',
    )
  },
}

export const staleManagedFields: Check<UpgradeInput> = {
  id: 'stale-managed-fields',
  title: 'no object is managed in an API version that is not the stored one, or it will be rewritten',
  severity: 'warning',
  probe: async (ctx) => {
    const { crds, objects } = await clusterOf(ctx)
    const needs = migrationNeeds(crds, objects).filter((need) => need.stale.length > 0)
    return needs.length === 0 ? pass() : pass(`step migrate-storage: ${migrationLines(needs).join('; ')}`)
  },
}
