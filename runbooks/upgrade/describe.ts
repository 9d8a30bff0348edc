// The plan as lines for a person: one a step, with what it touches.
import { ownerOf } from '../../src/actions/installation.ts'
import { migrationLines } from '../../src/actions/storage-migration.ts'
import type { Step } from '../../src/engine/model.ts'
import { findCrd, release } from '../../src/flux/catalogue/index.ts'
import { factLines } from './describe-facts.ts'
import { legOf } from './legs.ts'
import { changedFiles, chartOf, instanceOf, ociSourceOf } from './plan-facts.ts'
import type { UpgradePlan } from './plan-schema.ts'
import { branchOf } from './proposal/proposing.ts'
import { subjectOf } from './steps/commit.ts'
import { writtenAs } from './steps/pin.ts'
import { upgradeSteps } from './steps.ts'

const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`

/** The first of a long list, and how many more. */
const first = (lines: readonly string[], limit = 12): string[] =>
  lines.length <= limit ? [...lines] : [...lines.slice(0, limit), `and ${lines.length - limit} more`]

const minutes = (ms: number): string => (ms < 60_000 ? counted(ms / 1000, 'second') : counted(Math.ceil(ms / 60_000), 'minute'))

const inState = (plan: UpgradePlan, ...states: string[]): number =>
  plan.baseline.filter((each) => states.includes(each.verdict.state)).length

const backupLine = (plan: UpgradePlan): string => {
  const to = plan.recipients.map((each) => (each.length <= 16 ? each : `${each.slice(0, 9)}…${each.slice(-4)}`)).join(', ')
  const secrets = plan.secrets ? `secrets sealed to ${to}` : 'without its secrets: no --backup-recipient'
  return `${counted(plan.baseline.length, 'object')}, ${counted(plan.crdCount, 'CRD')}, namespace ${plan.namespace} (${secrets})`
}

const pinLines = (plan: UpgradePlan): string[] =>
  plan.pins.map((pin) => {
    const how = pin.kind === 'gotk-components' ? ', the file is written again by flux install --export' : ''
    return `${pin.file}:${pin.line}   ${pin.text} → ${writtenAs(pin, plan.to)}${how}`
  })

function applyLine(plan: UpgradePlan): string {
  const { controllers = [] } = plan
  const brought = release(plan.to).crds.filter((crd) => controllers.includes(crd.component))
  const fresh = brought.filter((crd) => findCrd(release(plan.from), crd.group, crd.kind) === undefined).map((crd) => crd.kind)
  const crds = `${counted(plan.crdCount, 'CRD')}${fresh.length === 0 ? '' : ` and the new ${fresh.join(', ')}`}`
  return `server-side, ${crds}${controllers.length === 0 ? '' : `, ${counted(controllers.length, 'Deployment')}`}`
}

function syncLine(plan: UpgradePlan): string {
  const oci = ociSourceOf(plan)
  return `GitRepository ${plan.repo.source} to the commit${oci === undefined ? '' : `, OCIRepository ${oci} to v${plan.to}`}`
}

function verifyLine(plan: UpgradePlan): string {
  const apart = plan.baseline.length - inState(plan, 'ready', 'static')
  const rest = apart === 0 ? '' : `; ${apart} not ready or suspended now, told apart`
  return `${counted(inState(plan, 'ready'), 'object')} to be ready again on ${plan.to}, at most ${minutes(plan.timeoutMs)}${rest}`
}

const DETAILS: Readonly<Record<string, (plan: UpgradePlan) => readonly string[]>> = {
  backup: (plan) => [backupLine(plan)],
  'migrate-storage': (plan) => [
    ...(plan.migrateWith === 'flux' ? ['by flux migrate'] : []),
    ...(plan.leg?.previous === undefined
      ? first(migrationLines(plan.storage))
      : ['what is stored or managed in an old API version by then']),
  ],
  'migrate-repository': (plan) => [
    counted(new Set(plan.migrate.changes.map((each) => each.file)).size, 'file'),
    ...first(plan.migrate.changes.map((each) => `${each.file}:${each.line}   ${each.kind} ${each.from} → ${each.to}`)),
  ],
  pin: (plan) => first(pinLines(plan)),
  commit: (plan) => [`${counted(changedFiles(plan).length, 'file')}, "${subjectOf(plan)}", with your git identity and hooks`],
  push: (plan) => [`${plan.repo.remote}/${plan.repo.branch}, never forced`],
  worktree: () => ['beside your checkout, which stays as it is'],
  'push-branch': (plan) => [`${plan.repo.remote}/${branchOf(plan, '<run>')}; nothing is pushed to ${plan.repo.branch}`],
  'open-pull-request': (plan) => [`${plan.pullRequest?.url}/${plan.pullRequest?.path}, into ${plan.repo.branch}`],
  merged: () => ['the run ends here with exit 4; flux-ops runs resume goes on once it is merged'],
  'checkout-merge': (plan) => [`${plan.repo.remote}/${plan.repo.branch} as it is then, into the work tree`],
  'tidy-clone': (plan) => [`${plan.repo.root} moved forward if it is clean and on ${plan.repo.branch}`],
  'sync-source': (plan) => [syncLine(plan)],
  apply: (plan) => [applyLine(plan)],
  'operator-applies': (plan) => [`FluxInstance ${instanceOf(plan)} at ${plan.to}, at most ${minutes(plan.timeoutMs)}`],
  'helm-applies': (plan) => [
    `HelmRelease ${ownerOf(plan.installation)?.id ?? ''} at chart ${chartOf(plan).to}, by helm-controller, which replaces itself on the way`,
  ],
  rollout: (plan) => [
    `${plan.controllers === undefined ? 'controllers' : counted(plan.controllers.length, 'controller')} of ${plan.to}, at most ${minutes(plan.timeoutMs)}`,
  ],
  'migrate-storage-after': () => ['what was still written in an old API version until now; often nothing'],
  reconcile: (plan) => [
    `${counted(inState(plan, 'ready', 'failed', 'progressing', 'unknown'), 'object')}, sources first, then by dependsOn`,
  ],
  verify: (plan) => [verifyLine(plan)],
  report: () => ['report.md in the folder of the run'],
}

/** The whole chain and why it has the stops that it has. */
function headLines(plan: UpgradePlan, steps: readonly Step<UpgradePlan>[]): string[] {
  const { hops } = plan
  const made = steps.filter((step) => step.kind === 'write' && legOf(plan, step.id).id === 'commit').length
  const size = `${counted(steps.length, 'step')}, ${made === 0 ? 'no commit' : counted(made, 'commit')}`
  if (hops === undefined) return [`${plan.from} → ${plan.to} in one hop, ${size}`]
  return [
    `${[plan.from, ...hops.map((hop) => hop.to)].join(' → ')} in ${hops.length} hops, ${size}; each is proven before the next begins`,
    ...hops.flatMap(({ from, to, why, warnings }) => [`  ${from} → ${to}   ${why}`, ...warnings.map((line) => `  ⚠ ${line}`)]),
  ]
}

export function describePlan(plan: UpgradePlan): string[] {
  const steps = upgradeSteps(plan)
  const width = Math.max(21, ...steps.map((step) => step.id.length))
  const lines = headLines(plan, steps)
  steps.forEach((step, index) => {
    if (step.kind !== 'read' && step.pointOfNoReturn) lines.push(`▲ from here on: ${step.pointOfNoReturn}`)
    const { id, hop = plan } = legOf(plan, step.id)
    const [head = step.title, ...more] = DETAILS[id]?.(hop) ?? []
    lines.push(`${String(index + 1).padStart(2)} ${step.id.padEnd(width)} ${head}`)
    lines.push(...more.map((line) => `${' '.repeat(width + 4)}${line}`))
  })
  return [...lines, ...factLines(plan)]
}
