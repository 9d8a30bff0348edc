// What must hold in the clone, and between it and the cluster.
import { cleanClone, foundClone, pushAllowedFrom, pushedClone } from '../../../src/actions/checks/clone.ts'
import { ofKind } from '../../../src/actions/cluster-survey.ts'
import { idOf } from '../../../src/actions/resources.ts'
import type { Check, CheckItem } from '../../../src/engine/model.ts'
import type { RotateInput } from '../input.ts'
import { cloneOf, clusterOf, oldKeyOf, syncedOf, usersOf } from '../survey.ts'
import { answers, fail, failOf, failOn } from './results.ts'

type RotateCheck = Check<RotateInput>

export const repositoryFound: RotateCheck = {
  id: 'repository-found',
  title: 'the clone is a repository that the cluster applies',
  severity: 'gate',
  probe: async (ctx, input) => {
    try {
      const [clone, synced, { objects }] = [await cloneOf(ctx, input), await syncedOf(ctx, input), await clusterOf(ctx)]
      return foundClone(answers, clone, { synced, objects })
    } catch (error) {
      return failOf('repository-found', error)
    }
  },
}

export const repositoryClean: RotateCheck = {
  id: 'repository-clean',
  title: 'the clone has no changes of its own',
  severity: 'error',
  probe: async (ctx, input) => cleanClone(ctx, answers, (await cloneOf(ctx, input)).root),
}

export const repositoryPushed: RotateCheck = {
  id: 'repository-pushed',
  title: 'the clone is at the head of the remote branch',
  severity: 'error',
  probe: async (ctx, input) => pushedClone(ctx, answers, await cloneOf(ctx, input)),
}

/** GitRepositories through which this clone is applied by what decrypts with the old key. */
export async function sourcesOf(...[ctx, input]: Parameters<RotateCheck['probe']>): Promise<string[]> {
  const [synced, old] = await Promise.all([syncedOf(ctx, input), oldKeyOf(ctx, input)])
  const users = new Set(usersOf(old))
  return [...new Set(synced.filter(({ kustomization }) => users.has(kustomization)).map(({ source }) => source))].sort()
}

export const repositoryBranch: RotateCheck = {
  id: 'repository-branch',
  title: 'what decrypts with the key follows the branch of the clone',
  severity: 'error',
  probe: async (ctx, input) => {
    const [{ objects }, { root, upstream }, sources] = await Promise.all([clusterOf(ctx), cloneOf(ctx, input), sourcesOf(ctx, input)])
    const items = ofKind(objects, 'GitRepository').flatMap((object): CheckItem[] => {
      if (!sources.includes(idOf(object))) return []
      const where = `GitRepository ${idOf(object)}`
      const { tag, semver, commit, name, branch = 'master' } = object.spec?.ref ?? {}
      if (object.spec?.suspend === true) return [{ where, what: 'is suspended: it would never fetch what is pushed' }]
      if (tag ?? semver ?? commit) return [{ where, what: 'follows no branch: a push would change nothing' }]
      const followed = name?.replace(/^refs\/heads\//, '') ?? branch
      return followed === upstream?.branch ? [] : [{ where, what: `follows ${followed}, the clone is on ${upstream?.branch}` }]
    })
    if (sources.length === 0)
      return fail('repository-branch', 'nothing that decrypts with the key applies this clone', ['--repo DIR of the one that it applies'])
    return failOn(
      'repository-branch',
      items,
      (count) => `${count} sources would not bring the new files`,
      `git -C ${root} switch BRANCH`,
      'flux get sources git -A',
    )
  },
}

export const pushAllowed: RotateCheck = {
  id: 'push-allowed',
  title: 'you may push to the branch',
  severity: 'error',
  probe: async (ctx, input) => pushAllowedFrom(ctx, answers, await cloneOf(ctx, input)),
}
