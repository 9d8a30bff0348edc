// The whole safety net on one screen. Gates first: what comes after one could not be answered without it.
import type { Check } from '../../src/engine/model.ts'
import { ageKeyBackedUp } from './checks/age-backup.ts'
import { backupRecipients, secretsBackedUp } from './checks/backup.ts'
import { kubernetesAtStops, rollbackPossible } from './checks/chain.ts'
import {
  clusterReachable,
  controllersHealthy,
  crdsAndControllersAgree,
  fluxInstalled,
  kubernetesSupported,
  objectsReady,
  suspendedObjects,
  syncNotSuspended,
} from './checks/cluster.ts'
import { kindsHaveControllers, noCrdPruned, noObjectPruned } from './checks/components.ts'
import { controllerFlagsKnown, featureGatesKnown } from './checks/controllers.ts'
import { noDependencyCycle } from './checks/dependencies.ts'
import { factChecks } from './checks/facts.ts'
import { forgeReady } from './checks/forge.ts'
import { pushAllowed, sourceFetches } from './checks/git-access.ts'
import { chartHasTarget, helmReleaseSafe } from './checks/helm.ts'
import { distributionHasTarget, operatorNewEnough } from './checks/operator.ts'
import { oneApplier, thirdPartyFields } from './checks/ownership.ts'
import { patchesApply } from './checks/patches.ts'
import { permissions } from './checks/permissions.ts'
import { forPullRequests } from './checks/pull-request.ts'
import { noRenderedRemovedApi, strictSubstitution, substitutionSeen } from './checks/rendered.ts'
import {
  installStyleKnown,
  noManifestOnRemovedApi,
  pinsFound,
  removedApiMigratable,
  repositoryApplied,
  repositoryBranch,
  repositoryClean,
  repositoryFound,
  repositoryPushed,
} from './checks/repository.ts'
import { stopsExportable } from './checks/stops.ts'
import { liveReferences, noForceOverCrds, staleManagedFields, storedVersions, targetKnown } from './checks/target.ts'
import { toolsPresent } from './checks/tools.ts'
import type { UpgradeInput } from './input.ts'

const asked: readonly Check<UpgradeInput>[] = [
  clusterReachable,
  fluxInstalled,
  crdsAndControllersAgree,
  targetKnown,
  repositoryFound,
  installStyleKnown,
  noForceOverCrds,
  toolsPresent,
  permissions,
  kubernetesSupported,
  kubernetesAtStops,
  controllersHealthy,
  kindsHaveControllers,
  syncNotSuspended,
  objectsReady,
  suspendedObjects,
  noDependencyCycle,
  storedVersions,
  stopsExportable,
  rollbackPossible,
  noObjectPruned,
  noCrdPruned,
  liveReferences,
  staleManagedFields,
  controllerFlagsKnown,
  featureGatesKnown,
  patchesApply,
  thirdPartyFields,
  oneApplier,
  operatorNewEnough,
  distributionHasTarget,
  chartHasTarget,
  helmReleaseSafe,
  repositoryClean,
  repositoryBranch,
  repositoryPushed,
  repositoryApplied,
  sourceFetches,
  pushAllowed,
  pinsFound,
  removedApiMigratable,
  noManifestOnRemovedApi,
  noRenderedRemovedApi,
  strictSubstitution,
  substitutionSeen,
  forgeReady,
  backupRecipients,
  secretsBackedUp,
  ageKeyBackedUp,
  ...factChecks,
]

export const checks: readonly Check<UpgradeInput>[] = asked.map(forPullRequests)
