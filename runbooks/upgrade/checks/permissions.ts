// Every verb that the plan needs, asked of the API server itself.
import { helmAccess, neededAccess, operatorAccess } from '../../../src/actions/access.ts'
import { mayDo } from '../../../src/actions/checks/permissions.ts'
import type { Check } from '../../../src/engine/model.ts'
import type { UpgradeInput } from '../input.ts'
import { clusterOf, repositoryOf, styleOf } from '../inspect.ts'
import { answers } from './results.ts'

export { neededAccess }

export const permissions: Check<UpgradeInput> = {
  id: 'permissions',
  title: 'you may do everything that the plan needs',
  severity: 'error',
  probe: async (ctx, input) => {
    return mayDo(ctx, answers, async () => {
      const cluster = await clusterOf(ctx)
      const { crds, fluxInstances } = cluster
      const { namespace } = ctx.target
      const style = styleOf(cluster, await repositoryOf(ctx, input))
      const own = style.style === 'helm' ? helmAccess(namespace) : fluxInstances.length > 0 ? operatorAccess(namespace, false) : []
      return neededAccess(namespace, new Set(crds.map((crd) => crd.plural)), input.backupRecipients.length > 0, own)
    })
  },
}
