// What must hold in the clone, and between it and the cluster.
import { ofKind } from '../../../src/actions/cluster-survey.ts'
import { idOf } from '../../../src/actions/resources.ts'
import type { Check, CheckItem } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import type { RotateInput } from '../input.ts'
import { cloneOf, clusterOf, oldKeyOf, syncedOf, usersOf } from '../survey.ts'
import { counted, fail, failOf, failOn, pass } from './results.ts'

type RotateCheck = Check<RotateInput>

export const repositoryFound: RotateCheck = {
  id: 'repository-found',
  title: 'the clone is a repository that the cluster applies',
  severity: 'gate',
  probe: async (ctx, input) => {
    try {
      const { root, branch, upstream } = await cloneOf(ctx, input)
      if (upstream === undefined)
        return fail(
          'repository-found',
          branch === undefined
            ? `no branch is checked out in ${root} (detached HEAD): a commit would be on none`
            : `branch ${branch}, checked out in ${root}, follows no remote branch`,
          [`git -C ${root} branch --set-upstream-to origin/main`, 'another clone:  --repo DIR'],
        )
      const synced = await syncedOf(ctx, input)
      if (synced.length > 0)
        return pass(`${root}, ${upstream.remote}/${upstream.branch}, applied by ${counted(synced.length, 'Kustomization')}`)
      const { objects } = await clusterOf(ctx)
      const items = ofKind(objects, 'GitRepository').map((each) => ({
        where: `GitRepository ${idOf(each)}`,
        what: String(each.spec?.url ?? ''),
      }))
      return fail(
        'repository-found',
        `no Kustomization of the cluster applies ${upstream.url}`,
        ['the clone of what it applies:  --repo DIR'],
        items,
      )
    } catch (error) {
      return failOf('repository-found', error)
    }
  },
}

export const repositoryClean: RotateCheck = {
  id: 'repository-clean',
  title: 'the clone has no changes of its own',
  severity: 'error',
  probe: async (ctx, input) => {
    const { root } = await cloneOf(ctx, input)
    const { entries, inProgress } = await ctx.git.status(root)
    if (inProgress !== undefined) return fail('repository-clean', `a ${inProgress} is under way in ${root}`, [`git -C ${root} status`])
    const items = entries.map((entry) => ({ where: entry.path, what: entry.code.trim() === '??' ? 'is not tracked' : 'is changed' }))
    return failOn(
      'repository-clean',
      items,
      (count) => `${count} files changed or not tracked in ${root}`,
      `git -C ${root} stash --include-untracked`,
    )
  },
}

export const repositoryPushed: RotateCheck = {
  id: 'repository-pushed',
  title: 'the clone is at the head of the remote branch',
  severity: 'error',
  probe: async (ctx, input) => {
    const { root, head, upstream } = await cloneOf(ctx, input)
    if (!upstream) return { status: 'skip', reason: 'the branch follows no remote branch' }
    const remote = await ctx.git.remoteHead(root, upstream.remote, upstream.branch)
    if (remote === head) return pass(head.slice(0, 10))
    return fail(
      'repository-pushed',
      `the clone is at ${head.slice(0, 10)}, ${upstream.remote}/${upstream.branch} at ${remote?.slice(0, 10) ?? 'nothing'}`,
      [`git -C ${root} pull --ff-only`, `git -C ${root} push`],
    )
  },
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
  probe: async (ctx, input) => {
    const { root, upstream } = await cloneOf(ctx, input)
    if (upstream === undefined) return { status: 'skip', reason: 'the branch follows no remote branch' }
    try {
      await ctx.git.tryPush(root, upstream.remote, upstream.branch)
      return pass(`${upstream.remote}/${upstream.branch}; what a hook of the server says is known only when something is pushed`)
    } catch (error) {
      if (!(error instanceof OpsError) || error.code === 'git-unreachable') throw error
      if (error.code === 'git-raced') return pass(`${upstream.remote} lets you in; the clone is behind it`)
      return fail('push-allowed', error.message, error.hints)
    }
  },
}
