// A plan and its checks as the comment of a pull request.
import type { Review, ReviewPart } from '../engine/model.ts'
import type { CheckState, RunStarted } from '../engine/run-state.ts'
import { checkCounts, isTold, MARK_OF, sentenceOf, verdictOf } from './check-lines.ts'
import { codeSpan, fenced, joined, listed, marker, prose } from './markdown.ts'

export interface ReviewInput {
  readonly runbook: string
  readonly run: RunStarted | undefined
  readonly checks: readonly CheckState[]
  /** undefined where no plan came about. */
  readonly review: Review | undefined
  readonly error?: { readonly message: string; readonly hints: readonly string[] } | undefined
  /** Whether what `review.before` says is in the way of something: a pull request to be merged. */
  readonly waiting: boolean
  /** Said instead of everything else: there is nothing to be planned. */
  readonly nothing?: string | undefined
}

const SIGNS = { failed: '✗', unknown: '?', warning: '⚠' } as const

function verdict({ checks, review, error, waiting }: ReviewInput): string {
  const stopped = checks.filter((check) => ['failed', 'unknown'].includes(verdictOf(check)) && check.severity !== 'warning').length
  if (stopped > 0) return `**✗ ${stopped} ${stopped === 1 ? 'check does' : 'checks do'} not pass**`
  if (error !== undefined || review === undefined) return '**✗ there is no plan**'
  if (review.before.length === 0) return '**✔ there is a plan**'
  return waiting ? '**◎ not yet: something has to be done before this is merged**' : '**✔ there is a plan**'
}

const where = ({ run }: ReviewInput): string[] => {
  if (run === undefined) return []
  const { context, uid, version } = run.cluster
  return [`cluster ${codeSpan(context)} (uid ${codeSpan(uid)}, Kubernetes ${codeSpan(version)})`]
}

function checkBlocks(check: CheckState): string[] {
  const { result } = check
  const sign = SIGNS[MARK_OF[verdictOf(check) as keyof typeof MARK_OF]]
  const waived = check.waived === undefined ? '' : `, waived: ${prose(check.waived)}`
  const items = result.status === 'fail' ? (result.items ?? []) : []
  const hints = result.status === 'fail' || result.status === 'unknown' ? (result.hints ?? []) : []
  const lines = [...items.map(({ where: place, what }) => `${place}   ${what}`), ...hints.map((hint) => `→ ${hint}`)]
  const head = `${sign} **${prose(check.id)}**${waived}: ${prose(sentenceOf(result))}`
  return [head, ...(lines.length > 0 ? [fenced(lines)] : [])]
}

const partBlocks = ({ title, says = [], lines = [] }: ReviewPart): string[] => [
  `#### ${prose(title)}`,
  ...(says.length > 0 ? [listed(says)] : []),
  ...(lines.length > 0 ? [fenced(lines)] : []),
]

function errorBlocks(error: ReviewInput['error']): string[] {
  if (error === undefined) return []
  return [fenced([...error.message.split('\n'), ...error.hints.map((hint) => `→ ${hint}`)])]
}

/** GitHub-flavoured Markdown of at most 60,000 characters. The first line is a marker by which a job finds its comment again. */
export function reviewMarkdown(input: ReviewInput): string {
  const { run, checks, review, error, waiting, nothing, runbook } = input
  const mark = marker('flux-ops', runbook, run?.cluster.uid ?? 'plan')
  if (nothing !== undefined) return joined([mark, `### flux-ops ${runbook}`, `✔ ${prose(nothing)}`])
  const told = checks.filter(isTold)
  const before = waiting ? (review?.before ?? []).map((part) => ({ ...part, title: `Before the merge: ${part.title}` })) : []
  return joined([
    mark,
    `### ${prose(review?.headline ?? `flux-ops ${runbook}`)}`,
    verdict(input),
    ...errorBlocks(error),
    ...before.flatMap(partBlocks),
    ...(told.length > 0 ? ['#### Checks'] : []),
    ...told.flatMap(checkBlocks),
    ...(review?.parts ?? []).flatMap(partBlocks),
    [
      ...where(input),
      ...(checks.length > 0 ? [`checks: ${checkCounts(checks)}`] : []),
      ...(run ? [`flux-ops ${prose(run.tool)}`] : []),
    ].join(' · '),
  ])
}
