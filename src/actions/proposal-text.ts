// The text of a pull request, for those who decide on it and were not there. It may be read by anybody: nothing of the cluster but versions is in it.
import { codeSpan } from './markdown.ts'

export interface ProposalText {
  /** One sentence: what is proposed. Like every line here it is Markdown, with what is not ours in code spans. */
  readonly says: string
  readonly parts: readonly { readonly title: string; readonly lines: readonly string[] }[]
  /** What the merge crosses. */
  readonly line: string
  /** What the run does once it is resumed behind the merge. */
  readonly finish: string
  readonly afterwards?: readonly string[]
  readonly runId: string
}

export function proposalText({ says, parts, line, finish, afterwards = [], runId }: ProposalText): string {
  const merge = [
    `- ▲ ${codeSpan(line)}`,
    `- then finish it at once: ${codeSpan(`flux-ops runs resume ${runId}`)} ${finish}`,
    '- merge commit, squash and rebase are all fine',
    ...afterwards.map((each) => `- ${each}`),
  ]
  const instead = [`- ${codeSpan(`flux-ops runs abandon ${runId}`)} closes this pull request and deletes its branch`]
  const all = [...parts, { title: 'When it is merged', lines: merge }, { title: 'Instead of merging', lines: instead }]
  return [says, '', ...all.flatMap(({ title, lines }) => [`### ${title}`, '', ...lines, '']), `Run ${codeSpan(runId)}.`, ''].join('\n')
}
