// Check `permissions`, as every runbook answers it.
import type { CheckResult } from '../../engine/model.ts'
import type { ReadContext } from '../../ports/context.ts'
import type { AccessRequest } from '../../ports/kube.ts'
import { missingAccess } from '../access.ts'
import { type Answers, counted, pass } from './answers.ts'

/** `needed` is asked only of somebody who may not do everything. `another`: how another user is chosen. */
export async function mayDo(
  ctx: ReadContext,
  { failOn }: Pick<Answers, 'failOn'>,
  needed: () => Promise<readonly AccessRequest[]>,
  another = 'another user:  --context NAME',
): Promise<CheckResult> {
  const items = await missingAccess(ctx, needed)
  if (items === undefined) return pass('you may do everything')
  return failOn('permissions', items, (count) => `${counted(count, 'permission')} missing`, 'kubectl auth can-i --list', another)
}
