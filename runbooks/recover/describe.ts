// The plan as lines for a person: what is wrong, what is done about it, and what is left to them.
import type { RecoverPlan } from './plan-schema.ts'
import { recoverSteps } from './steps.ts'

const MOST_LEFT = 12

const waits = (blocks: number): string => (blocks === 0 ? '' : `; ${blocks} ${blocks === 1 ? 'waits' : 'wait'} for it`)

export function describePlan(plan: RecoverPlan): string[] {
  const wrong = plan.fixes.map(({ object, says, blocks }) => `${object}: ${says}${waits(blocks)}`)
  const steps = recoverSteps(plan).map((step, at) => `${String(at + 1).padStart(2)} ${step.id.padEnd(17)} ${step.title}`)
  const more = plan.left.length - MOST_LEFT
  const left = plan.left.slice(0, MOST_LEFT).map((line) => `   ${line}`)
  return [...wrong, ...steps, ...(left.length === 0 ? [] : ['left to a person:', ...left, ...(more > 0 ? [`   and ${more} more`] : [])])]
}
