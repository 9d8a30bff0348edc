// A rotation as Markdown.
import { codeSpan } from '../../src/actions/markdown.ts'
import type { Json } from '../../src/ports/json.ts'
import { type CredentialsView, fact, what } from './plan-facts.ts'

const strings = (value: Json | undefined): string[] => (Array.isArray(value) ? value.map(String) : [])

const section = (title: string, items: readonly string[]): string[] =>
  items.length === 0 ? [] : [`## ${title}`, '', ...items.map((item) => `- ${codeSpan(item)}`), '']

export function reportText(view: CredentialsView, told: { readonly operator: string; readonly at: string }): string {
  const { plan, facts, runId } = view
  const last = facts['prove-alone'] ?? facts.prove ?? {}
  const commit = fact(view, 'push', 'commit')
  return [
    '# Rotation of the credentials that Flux reads git with',
    '',
    `- run ${codeSpan(runId)} by ${codeSpan(told.operator)}, ended ${codeSpan(told.at)}`,
    `- cluster ${codeSpan(plan.context)} (uid ${codeSpan(plan.clusterUid)}), Secret ${codeSpan(plan.secret)}`,
    `- old ${what(plan)} ${codeSpan(plan.old)}, ${plan.keepOld ? 'which the server still takes (--keep-old)' : 'which the server refuses'}`,
    `- new ${what(plan)} ${codeSpan(fact(view, 'new-credential', 'name'))}`,
    commit === ''
      ? '- nothing was committed: no copy of the Secret in git was known'
      : `- commit ${codeSpan(commit)} on ${codeSpan(`${plan.sealed?.repo.remote}/${plan.sealed?.repo.branch}`)}`,
    `- ${strings(last.sources).length} sources fetched with the new one, last at ${codeSpan(String(last.at ?? ''))}`,
    '',
    ...section('Fetched with the new one', strings(last.sources)),
    ...section(
      'Suspended, not proven',
      plan.sources.filter(({ suspended }) => suspended).map(({ id }) => id),
    ),
    ...section('Fetches that failed since the exchange', strings(last.failed)),
    ...section('Copies in git', plan.sealed?.files ?? []),
    ...section('Other objects that name the Secret', plan.alsoNamedBy),
  ].join('\n')
}
