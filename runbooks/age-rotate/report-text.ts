// A rotation as Markdown, and what people have to do after it.
import { codeSpan } from '../../src/actions/markdown.ts'
import type { Json } from '../../src/ports/json.ts'
import { shortRecipient } from '../../src/sops/keys/bundle.ts'
import { nextName, type RotateView } from './plan-facts.ts'
import type { RotatePlan } from './plan-schema.ts'

const strings = (value: Json | undefined): string[] => (Array.isArray(value) ? value.map(String) : [])

const section = (title: string, says: readonly string[], items: readonly string[]): string[] =>
  items.length === 0 ? [] : [`## ${title}`, '', ...says.flatMap((line) => [line, '']), ...items.map((item) => `- ${codeSpan(item)}`), '']

/** Every value that whoever has the old key can read, by file: names alone. */
export const valueLines = ({ values }: Pick<RotatePlan, 'values'>): string[] =>
  values.flatMap(({ file, object, names }) => names.map((name) => `${file}${object === '' ? '' : ` (${object})`}: ${name}`))

const LOST = [
  'The old key opens every commit before this rotation, and whoever has a copy of the repository has those. A new key closes nothing behind it:',
  'each of these has to be replaced where it comes from (the provider, the database, the registry), and then in git.',
]

export function rotationReport(view: RotateView, told: { readonly operator: string; readonly at: string }): string {
  const { plan, facts, runId } = view
  const proven = facts['prove-cut'] ?? {}
  return [
    '# Rotation of an age key',
    '',
    `- run ${codeSpan(runId)} by ${codeSpan(told.operator)}, ended ${codeSpan(told.at)}`,
    `- cluster ${codeSpan(plan.context)} (uid ${codeSpan(plan.clusterUid)}), Secret ${plan.secrets.map(codeSpan).join(', ')}`,
    `- old key ${codeSpan(shortRecipient(plan.old))}`,
    `- new key ${codeSpan(nextName(view))}`,
    `- ${String(proven.files ?? 0)} files open without the old key, at commit ${codeSpan(String(proven.commit ?? ''))}`,
    `- commits ${codeSpan(String(facts['push-add']?.commit ?? ''))} and ${codeSpan(String(facts['push-cut']?.commit ?? ''))} on ${codeSpan(`${plan.repo.remote}/${plan.repo.branch}`)}`,
    '',
    ...section('The backup has both keys', [], strings(facts['back-up']?.files)),
    ...section('Decrypts without the old key', [], strings(facts.reconcile?.kustomizations)),
    ...section('Opens, and its MAC does not hold: changed without sops', [], strings(proven.macMismatch)),
    ...section('Still names the old key, and is no sealed file', [], strings(facts['last-look']?.mentions)),
    ...section('To be replaced at their providers', LOST, valueLines(plan)),
    ...section(
      'For whoever edits secrets with the key of the cluster',
      ['The new key is in the backup; this puts it into a key file of a workstation:'],
      ['flux-ops age restore BACKUP --key-file ~/.config/sops/age/keys.txt'],
    ),
  ].join('\n')
}
