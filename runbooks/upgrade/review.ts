// The plan for a reader of a pull request, and the lines of one that was made for it. Pure.
import { migrationLines } from '../../src/actions/storage-migration.ts'
import type { Review, ReviewPart } from '../../src/engine/model.ts'
import { release } from '../../src/flux/catalogue/index.ts'
import { beforeMerge } from './before-merge.ts'
import { describePlan } from './describe.ts'
import { chartOf, factsOfPlan, hopsOfPlan, ociSourceOf } from './plan-facts.ts'
import type { UpgradePlan } from './plan-schema.ts'
import { writtenAs } from './steps/pin.ts'

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`

const chain = (plan: UpgradePlan): ReviewPart => ({
  title: 'The way',
  says: hopsOfPlan(plan).flatMap((hop) => [`${hop.from} → ${hop.to}: ${hop.why}`, ...hop.warnings]),
  lines: hopsOfPlan(plan).flatMap((hop) =>
    hop.migrateBefore.map(({ crd, drops, to }) => `before ${hop.to}   ${crd}   ${drops.join(', ')} → ${to}`),
  ),
})

const pinLines = (plan: UpgradePlan): string[] =>
  plan.pins.map((pin) => `${pin.file}:${pin.line}   ${pin.text} → ${writtenAs(pin, plan.to)}`)

const fileLines = (plan: UpgradePlan): string[] =>
  plan.migrate.changes.map((each) => `${each.file}:${each.line}   ${each.kind} ${each.from} → ${each.to}`)

function controllers(plan: UpgradePlan): string[] {
  const [old, target] = [release(plan.from), release(plan.to)]
  const runs = plan.controllers ?? old.controllers.map((each) => each.component)
  return target.controllers
    .filter((each) => runs.includes(each.component))
    .map((each) => {
      const before = old.controllers.find(({ component }) => component === each.component)?.tag
      return `${each.component}   ${before ?? 'new'} → ${each.tag}`
    })
}

/** What carrying the plan out writes, in git and in the cluster. */
function written(plan: UpgradePlan): ReviewPart {
  const lines = [...pinLines(plan), ...fileLines(plan), ...migrationLines(plan.storage)]
  return {
    title: 'What is written',
    says: [
      lines.length === 0 ? 'nothing in git' : `${plan.repo.remote}/${plan.repo.branch}, in one commit a hop, never forced`,
      `${counted(plan.crdCount, 'CRD')} and ${counted(controllers(plan).length, 'controller')} in the cluster`,
    ],
    lines: [...lines, ...controllers(plan)],
  }
}

const merged = (plan: UpgradePlan): ReviewPart => ({
  title: 'What the merge does',
  says: [mergeLine(plan), `${counted(plan.baseline.length, 'object')} of Flux are reconciled by the new controllers`],
  lines: controllers(plan),
})

function mergeLine(plan: UpgradePlan): string {
  const oci = ociSourceOf(plan)
  if (plan.installation.style === 'bootstrap') return `Flux applies itself anew, by Kustomization ${plan.installation.owner}`
  if (plan.installation.style === 'operator') return `the Flux Operator upgrades Flux, by FluxInstance ${plan.installation.instance}`
  if (plan.installation.style === 'helm')
    return `helm-controller deploys chart ${chartOf(plan).to}, by HelmRelease ${plan.installation.release}`
  if (oci !== undefined) return `Flux fetches the new manifests by OCIRepository ${oci} and applies itself anew`
  return `nothing by itself: ${plan.installation.bases.join(', ')} is applied by hand`
}

const noReturn = (plan: UpgradePlan): ReviewPart[] =>
  plan.promotions.length === 0
    ? []
    : [
        {
          title: 'No way back',
          says: ['from the moment the new CRDs are applied, older releases are refused by the API server'],
          lines: plan.promotions.map(
            ({ crd, to, lowest }) => `${crd}   is stored as ${to}${lowest === undefined ? '' : `, not below Flux ${lowest}`}`,
          ),
        },
      ]

function facts(plan: UpgradePlan): ReviewPart[] {
  const { facts: found = [], otherFacts = 0 } = factsOfPlan(plan)
  const parts = found.map((fact) => ({
    title: `Flux ${fact.minor}: ${fact.title}`,
    says: [fact.breaks, fact.fix, ...(fact.unknown === undefined ? [] : [`could not be known: ${fact.unknown}`])],
    lines: [
      ...fact.objects.map(({ where, what }) => `${where}   ${what}`),
      ...(fact.count > fact.objects.length ? [`and ${fact.count - fact.objects.length} more`] : []),
      fact.source,
    ],
  }))
  const rest = otherFacts === 0 ? [] : [{ title: `${counted(otherFacts, 'other change')} of these releases: none concerns this cluster` }]
  return [...parts, ...rest]
}

const AFTERWARDS: ReviewPart = {
  title: 'After the merge',
  says: ['objects that are still managed in an old API version block the next upgrade'],
  lines: ['flux migrate', 'flux-ops status'],
}

export const reviewPlan = (plan: UpgradePlan): Review => ({
  headline: `Flux ${plan.from} → ${plan.to}`,
  before: beforeMerge(plan),
  parts: [
    chain(plan),
    ...(plan.forReview === true ? [merged(plan)] : [written(plan)]),
    ...noReturn(plan),
    ...facts(plan),
    ...(plan.forReview === true ? [AFTERWARDS] : []),
  ],
})

const partLines = ({ title, says = [], lines = [] }: ReviewPart): string[] => [title, ...[...says, ...lines].map((line) => `    ${line}`)]

/** A plan that is carried out tells its steps; one of a pull request what the merge needs, does and leaves. */
export function describeForReader(plan: UpgradePlan): string[] {
  if (plan.forReview !== true) return describePlan(plan)
  const { before, parts } = reviewPlan(plan)
  const steps = hopsOfPlan(plan).length
  return [
    `${plan.from} → ${plan.to} in ${steps === 1 ? 'one hop' : `${steps} hops`}, by the merge of this pull request to ${plan.repo.branch}`,
    ...(before.length === 0 ? ['before the merge: nothing'] : []),
    ...before.flatMap((part) => partLines({ ...part, title: `before the merge: ${part.title}` })),
    ...parts.flatMap(partLines),
  ]
}
