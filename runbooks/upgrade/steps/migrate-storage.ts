import { fluxMigrate, migrateByFlux } from '../../../src/actions/storage-migration/by-flux.ts'
import { migrateStorage as migrate } from '../../../src/actions/storage-migration/migrate.ts'
import { isStorageMigrated, migrationPatches } from '../../../src/actions/storage-migration.ts'
import type { WriteStep } from '../../../src/engine/model.ts'
import type { UpgradePlan } from '../plan-schema.ts'

const fluxLine = (plan: UpgradePlan): string => ['flux', '--context', plan.context, ...fluxMigrate(plan.timeoutMs).args].join(' ')

const base = {
  kind: 'write',
  isDone: (ctx) => isStorageMigrated(ctx),
  run: async (ctx, { plan }) => {
    const { objects, crds } = plan.migrateWith === 'flux' ? await migrateByFlux(ctx, plan.timeoutMs) : await migrate(ctx)
    return { objects, crds }
  },
} satisfies Partial<WriteStep<UpgradePlan>>

/** Before the push: a push alone lets Flux apply the new CRDs, and the API server would refuse them. */
export const migrateStorage: WriteStep<UpgradePlan> = {
  ...base,
  id: 'migrate-storage',
  title: 'rewrite what is stored in old API versions',
  why: 'the API server refuses the new CRDs while anything is stored in a version that they do not have',
  preview: ({ plan }) => (plan.migrateWith === 'flux' ? [fluxLine(plan)] : migrationPatches(plan.storage)),
}

/** Until the pushed commit arrives, manifests in old API versions are still applied and leave their mark in managedFields. */
export const leftovers: WriteStep<UpgradePlan> = {
  ...base,
  id: 'migrate-storage-after',
  title: 'rewrite what the old version left behind',
  why: 'objects that are stored or managed in an old API version block the next upgrade',
  preview: ({ plan }) =>
    plan.migrateWith === 'flux'
      ? [fluxLine(plan)]
      : ['patch every Flux object that is stored or managed in another version than its CRD stores, then set status.storedVersions'],
}
