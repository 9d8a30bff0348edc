// A run as Markdown. Everything in it may come from the cluster: it is put into code spans and stripped of what would break out of one.
import type { Facts } from '../engine/model.ts'
import type { Json } from '../ports/json.ts'

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

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
const code = (text: string): string => `\`${text.replace(/[\u0000-\u001f\u007f-\u009f`]+/g, ' ').slice(0, 500)}\``

const strings = (value: Json | undefined): string[] => (Array.isArray(value) ? value.map(String) : [])

const section = (title: string, items: readonly string[]): string[] =>
  items.length === 0 ? [] : [`## ${title}`, '', ...items.map((item) => `- ${code(item)}`), '']

export function reportText(input: ReportInput): string {
  const proven = input.facts.verify ?? {}
  return [
    `# ${input.title}`,
    '',
    `- run ${code(input.runId)} by ${code(input.operator)}, ended ${code(input.at)}`,
    `- cluster ${code(input.context)} (uid ${code(input.clusterUid)})`,
    input.commit === undefined ? '- nothing was committed' : `- commit ${code(input.commit)} on ${code(input.branch)}`,
    `- ${String(proven.reconciled ?? 0)} objects reconciled again and are ready, at revision ${code(String(proven.revision ?? ''))}`,
    `- to take it back: ${code(input.back)}`,
    '',
    ...section('Controllers', strings(proven.controllers)),
    ...section('Was not ready before, and is not the doing of this run', strings(proven.brokenBefore)),
    ...section('Came during the run and is not ready', strings(proven.newcomers)),
    ...section('Suspended, neither changed nor proven', strings(proven.suspended)),
    ...section('Warning events during the run', strings(proven.warnings)),
    ...section('Warning events of what is well again (the controllers were restarted)', strings(proven.passed)),
  ].join('\n')
}
