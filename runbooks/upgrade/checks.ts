// The whole safety net on one screen. Gates first: what comes after one could not be answered without it.
import type { Check } from '../../src/engine/model.ts'
import { backupRecipients, secretsBackedUp } from './checks/backup.ts'
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
import { controllerFlagsKnown, featureGatesKnown } from './checks/controllers.ts'
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
import { noForceOverCrds, staleManagedFields, storedVersions, targetKnown } from './checks/target.ts'
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
  controllersHealthy,
  syncNotSuspended,
  objectsReady,
  suspendedObjects,
  storedVersions,
  stopsExportable,
  staleManagedFields,
  controllerFlagsKnown,
  featureGatesKnown,
  patchesApply,
  repositoryClean,
  repositoryBranch,
  repositoryPushed,
  repositoryApplied,
  pinsFound,
  removedApiMigratable,
  noManifestOnRemovedApi,
  noRenderedRemovedApi,
  strictSubstitution,
  substitutionSeen,
  backupRecipients,
  secretsBackedUp,
]

export const checks: readonly Check<UpgradeInput>[] = asked.map(forPullRequests)
