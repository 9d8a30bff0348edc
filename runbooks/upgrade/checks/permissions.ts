// Every verb that the plan needs, asked of the API server itself.
import { helmAccess, missingAccess, neededAccess, operatorAccess } from '../../../src/actions/access.ts'
import type { Check } from '../../../src/engine/model.ts'
import type { UpgradeInput } from '../input.ts'
import { clusterOf, repositoryOf, styleOf } from '../inspect.ts'
import { counted, failOn, pass } from './results.ts'

export { neededAccess }

export const permissions: Check<UpgradeInput> = {
  id: 'permissions',
  title: 'you may do everything that the plan needs',
  severity: 'error',
  probe: async (ctx, input) => {
    const items = await missingAccess(ctx, async () => {
      const cluster = await clusterOf(ctx)
      const { crds, fluxInstances } = cluster
      const { namespace } = ctx.target
      const style = styleOf(cluster, await repositoryOf(ctx, input))
      const own = style.style === 'helm' ? helmAccess(namespace) : fluxInstances.length > 0 ? operatorAccess(namespace, false) : []
      return neededAccess(namespace, new Set(crds.map((crd) => crd.plural)), input.backupRecipients.length > 0, own)
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
