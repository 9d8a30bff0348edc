// What must hold in the cluster before anything is changed.

import { isDisabled } from '../../../src/actions/flux-instance.ts'
import { nameOfApplier } from '../../../src/actions/hold.ts'
import { installationOf, selfOf } from '../../../src/actions/installation.ts'
import { idOf, POD } from '../../../src/actions/resources.ts'
import { rolloutState, wantedImages } from '../../../src/actions/rollout.ts'
import type { Check, CheckItem } from '../../../src/engine/model.ts'
import { kubernetesVerdict } from '../../../src/flux/catalogue/index.ts'
import { isSuspended, verdict } from '../../../src/flux/conditions.ts'
import { objectLabel } from '../../../src/flux/kinds.ts'
import { carriersOf } from '../carriers.ts'
import type { UpgradeInput } from '../input.ts'
import { clusterOf, liveVersion, repositoryOf, sourceOf, styleOf, supported, syncedOf, targetOf } from '../inspect.ts'
import { counted, fail, failOf, failOn, pass } from './results.ts'

export const clusterReachable: Check<UpgradeInput> = {
  id: 'cluster-reachable',
  title: 'the cluster answers and says who it is',
  severity: 'gate',
  probe: async (ctx) => {
    try {
      const identity = await ctx.kube.identity()
      return pass(`context ${identity.context}, Kubernetes ${identity.version}, uid ${identity.uid}`)
    } catch (error) {
      return failOf('cluster-reachable', error)
    }
  },
}

export const fluxInstalled: Check<UpgradeInput> = {
  id: 'flux-installed',
  title: 'Flux is installed',
  severity: 'gate',
  probe: async (ctx) => {
    const { installed } = await clusterOf(ctx)
    const namespace = ctx.target.namespace
    if (installed.status === 'none') {
      const hints = ['kubectl get deployments --all-namespaces -l app.kubernetes.io/part-of=flux', 'another namespace:  --namespace NAME']
      return fail('flux-installed', `there is no controller of Flux in namespace ${namespace}`, { hints })
    }
    if (installed.status === 'unknown') {
      const items = installed.lines.map((line) => ({ where: namespace, what: line }))
      return fail('flux-installed', 'controllers of no known release of Flux', { items, hints: ['flux check'] })
    }
    return pass(
      installed.status === 'found' ? `Flux ${installed.version}, ${counted(installed.controllers.length, 'controller')}` : undefined,
    )
  },
}

export const crdsAndControllersAgree: Check<UpgradeInput> = {
  id: 'crds-and-controllers-agree',
  title: 'controllers and CRDs are of one release',
  severity: 'gate',
  probe: async (ctx) => {
    const { installed } = await clusterOf(ctx)
    if (installed.status === 'found') return pass()
    const items = 'lines' in installed ? installed.lines.map((line) => ({ where: 'cluster', what: line })) : []
    return fail('crds-and-controllers-agree', 'controllers and CRDs are of different releases: an earlier upgrade did not end', {
      items,
      hints: [
        'a run of ours that has not ended:  flux-ops runs list',
        'else apply the release that git names once more, both CRDs and controllers:  flux reconcile kustomization NAME --with-source',
      ],
    })
  },
}

export const kubernetesSupported: Check<UpgradeInput> = {
  id: 'kubernetes-supported',
  title: 'the target is tested with this version of Kubernetes',
  severity: 'error',
  probe: async (ctx, input) => {
    const { version } = await ctx.kube.identity()
    const verdictOf = kubernetesVerdict(targetOf(input).version, version)
    if (verdictOf.status === 'tested') return pass(`${version}, tested ${verdictOf.range.min} to ${verdictOf.range.max}`)
    return fail('kubernetes-supported', verdictOf.message, { hints: ['upgrade Kubernetes first, or choose another --to'] })
  },
}

export const controllersHealthy: Check<UpgradeInput> = {
  id: 'controllers-healthy',
  title: 'every controller of Flux is ready',
  severity: 'error',
  probe: async (ctx) => {
    const cluster = await clusterOf(ctx)
    const pods = await ctx.kube.list(POD, { namespace: ctx.target.namespace })
    const wanted = wantedImages(cluster.deployments, liveVersion(cluster))
    const states = cluster.deployments.map((deployment) => {
      const labels = Object.entries(deployment.spec?.selector?.matchLabels ?? {})
      const mine = pods.filter((pod) => labels.every(([key, value]) => pod.metadata.labels?.[key] === value))
      const { name } = deployment.metadata
      // One that is scaled to nothing is no rollout that fails, yet what it should reconcile stands still.
      if (deployment.spec?.replicas === 0) return { name, done: false, saw: `${name} is scaled to 0` }
      return rolloutState(deployment, mine, wanted.get(name) ?? '')
    })
    const items = states.filter((state) => !state.done).map((state) => ({ where: `Deployment ${state.name}`, what: state.saw }))
    return failOn(
      'controllers-healthy',
      items,
      (count) => `${counted(count, 'controller')} not ready`,
      `kubectl -n ${ctx.target.namespace} get pods`,
    )
  },
}

export const syncNotSuspended: Check<UpgradeInput> = {
  id: 'sync-not-suspended',
  title: 'what applies Flux itself is not suspended',
  severity: 'error',
  probe: async (ctx, input) => {
    const [cluster, repository] = await Promise.all([clusterOf(ctx), repositoryOf(ctx, input)])
    const style = supported(styleOf(cluster, repository))
    const installation = installationOf(style)
    const source = `GitRepository ${sourceOf(syncedOf(cluster, repository))}`
    const oci = `OCIRepository ${selfOf(installation)?.source ?? ''}`
    const chart = installation.style === 'helm' ? `${installation.source.kind} ${installation.source.id}` : ''
    const labels = new Set([source, oci, chart, ...carriersOf(cluster, style).map(nameOfApplier)])
    const off = installation.style === 'operator' ? cluster.fluxInstances.filter(isDisabled) : []
    const items = [...cluster.objects.filter((object) => labels.has(`${object.kind} ${idOf(object)}`) && isSuspended(object)), ...off]
      .map((object) => ({ ...object, kind: object.kind ?? 'FluxInstance' }))
      .map((object) => ({ where: objectLabel(object), what: 'is suspended: the new version would not be fetched or kept' }))
    return failOn(
      'sync-not-suspended',
      items,
      (count) => `${counted(count, 'object')} suspended that this upgrade needs`,
      'flux resume kustomization NAME',
    )
  },
}

export const objectsReady: Check<UpgradeInput> = {
  id: 'objects-ready',
  title: 'every Flux object is ready',
  severity: 'warning',
  probe: async (ctx) => {
    const { objects } = await clusterOf(ctx)
    const items: CheckItem[] = []
    for (const object of objects) {
      const { state, reason, message, terminal } = verdict(object)
      if (state === 'ready' || state === 'static' || state === 'suspended') continue
      const said = terminal ? `${state}, and not tried again` : state
      items.push({ where: objectLabel(object), what: [said, reason, message].filter((part) => part !== '').join(': ') })
    }
    return failOn(
      'objects-ready',
      items,
      (count) => `${counted(count, 'object')} not ready now; told apart at the end, not blamed on the upgrade`,
    )
  },
}

export const suspendedObjects: Check<UpgradeInput> = {
  id: 'suspended-objects',
  title: 'no Flux object is suspended',
  severity: 'warning',
  probe: async (ctx) => {
    const { objects } = await clusterOf(ctx)
    const items = objects
      .filter(isSuspended)
      .map((object) => ({ where: objectLabel(object), what: 'is suspended: it will not be reconciled or verified' }))
    return failOn('suspended-objects', items, (count) => `${counted(count, 'object')} suspended`)
  },
}
