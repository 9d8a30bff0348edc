// Every verb that the plan needs, asked of the API server itself.
import { missingAccess, neededAccess } from '../../../src/actions/access.ts'
import type { Check } from '../../../src/engine/model.ts'
import type { UpgradeInput } from '../input.ts'
import { clusterOf } from '../inspect.ts'
import { counted, failOn, pass } from './results.ts'

export { neededAccess }

export const permissions: Check<UpgradeInput> = {
  id: 'permissions',
  title: 'you may do everything that the plan needs',
  severity: 'error',
  probe: async (ctx, input) => {
    const items = await missingAccess(ctx, async () => {
      const { crds } = await clusterOf(ctx)
      return neededAccess(ctx.target.namespace, new Set(crds.map((crd) => crd.plural)), input.backupRecipients.length > 0)
    })
    if (items === undefined) return pass('you may do everything')
    return failOn(
      'permissions',
      items,
      (count) => `${counted(count, 'permission')} missing`,
      'kubectl auth can-i --list',
      'another user:  --context NAME',
    )
  },
}
