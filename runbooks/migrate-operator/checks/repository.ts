// What must hold in the clone, on its remote, and between both and the cluster.
import { cleanClone, foundClone, pushAllowedFrom, pushedClone } from '../../../src/actions/checks/clone.ts'
import { ofKind } from '../../../src/actions/cluster-survey.ts'
import { idOf } from '../../../src/actions/resources.ts'
import type { Check, CheckItem } from '../../../src/engine/model.ts'
import { isSuspended, verdict } from '../../../src/flux/conditions.ts'
import { appliedRevision, artifactRevision, commitOf } from '../../../src/flux/revisions.ts'
import type { MoveInput } from '../input.ts'
import { clusterOf, movable, repositoryOf, sourceOf, styleOf, syncedOf } from '../inspect.ts'
import { answers, counted, fail, failOf, failOn, pass } from './results.ts'

type MoveCheck = Check<MoveInput>

export const repositoryFound: MoveCheck = {
  id: 'repository-found',
  title: 'the clone is the repository that the cluster syncs',
  severity: 'gate',
  probe: async (ctx, input) => {
    try {
      const [repository, cluster] = [await repositoryOf(ctx, input), await clusterOf(ctx)]
      return foundClone(answers, repository, { synced: syncedOf(cluster, repository), objects: cluster.objects })
    } catch (error) {
      return failOf('repository-found', error)
    }
  },
}

export const styleMovable: MoveCheck = {
  id: 'style-movable',
  title: 'how Flux is installed is known, and can be moved to the operator',
  severity: 'gate',
  probe: async (ctx, input) => {
    const [cluster, repository] = await Promise.all([clusterOf(ctx), repositoryOf(ctx, input)])
    try {
      const style = styleOf(cluster, repository)
      if (style.style === 'mixed') {
        const items = [
          ...style.cluster.map((what) => ({ where: 'cluster', what })),
          ...style.repository.map((what) => ({ where: 'repository', what })),
        ]
        return fail('style-movable', 'the evidence does not agree on how Flux is installed', style.hints, items)
      }
      const own = movable(style)
      return pass(own.style === 'bootstrap' ? `flux bootstrap, ${own.folder}` : `kustomize pin + OCI self-managed (${own.self.source})`)
    } catch (error) {
      return failOf('style-movable', error)
    }
  },
}

export const repositoryClean: MoveCheck = {
  id: 'repository-clean',
  title: 'the clone has no changes of its own',
  severity: 'error',
  probe: async (ctx, input) => cleanClone(ctx, answers, (await repositoryOf(ctx, input)).root),
}

export const repositoryBranch: MoveCheck = {
  id: 'repository-branch',
  title: 'the clone is on the branch that the cluster syncs',
  severity: 'error',
  probe: async (ctx, input) => {
    const [cluster, repository] = await Promise.all([clusterOf(ctx), repositoryOf(ctx, input)])
    const source = sourceOf(movable(styleOf(cluster, repository)), syncedOf(cluster, repository))
    const ref = ofKind(cluster.objects, 'GitRepository').find((each) => idOf(each) === source)?.spec?.ref ?? {}
    const followed = ref.name?.replace(/^refs\/heads\//, '') ?? ref.branch ?? 'master'
    if (ref.tag ?? ref.semver ?? ref.commit)
      return fail('repository-branch', `GitRepository ${source} follows no branch: a push would change nothing`, [
        `set spec.ref.branch of GitRepository ${source} in git`,
      ])
    if (followed === repository.upstream?.branch) return pass(`${followed}, by GitRepository ${source}`)
    return fail('repository-branch', `GitRepository ${source} follows ${followed}, the clone is on ${repository.upstream?.branch}`, [
      `git -C ${repository.root} switch ${followed}`,
    ])
  },
}

export const repositoryPushed: MoveCheck = {
  id: 'repository-pushed',
  title: 'the clone is at the head of the remote branch',
  severity: 'error',
  probe: async (ctx, input) => pushedClone(ctx, answers, await repositoryOf(ctx, input)),
}

export const repositoryApplied: MoveCheck = {
  id: 'repository-applied',
  title: 'the cluster has fetched and applied the head of the clone',
  severity: 'error',
  probe: async (ctx, input) => {
    const [cluster, repository] = await Promise.all([clusterOf(ctx), repositoryOf(ctx, input)])
    const synced = syncedOf(cluster, repository)
    const source = sourceOf(movable(styleOf(cluster, repository)), synced)
    const items = cluster.objects.flatMap((object): CheckItem[] => {
      const id = idOf(object)
      if (object.kind === 'GitRepository' && id === source && commitOf(artifactRevision(object)) !== repository.head)
        return [{ where: `GitRepository ${id}`, what: `has ${artifactRevision(object) ?? 'no artifact'}` }]
      const applies = object.kind === 'Kustomization' && synced.some((each) => each.kustomization === id && each.source === source)
      // Of others that are not ready tells objects-ready.
      if (!applies || isSuspended(object) || verdict(object).state !== 'ready' || commitOf(appliedRevision(object)) === repository.head)
        return []
      return [{ where: `Kustomization ${id}`, what: `applied ${appliedRevision(object) ?? 'nothing'}` }]
    })
    return failOn(
      'repository-applied',
      items,
      (count) => `${counted(count, 'object')} not at the head of the clone, ${repository.head.slice(0, 10)}`,
      'flux reconcile source git NAME, then wait',
    )
  },
}

export const pushAllowed: MoveCheck = {
  id: 'push-allowed',
  title: 'you may push to the branch that the cluster syncs',
  severity: 'error',
  probe: async (ctx, input) => pushAllowedFrom(ctx, answers, await repositoryOf(ctx, input)),
}
