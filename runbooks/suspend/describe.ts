// The plan for a person: which objects, and what whoever finds them will read.
import { counted } from '../../src/actions/checks/answers.ts'
import { labelOf } from '../../src/actions/suspension/target.ts'
import { suspensionText } from '../../src/flux/suspension.ts'
import type { SuspendPlan } from './plan-schema.ts'

/** As many as are read; the dry run and the journal name all. */
const MOST = 40

export function describePlan({ targets, owner, reason, until, madeAt }: SuspendPlan): string[] {
  const lines = targets.map((target) => {
    const already =
      target.suspension === null ? '' : `  is suspended already, ${suspensionText(target.suspension, madeAt)}; gets owner and reason`
    return `${labelOf(target)}${already}`
  })
  return [
    `suspend ${counted(targets.length, 'object')}`,
    ...lines.slice(0, MOST),
    ...(lines.length > MOST ? [`and ${lines.length - MOST} more`] : []),
    `owner    ${owner}`,
    `reason   ${reason}`,
    `until    ${until ?? 'somebody resumes them'}${until === null ? '' : ', when they are told as expired; nothing resumes them by itself'}`,
    'what their controllers have begun goes on to its end',
  ]
}
