// The clone, where the Secret lies in it.
import { cleanClone, pushAllowedFrom, pushedClone } from '../../../src/actions/checks/clone.ts'
import type { Check, CheckResult } from '../../../src/engine/model.ts'
import type { ReadContext } from '../../../src/ports/context.ts'
import type { CredentialsInput } from '../input.ts'
import { type Clone, cloneOf, copiesOf } from '../sealed/copies.ts'
import { rotatedOf } from '../survey.ts'
import { answers, counted, fail, failOn, pass } from './results.ts'

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
  probe: whereSealed(({ root }, ctx) => cleanClone(ctx, answers, root)),
}

export const repositoryPushed: CredentialsCheck = {
  id: 'repository-pushed',
  title: 'the clone is on a branch, and at its head on the remote',
  severity: 'error',
  probe: whereSealed(async (clone, ctx) =>
    clone.upstream === undefined
      ? fail('repository-pushed', `what is checked out in ${clone.root} follows no remote branch`, [`git -C ${clone.root} switch BRANCH`])
      : pushedClone(ctx, answers, clone),
  ),
}

export const pushAllowed: CredentialsCheck = {
  id: 'push-allowed',
  title: 'you may push to the branch',
  severity: 'error',
  probe: whereSealed((clone, ctx) => pushAllowedFrom(ctx, answers, clone)),
}
