// The operator itself, and what it would make of this Flux.
import semver from 'semver'
import { neededAccess } from '../../../src/actions/access.ts'
import { mayDo } from '../../../src/actions/checks/permissions.ts'
import { once } from '../../../src/actions/once.ts'
import type { Check, CheckItem } from '../../../src/engine/model.ts'
import { messageOf, OpsError } from '../../../src/errors.ts'
import { operatorNeeded } from '../../../src/flux/catalogue/operator.ts'
import type { ReadContext } from '../../../src/ports/context.ts'
import type { AccessRequest } from '../../../src/ports/kube.ts'
import { controllerPatches, unknownTo } from '../../../src/scaffold/controller-patches.ts'
import { type Derived, derive } from '../derive.ts'
import type { MoveInput } from '../input.ts'
import { clusterOf, liveVersion, movable, repositoryOf, styleOf } from '../inspect.ts'
import { answers, counted, fail, failOf, failOn, pass, unknown } from './results.ts'

type MoveCheck = Check<MoveInput>

export const derivedOf = (ctx: ReadContext, input: MoveInput): Promise<Derived> =>
  once(ctx, 'derived', async () => {
    const [cluster, repository] = await Promise.all([clusterOf(ctx), repositoryOf(ctx, input)])
    return derive({ ctx, cluster, repository, style: movable(styleOf(cluster, repository)), settings: input.settings })
  })

export const operatorKnows: MoveCheck = {
  id: 'operator-knows-release',
  title: 'the Flux Operator carries the release that runs',
  severity: 'error',
  probe: async (ctx, input) => {
    const version = liveVersion(await clusterOf(ctx))
    const needed = operatorNeeded(version, version, false)
    if (needed === undefined) return unknown('operator-knows-release', `which Flux Operator carries Flux ${version} is not known`)
    if (semver.gte(input.operatorVersion, needed)) return pass(`Flux ${version} is in flux-operator since ${needed}`)
    return fail('operator-knows-release', `flux-operator ${input.operatorVersion} does not have Flux ${version}: it came with ${needed}`, [
      `--operator-version ${needed} or newer`,
    ])
  },
}

export const chartThere: MoveCheck = {
  id: 'operator-chart-found',
  title: 'the chart of the operator is where it is said to be',
  severity: 'error',
  probe: async (ctx, { operatorChart, operatorVersion, insecureRegistry }) => {
    const id = 'operator-chart-found'
    try {
      const name = operatorChart.slice(operatorChart.lastIndexOf('/') + 1)
      const versions = await ctx.charts.versions({ url: operatorChart, name, insecure: insecureRegistry })
      if (versions.includes(operatorVersion)) return pass(`${operatorChart} ${operatorVersion}`)
      return fail(id, `${operatorChart} has no version ${operatorVersion}`, ['--operator-version VERSION', '--operator-chart oci://…'])
    } catch (error) {
      if (error instanceof OpsError) return unknown(id, messageOf(error), ['a mirror that you reach as well:  --operator-chart oci://…'])
      throw error
    }
  },
}

const SERVICE_MONITORS = 'servicemonitors.monitoring.coreos.com'

export const monitorsPossible: MoveCheck = {
  id: 'monitors-possible',
  title: 'the cluster knows what a ServiceMonitor is',
  severity: 'error',
  probe: async (ctx, { monitors }) => {
    if (!monitors) return { status: 'skip', reason: 'no --monitors' }
    const { crdNames } = await clusterOf(ctx)
    if (crdNames.includes(SERVICE_MONITORS)) return pass()
    return fail('monitors-possible', `the cluster has no CRD ${SERVICE_MONITORS}: the chart could not be installed`, [
      'install the CRDs of the Prometheus Operator, or leave --monitors out',
    ])
  },
}

export const settingsCarried: MoveCheck = {
  id: 'settings-carried',
  title: 'a FluxInstance has a place for everything that is set here',
  severity: 'error',
  probe: async (ctx, input) => {
    const id = 'settings-carried'
    let derived: Derived
    try {
      derived = await derivedOf(ctx, input)
    } catch (error) {
      if (error instanceof OpsError && error.code === 'patches-refused') return failOf(id, error)
      if (error instanceof OpsError) return unknown(id, messageOf(error), error.hints)
      throw error
    }
    const items = derived.left.map((line): CheckItem => {
      const cut = line.indexOf(': ')
      return { where: line.slice(0, Math.max(0, cut)), what: line.slice(cut + 2) }
    })
    if (items.length === 0) return pass(`${counted(derived.carried.length, 'patch', 'patches')} carried`)
    return failOn(
      id,
      items,
      (count) => `${counted(count, 'setting')} that a FluxInstance has no place for`,
      'write it as a patch in git, push, wait until it is applied',
    )
  },
}

export const settingsPossible: MoveCheck = {
  id: 'settings-possible',
  title: 'the release that runs has every flag that is asked for',
  severity: 'error',
  probe: async (ctx, { settings }) => {
    const { installed } = await clusterOf(ctx)
    const components = installed.status === 'found' ? installed.components : []
    const version = liveVersion(await clusterOf(ctx))
    if (controllerPatches(settings, { version, components }).length === 0 && unknownTo(settings, { version, components }).length === 0)
      return { status: 'skip', reason: 'no setting is asked for' }
    const items = unknownTo(settings, { version, components }).map((where) => ({ where, what: `is not there in Flux ${version}` }))
    return failOn(
      'settings-possible',
      items,
      (count) => `${counted(count, 'setting')} that Flux ${version} does not know`,
      'leave them out, or upgrade first',
    )
  },
}

export const nothingLost: MoveCheck = {
  id: 'nothing-changes',
  title: 'the operator would run what runs now',
  severity: 'warning',
  probe: async (ctx, input) => {
    const { differences } = await derivedOf(ctx, input)
    const lost = differences.filter(({ reason }) => reason === 'lost')
    if (lost.length === 0) return pass('no field of a Deployment changes what Flux does')
    const items = lost.map(({ object, path, now, under }) => ({
      where: object,
      what: `${path}: ${now ?? 'not there'} → ${under ?? 'not there'}`,
    }))
    return failOn('nothing-changes', items, (count) => `${counted(count, 'field')} would be another under the operator`)
  },
}

const each = (verbs: readonly string[], group: string, resource: string, more: Partial<AccessRequest> = {}): AccessRequest[] =>
  verbs.map((verb) => ({ verb, group, resource, ...more }))

/** Pure: what the steps and the way back ask for besides. */
export const moveAccess = (namespace: string): AccessRequest[] => [
  ...each(['get', 'list', 'create', 'patch', 'delete'], 'fluxcd.controlplane.io', 'fluxinstances', { namespace }),
  ...each(['create', 'delete'], 'helm.toolkit.fluxcd.io', 'helmreleases', { namespace }),
  ...each(['create', 'delete'], 'source.toolkit.fluxcd.io', 'ocirepositories', { namespace }),
  // What would be is asked for by a dry run of a create.
  ...each(['create'], 'source.toolkit.fluxcd.io', 'gitrepositories', { namespace }),
  ...each(['create'], 'kustomize.toolkit.fluxcd.io', 'kustomizations', { namespace }),
  ...['deployments', 'statefulsets', 'daemonsets'].flatMap((resource) => each(['list'], 'apps', resource)),
  ...['services', 'serviceaccounts', 'resourcequotas'].flatMap((resource) => each(['list'], '', resource)),
  ...each(['list'], '', 'namespaces'),
  ...each(['list'], 'networking.k8s.io', 'networkpolicies'),
  ...['clusterroles', 'clusterrolebindings'].flatMap((resource) => each(['list', 'delete'], 'rbac.authorization.k8s.io', resource)),
]

export const permissions: MoveCheck = {
  id: 'permissions',
  title: 'you may do everything that the move needs',
  severity: 'error',
  probe: async (ctx) => {
    const { namespace } = ctx.target
    return mayDo(ctx, answers, async () => {
      const { crds } = await clusterOf(ctx)
      return neededAccess(namespace, new Set(crds.map(({ plural }) => plural)), false, moveAccess(namespace))
    })
  },
}
