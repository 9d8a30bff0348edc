import { backUp, backupHolds } from '../../../src/actions/backup.ts'
import { OLD_MANIFESTS, renderLines } from '../../../src/actions/render.ts'
import type { WriteStep } from '../../../src/engine/model.ts'
import type { UpgradePlan } from '../plan-schema.ts'

export const backup: WriteStep<UpgradePlan> = {
  kind: 'write',
  id: 'backup',
  title: 'back up what Flux has in the cluster',
  why: 'the rollback needs the manifests that run now, and a person may need any object as it was',
  preview: ({ plan }) => [
    `write every Flux object, the CRDs and namespace ${plan.namespace} to <run>/backup`,
    ...(plan.secrets
      ? [`age --encrypt --armor ${plan.recipients.map((each) => `--recipient ${each}`).join(' ')} > <run>/backup/secrets.json.age`]
      : []),
    ...renderLines(plan.installation, OLD_MANIFESTS),
  ],
  isDone: (ctx) => backupHolds(ctx),
  run: async (ctx, { plan }) => {
    const { repo, installation, recipients } = plan
    const index = await backUp(ctx, { repo, installation, version: plan.from, recipients })
    return { objects: index.objects, crds: index.crds, secrets: index.secrets, commit: index.commit, files: index.files }
  },
}
