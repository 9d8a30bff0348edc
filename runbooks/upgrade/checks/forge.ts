// Whether a pull request can be opened, asked of the forge before anything is done.
import type { Check } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import type { UpgradeInput } from '../input.ts'
import { forgeFor, repositoryOf } from '../inspect.ts'
import { fail, failOf, pass } from './results.ts'

/** Answers that say nothing about us: the forge may take the pull request, or not. */
const NO_ANSWER = new Set(['forge-unreachable', 'forge-failed', 'tool-timeout', 'interrupted'])

export const forgeReady: Check<UpgradeInput> = {
  id: 'forge-ready',
  title: 'the forge lets you push a branch and open a pull request',
  severity: 'error',
  probe: async (ctx, input) => {
    if (!input.pullRequest) return { status: 'skip', reason: 'no --pr' }
    try {
      const repo = await forgeFor(ctx, input, await repositoryOf(ctx, input))
      if (!repo) return { status: 'skip', reason: 'no --pr' }
      const may = await ctx.forge.mayPush(repo)
      if (may === undefined) return { status: 'unknown', cause: `${repo.kind} does not say what you may do on ${repo.url}/${repo.path}` }
      if (may) return pass(`${repo.kind}, ${repo.url}/${repo.path}`)
      return fail('forge-ready', `you may not push branches to ${repo.url}/${repo.path}`, {
        hints: ['another token:  export FLUX_OPS_FORGE_TOKEN=…'],
      })
    } catch (error) {
      if (error instanceof OpsError && NO_ANSWER.has(error.code)) throw error
      return failOf('forge-ready', error)
    }
  },
}
