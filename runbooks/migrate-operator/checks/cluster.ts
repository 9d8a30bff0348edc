// What must hold in the cluster before the operator is brought into it.
import { ofKind } from '../../../src/actions/cluster-survey.ts'
import { DEPLOYMENT, idOf, POD } from '../../../src/actions/resources.ts'
import { rolloutState, shortImage, wantedImages } from '../../../src/actions/rollout.ts'
import { readFluxObject } from '../../../src/actions/sync-source.ts'
import type { Check, CheckItem } from '../../../src/engine/model.ts'
import { isSuspended, verdict } from '../../../src/flux/conditions.ts'
import { objectLabel } from '../../../src/flux/kinds.ts'
import { OPERATOR } from '../../../src/flux/operator-move/operator.ts'
import { HELD } from '../../../src/flux/suspension.ts'
import type { MoveInput } from '../input.ts'
import { clusterOf, liveVersion, movable, ownerId, repositoryOf, sourceOf, styleOf, syncedOf } from '../inspect.ts'
import { counted, fail, failOf, failOn, pass } from './results.ts'

type MoveCheck = Check<MoveInput>

export const clusterReachable: MoveCheck = {
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

export const fluxInstalled: MoveCheck = {
  id: 'flux-installed',
  title: 'one release of Flux runs, controllers and CRDs alike',
  severity: 'gate',
  probe: async (ctx) => {
    const { installed } = await clusterOf(ctx)
    if (installed.status === 'found') return pass(`Flux ${installed.version}, ${counted(installed.controllers.length, 'controller')}`)
    if (installed.status === 'none')
      return fail('flux-installed', `there is no controller of Flux in namespace ${ctx.target.namespace}`, [
        'another namespace:  --namespace NAME',
      ])
    const items = installed.lines.map((what) => ({ where: 'cluster', what }))
    return fail(
      'flux-installed',
      'controllers and CRDs are not of one known release',
      ['a run that has not ended:  flux-ops runs list', 'flux check'],
      items,
    )
  },
}

export const notThereYet: MoveCheck = {
  id: 'no-operator-yet',
  title: 'no Flux Operator is there yet',
  severity: 'gate',
  probe: async (ctx) => {
    const { fluxInstances, objects } = await clusterOf(ctx)
    const deployments = await ctx.kube.list(DEPLOYMENT, { namespace: ctx.target.namespace })
    const operators = deployments.filter((each) =>
      (each.spec?.template?.spec?.containers ?? []).some(({ image }: { image?: string }) =>
        shortImage(image ?? '').startsWith(`${OPERATOR}:`),
      ),
    )
    const items: CheckItem[] = [
      ...fluxInstances.map((each) => ({ where: `FluxInstance ${idOf(each)}`, what: 'is there already' })),
      ...operators.map((each) => ({
        where: `Deployment ${idOf(each)}`,
        what: 'runs already, and this run would not know how it was installed',
      })),
      ...objects
        .filter((each) => ['HelmRelease', 'OCIRepository'].includes(each.kind) && idOf(each) === `${ctx.target.namespace}/${OPERATOR}`)
        .map((each) => ({ where: objectLabel(each), what: 'is there already under the name that this run gives it' })),
    ]
    return failOn(
      'no-operator-yet',
      items,
      () => 'the Flux Operator is in this cluster already',
      'a run that has not ended:  flux-ops runs list',
      'an operator that keeps nothing yet: uninstall it, this run installs it again from git',
    )
  },
}

export const controllersHealthy: MoveCheck = {
  id: 'controllers-healthy',
  title: 'every controller of Flux is ready',
  severity: 'error',
  probe: async (ctx) => {
    const cluster = await clusterOf(ctx)
    const pods = await ctx.kube.list(POD, { namespace: ctx.target.namespace })
    const wanted = wantedImages(cluster.deployments, liveVersion(cluster))
    const items = cluster.deployments.flatMap((deployment): CheckItem[] => {
      const { name } = deployment.metadata
      const where = `Deployment ${name}`
      if (deployment.spec?.replicas === 0) return [{ where, what: 'is scaled to 0' }]
      const labels = Object.entries(deployment.spec?.selector?.matchLabels ?? {})
      const mine = pods.filter((pod) => labels.every(([key, value]) => pod.metadata.labels?.[key] === value))
      const state = rolloutState(deployment, mine, wanted.get(name) ?? '')
      return state.done ? [] : [{ where, what: state.saw }]
    })
    return failOn(
      'controllers-healthy',
      items,
      (count) => `${counted(count, 'controller')} not ready`,
      `kubectl -n ${ctx.target.namespace} get pods`,
    )
  },
}

/** What the operator comes by, and what brings the commit. */
const NEEDED = ['source-controller', 'kustomize-controller', 'helm-controller'] as const

export const helmThere: MoveCheck = {
  id: 'components-there',
  title: 'Flux has the controllers that install the operator',
  severity: 'error',
  probe: async (ctx) => {
    const { installed } = await clusterOf(ctx)
    const has: readonly string[] = installed.status === 'found' ? installed.components : []
    const items = NEEDED.filter((name) => !has.includes(name)).map((name) => ({ where: name, what: 'does not run in this cluster' }))
    return failOn(
      'components-there',
      items,
      () => 'the operator comes as a HelmRelease, and Flux could not install it',
      'by hand:  runbooks/migrate-operator/README.md#by-hand',
    )
  },
}

export const nobodyMidway: MoveCheck = {
  id: 'nobody-midway',
  title: 'no other run holds something of Flux',
  severity: 'error',
  probe: async (ctx) => {
    const { objects } = await clusterOf(ctx)
    const items = objects
      .filter(({ metadata }) => metadata.annotations?.[HELD] !== undefined)
      .map((object) => ({ where: objectLabel(object), what: `is held by run ${object.metadata.annotations?.[HELD]}` }))
    return failOn('nobody-midway', items, (count) => `${counted(count, 'object')} held by a run that has not ended`, 'flux-ops runs list')
  },
}

export const syncNotSuspended: MoveCheck = {
  id: 'sync-not-suspended',
  title: 'what brings git into the cluster is not suspended',
  severity: 'error',
  probe: async (ctx, input) => {
    const [cluster, repository] = await Promise.all([clusterOf(ctx), repositoryOf(ctx, input)])
    const style = movable(styleOf(cluster, repository))
    const synced = syncedOf(cluster, repository)
    const labels = new Set([
      `Kustomization ${ownerId(style)}`,
      `GitRepository ${sourceOf(style, synced)}`,
      ...(style.style === 'pin' ? [`OCIRepository ${style.self.source}`] : []),
      ...synced
        .map(({ kustomization }) => `Kustomization ${kustomization}`)
        .filter((label) => isAbove(cluster.objects, label, ownerId(style))),
    ])
    const items = cluster.objects
      .filter((object) => labels.has(`${object.kind} ${idOf(object)}`) && isSuspended(object))
      .map((object) => ({ where: objectLabel(object), what: 'is suspended: the commit would not arrive' }))
    return failOn(
      'sync-not-suspended',
      items,
      (count) => `${counted(count, 'object')} suspended that the move needs`,
      'flux resume kustomization NAME',
    )
  },
}

const GROUP = 'kustomize.toolkit.fluxcd.io'

/** Whether the Kustomization applies the owner of Flux. */
function isAbove(objects: Parameters<typeof ofKind>[0], label: string, owner: string): boolean {
  const { labels = {} } = ofKind(objects, 'Kustomization').find((each) => idOf(each) === owner)?.metadata ?? {}
  return label === `Kustomization ${labels[`${GROUP}/namespace`]}/${labels[`${GROUP}/name`]}`
}

export const objectsReady: MoveCheck = {
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
      (count) => `${counted(count, 'object')} not ready now; told apart at the end, not blamed on the move`,
    )
  },
}

const PATIENCE_MS = 30_000

/** What applies Flux has to be well itself: its next apply is what is proven. One that is just being reconciled gets a moment to end that. */
export const ownerReady: MoveCheck = {
  id: 'owner-ready',
  title: 'what applies Flux now is ready',
  severity: 'error',
  probe: async (ctx, input) => {
    const [cluster, repository] = await Promise.all([clusterOf(ctx), repositoryOf(ctx, input)])
    const id = ownerId(movable(styleOf(cluster, repository)))
    const started = ctx.clock.now().getTime()
    for (;;) {
      const { state, reason, message } = verdict(await readFluxObject(ctx.kube, 'Kustomization', id))
      if (state === 'ready') return pass(`Kustomization ${id}`)
      if (state !== 'progressing' || ctx.clock.now().getTime() - started > PATIENCE_MS) {
        const said = [state, reason, message].filter((part) => part !== '').join(': ')
        return fail('owner-ready', `Kustomization ${id} is ${said}`, ['flux get kustomizations -A'])
      }
      await ctx.clock.sleep(1000, ctx.signal)
    }
  },
}
