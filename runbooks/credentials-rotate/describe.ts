// The rotation as lines for a person: one a step, with what it touches.
import { ownSecretId, serversOf, what } from './plan-facts.ts'
import type { CredentialsPlan } from './plan-schema.ts'
import { credentialSteps } from './steps.ts'

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`

const fresh = ({ next, kind }: CredentialsPlan): string => {
  if (next.how === 'key-file') return `the key of ${next.path}`
  if (next.how === 'token') return `the token of ${next.env ?? next.file}`
  return `a new key${next.algorithm === null ? ', of the algorithm of the old one' : ` (${next.algorithm})`}${kind === 'ssh' ? '' : '?'}`
}

const DETAILS: Readonly<Record<string, (plan: CredentialsPlan) => string>> = {
  'new-credential': (plan) => `${fresh(plan)}, into Secret ${ownSecretId({ plan, runId: 'RUN' })}`,
  registered: (plan) =>
    `by you, at ${serversOf(plan)
      .map(({ url, write }) => `${url}${write ? ' (with write access)' : ''}`)
      .join(', ')}; until the server lets it in the run waits (exit 4)`,
  seal: ({ sealed }) => (sealed?.files ?? []).join(', '),
  commit: () => 'one commit',
  push: ({ sealed }) => `${sealed?.repo.remote}/${sealed?.repo.branch}, never forced`,
  apply: ({ managedBy }) => `Kustomization ${managedBy}`,
  swap: ({ secret }) => `Secret ${secret}, one patch; host keys stay as they are pinned`,
  prove: ({ sources }) => `${counted(sources.filter(({ suspended }) => !suspended).length, 'source')} asked, and no failed fetch`,
  'old-removed': ({ old }) => `by you: ${old}; until the server refuses it the run waits (exit 4)   ▲ until here the run can be taken back`,
  'prove-alone': () => 'the same once more',
  'clean-up': (plan) =>
    `Secret ${ownSecretId({ plan, runId: 'RUN' })} goes${plan.keepOld ? '   ▲ until here the run can be taken back' : ''}`,
  report: () => 'report.md in the folder of the run',
}

const remarks = (plan: CredentialsPlan): string[] => [
  ...plan.sources.map(({ id, url, suspended }) => `GitRepository ${id} reads it: ${url}${suspended ? ' (suspended: not proven)' : ''}`),
  ...plan.pushing.map(({ where, url }) => `${where} pushes with it to ${url}`),
  ...plan.alsoNamedBy.map((where) => `${where} names it as well`),
]

export function describePlan(plan: CredentialsPlan): string[] {
  const steps = credentialSteps(plan).map(
    (step, index) => `${String(index + 1).padStart(2)} ${step.id.padEnd(14)} ${DETAILS[step.id]?.(plan) ?? step.title}`,
  )
  return [`the ${what(plan)} in Secret ${plan.secret} is replaced: ${plan.old}`, ...remarks(plan), ...steps]
}
