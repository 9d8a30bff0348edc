// Everything that is asked before anything is written; each check has a paragraph in README.md.
import type { Check } from '../../src/engine/model.ts'
import { backupOpens, gitAnswers } from './checks/backup.ts'
import { clusterMeant, kubernetesFits, noOtherFlux, permissions, wayFree } from './checks/cluster.ts'
import type { RestoreInput } from './input.ts'

export const checks: readonly Check<RestoreInput>[] = [
  backupOpens,
  clusterMeant,
  noOtherFlux,
  kubernetesFits,
  wayFree,
  gitAnswers,
  permissions,
]
