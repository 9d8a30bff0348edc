// A run as Markdown. Everything in it may come from the cluster: it is put into code spans and stripped of what would break out of one.
import type { Facts } from '../engine/model.ts'
import type { Json } from '../ports/json.ts'
import { codeSpan } from './markdown.ts'

export const REPORT = 'report.md'

export interface ReportInput {
  readonly title: string
  readonly runId: string
  readonly operator: string
  readonly context: string
  readonly clusterUid: string
  readonly at: string // ISO 8601
  readonly commit: string | undefined
  readonly branch: string
  readonly facts: Readonly<Record<string, Facts>>
  /** How to take it back, or why that is not possible. */
  readonly back: string
}

const strings = (value: Json | undefined): string[] => (Array.isArray(value) ? value.map(String) : [])

const section = (title: string, items: readonly string[]): string[] =>
  items.length === 0 ? [] : [`## ${title}`, '', ...items.map((item) => `- ${codeSpan(item)}`), '']

export function reportText(input: ReportInput): string {
  const proven = input.facts.verify ?? {}
  return [
    `# ${input.title}`,
    '',
    `- run ${codeSpan(input.runId)} by ${codeSpan(input.operator)}, ended ${codeSpan(input.at)}`,
    `- cluster ${codeSpan(input.context)} (uid ${codeSpan(input.clusterUid)})`,
    input.commit === undefined ? '- nothing was committed' : `- commit ${codeSpan(input.commit)} on ${codeSpan(input.branch)}`,
    `- ${String(proven.reconciled ?? 0)} objects reconciled again and are ready, at revision ${codeSpan(String(proven.revision ?? ''))}`,
    `- to take it back: ${codeSpan(input.back)}`,
    '',
    ...section('Controllers', strings(proven.controllers)),
    ...section('Was not ready before, and is not the doing of this run', strings(proven.brokenBefore)),
    ...section('Came during the run and is not ready', strings(proven.newcomers)),
    ...section('Suspended, neither changed nor proven', strings(proven.suspended)),
    ...section('Warning events during the run', strings(proven.warnings)),
    ...section('Warning events of what is well again (the controllers were restarted)', strings(proven.passed)),
  ].join('\n')
}
