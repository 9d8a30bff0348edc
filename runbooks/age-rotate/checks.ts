// Everything that is asked before a key is made; each check has a paragraph in README.md.
import type { Check } from '../../src/engine/model.ts'
import {
  allHere,
  decryptingReady,
  noneSuspended,
  noOtherRotation,
  notPassedOver,
  oldKeyKnown,
  permissions,
  secretsOurs,
} from './checks/cluster.ts'
import { filesOpen, onlyThisCluster, othersTold, rulesEditable, sopsThere } from './checks/files.ts'
import { backupPossible, postQuantumRead } from './checks/new-key.ts'
import { pushAllowed, repositoryBranch, repositoryClean, repositoryFound, repositoryPushed } from './checks/repository.ts'
import type { RotateInput } from './input.ts'

export const checks: readonly Check<RotateInput>[] = [
  repositoryFound,
  oldKeyKnown,
  postQuantumRead,
  repositoryClean,
  repositoryBranch,
  repositoryPushed,
  pushAllowed,
  filesOpen,
  rulesEditable,
  sopsThere,
  onlyThisCluster,
  othersTold,
  allHere,
  secretsOurs,
  noOtherRotation,
  decryptingReady,
  noneSuspended,
  notPassedOver,
  backupPossible,
  permissions,
]
