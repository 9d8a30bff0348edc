// The clone, where the Secret lies in it.
import type { Check, CheckResult } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import type { ReadContext } from '../../../src/ports/context.ts'
import type { CredentialsInput } from '../input.ts'
import { type Clone, cloneOf, copiesOf } from '../sealed/copies.ts'
import { rotatedOf } from '../survey.ts'
import { counted, fail, failOn, pass } from './results.ts'

type CredentialsCheck = Check<CredentialsInput>

export const copiesKnown: CredentialsCheck = {
  id: 'copies-known',
  title: 'it is known whether the Secret lies in git',
  severity: 'warning',
  probe: async (ctx, input) => {
    const copies = await copiesOf(ctx, input)
    if (copies === undefined) {
      if (input.repoNamed) return fail('copies-known', `${input.repo} is no clone of a repository that the cluster fetches`, ['--repo DIR'])
      return {
        status: 'unknown',
        cause: `${input.repo} is no clone of a repository that the cluster fetches: a copy in git would keep the old one`,
        hints: ['the clone, where there is one:  --repo DIR'],
      }
    }
    const { files, others } = copies
    const beside = others.length === 0 ? '' : `; of the same name, with another credential: ${others.join(', ')}`
    return pass(files.length === 0 ? `no sealed file is this Secret${beside}` : `${files.join(', ')}: sealed anew in the run${beside}`)
  },
}

export const copiesOpen: CredentialsCheck = {
  id: 'copies-open',
  title: 'every copy of the Secret in git can be sealed anew',
  severity: 'error',
  probe: async (ctx, input) => {
    const copies = await copiesOf(ctx, input)
    if (copies === undefined) return { status: 'skip', reason: 'no clone to look into' }
    const items = [
      ...copies.problems.map(({ path, what }) => ({ where: path, what })),
      ...copies.inClear.map((path) => ({ where: path, what: 'is not sealed: whoever reads the repository has what is in it' })),
    ]
    if (items.length > 0)
      return failOn(
        'copies-open',
        items,
        (count) => `${count} files are a Secret of this name, and cannot be sealed anew`,
        'the key that opens it:  SOPS_AGE_KEY_FILE=FILE, and the same command again',
        'one that is of no use any more:  git rm FILE, commit and push',
      )
    return pass(counted(copies.files.length, 'file'))
  },
}

type Asked = (clone: Clone, ctx: ReadContext) => Promise<CheckResult>

/** Nothing of the clone matters where nothing in it is changed. */
const whereSealed =
  (ask: Asked): CredentialsCheck['probe'] =>
  async (ctx, input) => {
    const [clone, copies] = [await cloneOf(ctx, input), await copiesOf(ctx, input)]
    if (clone === undefined || copies === undefined || copies.files.length === 0)
      return { status: 'skip', reason: `Secret ${(await rotatedOf(ctx, input)).id} lies in no sealed file of a clone` }
    return ask(clone, ctx)
  }

export const repositoryClean: CredentialsCheck = {
  id: 'repository-clean',
  title: 'the clone has no changes of its own',
  severity: 'error',
  probe: whereSealed(async ({ root }, ctx) => {
    const { entries, inProgress } = await ctx.git.status(root)
    if (inProgress !== undefined) return fail('repository-clean', `a ${inProgress} is under way in ${root}`, [`git -C ${root} status`])
    const items = entries.map((entry) => ({ where: entry.path, what: entry.code.trim() === '??' ? 'is not tracked' : 'is changed' }))
    return failOn(
      'repository-clean',
      items,
      (count) => `${count} files changed or not tracked in ${root}`,
      `git -C ${root} stash --include-untracked`,
    )
  }),
}

export const repositoryPushed: CredentialsCheck = {
  id: 'repository-pushed',
  title: 'the clone is on a branch, and at its head on the remote',
  severity: 'error',
  probe: whereSealed(async ({ root, head, upstream }, ctx) => {
    if (upstream === undefined)
      return fail('repository-pushed', `what is checked out in ${root} follows no remote branch`, [`git -C ${root} switch BRANCH`])
    const remote = await ctx.git.remoteHead(root, upstream.remote, upstream.branch)
    if (remote === head) return pass(head.slice(0, 10))
    return fail(
      'repository-pushed',
      `the clone is at ${head.slice(0, 10)}, ${upstream.remote}/${upstream.branch} at ${remote?.slice(0, 10) ?? 'nothing'}`,
      [`git -C ${root} pull --ff-only`, `git -C ${root} push`],
    )
  }),
}

export const pushAllowed: CredentialsCheck = {
  id: 'push-allowed',
  title: 'you may push to the branch',
  severity: 'error',
  probe: whereSealed(async ({ root, upstream }, ctx) => {
    if (upstream === undefined) return { status: 'skip', reason: 'the branch follows no remote branch' }
    try {
      await ctx.git.tryPush(root, upstream.remote, upstream.branch)
      return pass(`${upstream.remote}/${upstream.branch}; what a hook of the server says is known only when something is pushed`)
    } catch (error) {
      if (!(error instanceof OpsError) || error.code === 'git-unreachable') throw error
      if (error.code === 'git-raced') return pass(`${upstream.remote} lets you in; the clone is behind it`)
      return fail('push-allowed', error.message, error.hints)
    }
  }),
}
