// What the checks ask of a pull request (--ci). Nothing is written from there, so what only a run needs is not asked; HEAD is on no branch
// of the cluster, so what is compared with HEAD elsewhere is compared with what the cluster itself has fetched.

import { missingAccess } from '../../../src/actions/access.ts'
import { ofKind } from '../../../src/actions/cluster-survey.ts'
import { idOf } from '../../../src/actions/resources.ts'
import type { Check, CheckItem } from '../../../src/engine/model.ts'
import { isSuspended, verdict } from '../../../src/flux/conditions.ts'
import { FLUX_KINDS } from '../../../src/flux/kinds.ts'
import { appliedRevision, artifactRevision, commitOf } from '../../../src/flux/revisions.ts'
import type { AccessRequest } from '../../../src/ports/kube.ts'
import { blockedCarriers } from '../carriers.ts'
import type { UpgradeInput } from '../input.ts'
import { clusterOf, repositoryOf, sourceOf, styleOf, supported, syncedOf, targetOf } from '../inspect.ts'
import { pinsOf } from '../plan.ts'
import { followedBranches } from '../pull-request.ts'
import { whyUnclear } from '../target-from-pins.ts'
import { counted, fail, failOf, failOn, pass } from './results.ts'

type Probe = Check<UpgradeInput>['probe']
/** `asked`: the probe outside of a pull request. */
type Relaxed = (asked: Probe) => Probe

const skipped =
  (reason: string): Relaxed =>
  () =>
  async () => ({ status: 'skip', reason })

const NOTHING_WRITTEN = 'nothing is written with --ci'

const targetKnown: Relaxed = (asked) => async (ctx, input) =>
  input.to === '' ? failOf('target-known', await whyUnclear(ctx, input)) : asked(ctx, input)

const repositoryFound: Relaxed = (asked) => async (ctx, input) => {
  const id = 'repository-found'
  try {
    const { root, upstream } = await repositoryOf(ctx, input)
    if (upstream === undefined) return fail(id, `${root} has no remote`, { hints: ['another clone:  --repo DIR'] })
    if (upstream.branch !== '') return asked(ctx, input)
    const branches = followedBranches(await clusterOf(ctx), upstream.url)
    if (branches.length === 0) return asked(ctx, input)
    return fail(id, `the cluster follows more than one branch of ${upstream.url}`, {
      items: branches.map((branch) => ({ where: branch, what: 'is followed by a GitRepository' })),
      hints: ['the one that the pull request goes to:  --base BRANCH'],
    })
  } catch (error) {
    return failOf(id, error)
  }
}

const repositoryBranch: Relaxed = (asked) => async (ctx, input) => {
  const result = await asked(ctx, input)
  return result.status === 'fail'
    ? fail('repository-branch', result.detail, { hints: ['the branch that it goes to:  --base BRANCH'] })
    : result
}

/** What making the plan reads; what carrying it out takes is asked of who does that. */
const readAccess = (namespace: string, plurals: ReadonlySet<string>): AccessRequest[] => [
  ...FLUX_KINDS.filter((kind) => plurals.has(kind.plural)).map(({ group, plural }) => ({ verb: 'list', group, resource: plural })),
  { verb: 'list', group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' },
  { verb: 'get', group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' },
  { verb: 'list', group: 'apps', resource: 'deployments', namespace },
  { verb: 'list', group: '', resource: 'pods', namespace },
]

const permissions: Relaxed = () => async (ctx) => {
  const items = await missingAccess(ctx, async () => {
    const { crds } = await clusterOf(ctx)
    return readAccess(ctx.target.namespace, new Set(crds.map((crd) => crd.plural)))
  })
  if (items === undefined) return pass('you may do everything, which a check of pull requests does not need')
  return failOn('permissions', items, (count) => `${counted(count, 'permission')} to read missing`, 'kubectl auth can-i --list')
}

const repositoryClean: Relaxed = () => async (ctx, input) => {
  const { root } = await repositoryOf(ctx, input)
  const { entries } = await ctx.git.status(root)
  // What a job has put beside the files of the request is no part of it.
  const items = entries.filter((entry) => entry.code.trim() !== '??').map((entry) => ({ where: entry.path, what: 'is changed' }))
  const said = (count: number): string => `${counted(count, 'file')} in ${root} not as the pull request has it`
  return failOn('repository-clean', items, said, `git -C ${root} status`)
}

const repositoryApplied: Relaxed = () => async (ctx, input) => {
  const [cluster, repository] = [await clusterOf(ctx), await repositoryOf(ctx, input)]
  const synced = syncedOf(cluster, repository)
  const source = sourceOf(synced)
  const object = ofKind(cluster.objects, 'GitRepository').find((each) => idOf(each) === source)
  const fetched = object && commitOf(artifactRevision(object))
  if (fetched === undefined) {
    const items = [{ where: `GitRepository ${source}`, what: 'has no artifact' }]
    return fail('repository-applied', 'the cluster has fetched nothing', { items, hints: ['flux get sources git -A'] })
  }
  const ours = new Set(synced.filter((each) => each.source === source).map((each) => each.kustomization))
  const late = ofKind(cluster.objects, 'Kustomization').filter(
    (each) => ours.has(idOf(each)) && !isSuspended(each) && verdict(each).state === 'ready' && commitOf(appliedRevision(each)) !== fetched,
  )
  const behind = late.map((each) => ({
    where: `Kustomization ${idOf(each)}`,
    what: `applied ${appliedRevision(each) ?? 'nothing'}, the source has ${fetched.slice(0, 10)}`,
  }))
  const items = [...blockedCarriers(cluster, supported(styleOf(cluster, repository)), fetched), ...behind]
  const said = (count: number): string => `${counted(count, 'Kustomization')} not at what the cluster has fetched`
  return items.length === 0
    ? pass(`${fetched.slice(0, 10)}, by GitRepository ${source}`)
    : failOn('repository-applied', items, said, 'wait')
}

/** All pins changed, or none yet: a request that changes some would leave two versions. */
const pinsFound: Relaxed = (asked) => async (ctx, input) => {
  const pins = pinsOf(supported(styleOf(await clusterOf(ctx), await repositoryOf(ctx, input))))
  const { version } = targetOf(input)
  const editable = pins.filter((pin) => pin.kind !== 'needs-person')
  const behind = editable.filter((pin) => pin.version !== version)
  if (behind.length === 0 || behind.length === editable.length) return asked(ctx, input)
  const items: CheckItem[] = behind.map((pin) => ({ where: `${pin.file}:${pin.line}`, what: `is ${pin.text}, others are at ${version}` }))
  return failOn('pins-found', items, (count) => `${counted(count, 'pin')} not at ${version}`, `set all of them to ${version}`)
}

const noManifestOnRemovedApi: Relaxed = (asked) => async (ctx, input) => {
  const result = await asked(ctx, input)
  return result.status === 'fail'
    ? { ...result, detail: 'manifests that the target does not serve, or that cannot be looked into' }
    : result
}

export const RELAXED: Readonly<Record<string, Relaxed>> = {
  'target-known': targetKnown,
  'repository-found': repositoryFound,
  'tools-present': skipped(`${NOTHING_WRITTEN}: the tools of who carries it out are asked then`),
  'stops-exportable': skipped(NOTHING_WRITTEN),
  permissions,
  'repository-clean': repositoryClean,
  'repository-branch': repositoryBranch,
  'repository-pushed': skipped('HEAD of a pull request is not the head of the branch that it goes to'),
  'repository-applied': repositoryApplied,
  'push-allowed': skipped(NOTHING_WRITTEN),
  'pins-found': pinsFound,
  'no-manifest-on-removed-api': noManifestOnRemovedApi,
  'backup-recipients': skipped(NOTHING_WRITTEN),
  'secrets-backed-up': skipped(NOTHING_WRITTEN),
}

export const forPullRequests = (check: Check<UpgradeInput>): Check<UpgradeInput> => {
  const relaxed = Object.hasOwn(RELAXED, check.id) ? RELAXED[check.id] : undefined
  if (relaxed === undefined) return check
  const inRequest = relaxed(check.probe)
  return { ...check, probe: (ctx, input) => (input.ci === true ? inRequest(ctx, input) : check.probe(ctx, input)) }
}
