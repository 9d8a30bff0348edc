// The rotation as lines for a person: one a step, with what it touches.

import { shortRecipient } from '../../src/sops/keys/bundle.ts'
import type { RotatePlan } from './plan-schema.ts'
import { valueLines } from './report-text.ts'
import { rotateSteps } from './steps.ts'

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

const SEALED = { recipients: 'sealed to recipients', passphrase: 'sealed to the passphrase', shares: 'split into shares' }

const branch = ({ repo }: RotatePlan): string => `${repo.remote}/${repo.branch}, never forced`

const DETAILS: Readonly<Record<string, (plan: RotatePlan) => string>> = {
  'add-key': ({ kind, secrets }) =>
    `a new ${kind === 'hybrid' ? 'post-quantum ' : ''}age key beside the old one, in Secret ${secrets.join(', ')}`,
  'back-up': ({ out, seal }) => `both keys into ${out}, ${SEALED[seal.how]}`,
  'add-recipient': ({ files, rules }) =>
    `${counted(files.length, 'file')} and ${rules.length} .sops.yaml get the new recipient beside the old`,
  'commit-add': () => 'one commit',
  'push-add': branch,
  'apply-add': ({ kustomizations }) => `${counted(kustomizations.length, 'Kustomization')} that decrypt with the key`,
  prove: () => 'each file opens with the new key alone; the backup is whole',
  'new-data-keys': ({ files, bySops }) =>
    `${counted(files.length, 'file')} get new data keys, without the old recipient${bySops.length === 0 ? '' : `; ${bySops.length} of them by sops`}`,
  'commit-cut': () => 'one commit',
  'push-cut': branch,
  'apply-cut': ({ kustomizations }) => `${counted(kustomizations.length, 'Kustomization')} that decrypt with the key`,
  'prove-cut': () => 'each file opens without the old key',
  'keep-old': ({ keepOldUntil }) => `the run ends here with exit 4; after ${keepOldUntil} flux-ops runs resume goes on`,
  'last-look': () => 'the branch and the cluster as they are by then',
  'take-out': ({ secrets }) => `out of Secret ${secrets.join(', ')}   ▲ until here the run can be taken back`,
  reconcile: () => 'everything that decrypts with the key, asked once more',
  verify: () => 'the new key is in the cluster, the old one is not',
  report: () => 'report.md in the folder of the run',
}

const remarks = (plan: RotatePlan): string[] => [
  ...plan.keyFiles.map((path) => `${path} holds the old key itself: it gets the new one in its place`),
  ...plan.notReady.map((id) => `Kustomization ${id} was not Ready: nothing is proven of it`),
  ...(plan.compromised
    ? [
        `${counted(valueLines(plan).length, 'value')} that the old key opens have to be replaced at their providers: history still opens with it`,
      ]
    : []),
]

export function describePlan(plan: RotatePlan): string[] {
  const steps = rotateSteps(plan).map(
    (step, index) => `${String(index + 1).padStart(2)} ${step.id.padEnd(14)} ${DETAILS[step.id]?.(plan) ?? step.title}`,
  )
  return [
    `${shortRecipient(plan.old)} is replaced in ${counted(plan.secrets.length, 'Secret')} and ${counted(plan.files.length, 'file')}`,
    ...remarks(plan),
    ...steps,
  ]
}
