// Everything that is asked before anything is written; each check has a paragraph in README.md.
import type { Check } from '../../src/engine/model.ts'
import { clusterMeant, kubernetesFits, permissions, releaseKnown, storageClass } from './checks/cluster.ts'
import { ageKeyAgrees, backupPossible, sealedFilesOpen } from './checks/keys.ts'
import { operatorFound, operatorKnows } from './checks/operator.ts'
import { cloneFits, componentsKept, forgeReady, pathFree, pushAllowed } from './checks/repository.ts'
import { pullSecret, secretsOpen } from './checks/secrets.ts'
import { gitSecretFree, noOtherFlux } from './checks/standing.ts'
import { toolsPresent } from './checks/tools.ts'
import type { BootstrapInput } from './input.ts'

export const checks: readonly Check<BootstrapInput>[] = [
  clusterMeant,
  noOtherFlux,
  releaseKnown,
  operatorKnows,
  operatorFound,
  kubernetesFits,
  storageClass,
  toolsPresent,
  cloneFits,
  pathFree,
  componentsKept,
  pushAllowed,
  forgeReady,
  gitSecretFree,
  ageKeyAgrees,
  sealedFilesOpen,
  secretsOpen,
  pullSecret,
  backupPossible,
  permissions,
]
