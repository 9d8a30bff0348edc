// Everything that is asked before the operator comes; each check has a paragraph in README.md.
import type { Check } from '../../src/engine/model.ts'
import {
  clusterReachable,
  controllersHealthy,
  fluxInstalled,
  helmThere,
  nobodyMidway,
  notThereYet,
  objectsReady,
  ownerReady,
  syncNotSuspended,
} from './checks/cluster.ts'
import {
  chartThere,
  monitorsPossible,
  nothingLost,
  operatorKnows,
  permissions,
  settingsCarried,
  settingsPossible,
} from './checks/operator.ts'
import {
  pushAllowed,
  repositoryApplied,
  repositoryBranch,
  repositoryClean,
  repositoryFound,
  repositoryPushed,
  styleMovable,
} from './checks/repository.ts'
import type { MoveInput } from './input.ts'

export const checks: readonly Check<MoveInput>[] = [
  clusterReachable,
  fluxInstalled,
  notThereYet,
  repositoryFound,
  styleMovable,
  repositoryClean,
  repositoryBranch,
  repositoryPushed,
  repositoryApplied,
  pushAllowed,
  controllersHealthy,
  ownerReady,
  syncNotSuspended,
  nobodyMidway,
  helmThere,
  operatorKnows,
  chartThere,
  monitorsPossible,
  settingsPossible,
  settingsCarried,
  nothingLost,
  objectsReady,
  permissions,
]
