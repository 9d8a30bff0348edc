// What the pull request of an upgrade says of it.
import { codeSpan } from '../../../src/actions/markdown.ts'
import { proposalText } from '../../../src/actions/proposal-text.ts'
import { release } from '../../../src/flux/catalogue/index.ts'
import type { UpgradeView } from '../plan-facts.ts'
import type { UpgradePlan } from '../plan-schema.ts'
import { writtenAs } from '../steps/pin.ts'

const LONGEST_LIST = 50

const list = (items: readonly string[]): string[] => [
  ...items.slice(0, LONGEST_LIST).map((item) => `- ${item}`),
  ...(items.length > LONGEST_LIST ? [`- and ${items.length - LONGEST_LIST} more`] : []),
]

const changes = ({ plan }: UpgradeView): string[] => [
  ...plan.pins.map((pin) => `${codeSpan(`${pin.file}:${pin.line}`)}: ${codeSpan(pin.text)} → ${codeSpan(writtenAs(pin, plan.to))}`),
  ...plan.migrate.changes.map(
    (each) => `${codeSpan(`${each.file}:${each.line}`)}: ${codeSpan(`${each.kind} ${each.from}`)} → ${codeSpan(each.to)}`,
  ),
]

const controllers = ({ plan }: UpgradeView): string[] =>
  release(plan.to)
    .controllers.filter((each) => plan.controllers?.includes(each.component))
    .map((each) => codeSpan(`${each.component} ${each.tag}`))

const applied = ({ installation }: UpgradePlan): string => {
  if (installation.style === 'operator') return 'waits until the Flux Operator has applied it'
  return installation.style === 'helm' ? 'waits until the chart is deployed' : 'applies CRDs and controllers together'
}

export function pullRequestBody(view: UpgradeView, mergeLine: string): string {
  const { plan, runId } = view
  const others = controllers(view)
  const stored =
    plan.storage.length === 0
      ? '- nothing had to be migrated: every object is stored in an API version that the new CRDs have'
      : `- objects of ${plan.storage.length} CRDs are stored in API versions that the new CRDs have; the old ones serve them too`
  return proposalText({
    says: `Upgrades Flux from ${codeSpan(plan.from)} to ${codeSpan(plan.to)}: ${codeSpan(plan.why)}.`,
    parts: [
      {
        title: 'What changes',
        lines: [...list(changes(view)), ...(others.length === 0 ? [] : ['', `Controllers: ${others.join(', ')}`])],
      },
      { title: 'Done already', lines: ['- a backup of what Flux has in the cluster', stored] },
    ],
    line: mergeLine,
    finish: `${applied(plan)}, waits for the rollout and proves every object`,
    afterwards: [`the way back from there: ${codeSpan(`flux-ops rollback ${runId}`)}`],
    runId,
  })
}
