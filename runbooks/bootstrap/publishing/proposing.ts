// git.publish pr: the commit is proposed, and the run goes on behind the merge.
import { runTrailer } from '../../../src/actions/commit-and-push.ts'
import { codeSpan } from '../../../src/actions/markdown.ts'
import type { Proposal } from '../../../src/actions/proposal.ts'
import type { Proposing } from '../../../src/actions/proposal-steps.ts'
import { proposalText } from '../../../src/actions/proposal-text.ts'
import { OpsError } from '../../../src/errors.ts'
import { type BootstrapView, pathsOf } from '../plan-facts.ts'
import type { BootstrapPlan } from '../plan-schema.ts'
import { lackingAt } from './on-branch.ts'

export const branchOf = ({ metadata }: BootstrapPlan['file'], runId: string): string => `flux-ops/bootstrap-${metadata.name}-${runId}`

const LINE = 'what is merged stays: from here on the way back is a revert by hand'
const LONGEST_LIST = 50

function proposalOf({ plan, runId, facts }: BootstrapView): Proposal {
  const { pullRequest: forge, repo, file } = plan
  if (forge === null) throw new Error('the plan has no pull request')
  return {
    runId,
    repo,
    forge,
    branch: branchOf(file, runId),
    trailer: runTrailer(runId),
    facts,
    back: 'once it is resumed the way back is a revert by hand',
  }
}

const subject = ({ file }: BootstrapPlan): string => `Bootstrap cluster ${file.metadata.name} with Flux ${file.flux.version}`

function body({ plan, runId }: BootstrapView): string {
  const { file } = plan
  const paths = pathsOf(plan)
  const left = paths.length - LONGEST_LIST
  return proposalText({
    says: `Makes cluster ${codeSpan(file.metadata.name)} follow ${codeSpan(file.git.path)} with Flux ${codeSpan(file.flux.version)}.`,
    parts: [
      {
        title: 'Files that are new',
        lines: [...paths.slice(0, LONGEST_LIST).map((path) => `- ${codeSpan(path)}`), ...(left > 0 ? [`- and ${left} more`] : [])],
      },
      { title: 'In the cluster already', lines: ['- the namespace of Flux and its secrets; nothing of Flux runs before the merge'] },
    ],
    line: LINE,
    finish: 'installs Flux from the merged branch, and waits until everything is Ready',
    runId,
  })
}

export const proposing: Proposing<BootstrapPlan> = {
  of: proposalOf,
  title: ({ plan }) => subject(plan),
  body,
  pointOfNoReturn: LINE,
  assertMerged: async (ctx, { plan, runId }) => {
    const lacking = await lackingAt(ctx, plan, await ctx.git.head(plan.repo.root))
    if (lacking.length === 0) return
    throw new OpsError({
      code: 'merge-not-as-proposed',
      message: [`${plan.repo.remote}/${plan.repo.branch} is not what was proposed:`, ...lacking.map((line) => `  ${line}`)].join('\n'),
      hints: [`bring the branch to it, then:  flux-ops runs resume ${runId}`],
    })
  },
}
