// The order as lines: each object in its layer, with who suspended it and why.
import { counted } from '../../src/actions/checks/answers.ts'
import { labelOf } from '../../src/actions/suspension/target.ts'
import { suspensionText } from '../../src/flux/suspension.ts'
import type { ResumePlan } from './plan-schema.ts'

/** As many as are read; the dry run and the journal name all. */
const MOST = 40

function layerLines({ layers, targets, madeAt }: ResumePlan): string[] {
  const known = new Map(targets.map((target) => [labelOf(target), target]))
  return layers.flatMap(({ resume, prove }, at) => [
    ...resume.map((label) => {
      const suspension = known.get(label)?.suspension
      return `${String(at + 1).padStart(2)} ${label}  ${suspension ? suspensionText(suspension, madeAt) : ''}`
    }),
    ...prove
      .filter((label) => !resume.includes(label))
      .map((label) => `${String(at + 1).padStart(2)} ${label} is proven here: it waits for what it applies`),
  ])
}

export function describePlan(plan: ResumePlan): string[] {
  const { targets, layers, once } = plan
  const lines = layerLines(plan)
  const count = counted(targets.length, 'object')
  return [
    once
      ? `let ${count} reconcile once`
      : `resume ${count} in ${counted(layers.filter(({ resume }) => resume.length > 0).length, 'layer')}`,
    ...lines.slice(0, MOST),
    ...(lines.length > MOST ? [`and ${lines.length - MOST} more lines: --dry-run has all objects`] : []),
    once
      ? 'whatever comes of it, they are suspended again as they were'
      : 'each layer is Ready before the next; the first that is not stops the run',
  ]
}
