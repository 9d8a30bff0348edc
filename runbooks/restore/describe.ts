// The restore as lines for a person: what comes from the backup, what comes from git, and in which order.
import { PARTS } from '../../src/flux/installation/content.ts'
import type { RestorePlan } from './plan-schema.ts'
import { restoreSteps } from './steps.ts'

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

const MOST = 20

const few = (all: readonly string[]): string[] => [
  ...all.slice(0, MOST).map((one) => `  ${one}`),
  ...(all.length > MOST ? [`  and ${all.length - MOST} more`] : []),
]

function detailOf(plan: RestorePlan, id: string, title: string): string {
  const part = PARTS.find((one) => one === id)
  if (part !== undefined) return `${counted(plan.made[part].length, 'object')}: ${title}`
  if (id === 'let-go') return `${title}   ▲ until here the run can be taken back`
  return title
}

export function describePlan(plan: RestorePlan): string[] {
  const { header, there } = plan
  const steps = restoreSteps(plan).map(({ id, title }, at) => `${String(at + 1).padStart(2)} ${id.padEnd(12)} ${detailOf(plan, id, title)}`)
  return [
    `into context ${plan.context}, Kubernetes ${plan.kubernetes}, uid ${plan.clusterUid}`,
    `from ${header.context}, Flux ${header.flux ?? 'of an unknown release'}, as it was at ${header.taken}: ${header.keptBy}`,
    ...header.sources.map(({ object, url, revision }) => `  ${object}: ${url}, then at ${revision ?? 'no revision'}`),
    there.length === 0
      ? 'nothing of it is in the cluster'
      : `${counted(there.length, 'object')} of it are in the cluster already, and stay as they are`,
    ...(header.suspended.length === 0
      ? []
      : [`${counted(header.suspended.length, 'object')} were suspended, and come back so:`, ...few(header.suspended)]),
    ...(header.leftOut.length === 0 ? [] : ['not in the backup:', ...few(header.leftOut.map(({ what, why }) => `${what}: ${why}`))]),
    ...steps,
  ]
}
