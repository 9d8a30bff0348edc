// The proof: every object of Flux as it was, suspended or not as it was, at the revision that it was at, or at a newer one that git has by now.
import { lookAtLayers } from '../../../src/actions/layers.ts'
import type { Facts, ReadStep } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import { isSuspended } from '../../../src/flux/conditions.ts'
import { differences } from '../../../src/flux/installation/differences.ts'
import { objectLabel } from '../../../src/flux/kinds.ts'
import { artifactRevision } from '../../../src/flux/revisions.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { contentOf } from '../open.ts'
import type { RestorePlan } from '../plan-schema.ts'
import { judging } from './let-go.ts'

/** Sources that have another revision than when the backup was made. */
const moved = ({ header }: RestorePlan, objects: readonly KubeObject[]): string[] =>
  header.sources.flatMap(({ object, revision }) => {
    const now = objects.find((one) => objectLabel(one) === object)
    const found = now === undefined ? undefined : artifactRevision(now)
    return revision === null || found === undefined || found === revision ? [] : [`${object}: ${revision} → ${found}`]
  })

/** Suspended then and not now, or now and not then. */
function otherwise({ header }: RestorePlan, objects: readonly KubeObject[]): string[] {
  const then = new Set(header.suspended)
  return objects.flatMap((object) => {
    const label = objectLabel(object)
    if (isSuspended(object) === then.has(label)) return []
    return [`${label}: ${then.has(label) ? 'was suspended, and is not' : 'is suspended, and was not'}`]
  })
}

const few = (lines: readonly string[]): string[] => [
  ...lines.slice(0, 20).map((line) => `  ${line}`),
  ...(lines.length > 20 ? [`  and ${lines.length - 20} more`] : []),
]

export const verifyStep: ReadStep<RestorePlan> = {
  kind: 'read',
  id: 'verify',
  title: 'compare with what the backup says',
  why: 'Ready is not yet the same as before',
  run: async (ctx, { plan }): Promise<Facts> => {
    const content = await contentOf(ctx, plan)
    const { objects } = await lookAtLayers(ctx, judging(content))
    const { same, missing, other } = differences(content.expected, objects)
    const wrong = [...missing.map((label) => `${label}: is not there`), ...otherwise(plan, objects)]
    const newer = moved(plan, objects)
    // Where git has moved on, it says what is right.
    if (wrong.length > 0 || (other.length > 0 && newer.length === 0))
      throw new OpsError({
        code: 'restore-differs',
        message: [`${wrong.length + other.length} objects of Flux are not as the backup has them:`, ...few([...wrong, ...other])].join(
          '\n',
        ),
        hints: ['flux-ops recover', 'when they are right:  flux-ops runs resume'],
      })
    const summary = `${same.length} objects of Flux as they were${other.length === 0 ? '' : `, ${other.length} as git has them by now`}; ${plan.header.suspended.length} suspended, as before`
    return { summary, same: same.length, newer, other: [...other] }
  },
}
