// The move, top to bottom. Up to the push git holds the old files, and everything can be taken back.
import type { Step } from '../../src/engine/model.ts'
import type { MovePlan } from './plan-schema.ts'
import { holdOwner, installOperator, record, takeover, writeInstance } from './steps/cluster.ts'
import { commit, push, writeFiles } from './steps/files.ts'
import { reconcile, report, sync, verify } from './steps/finish.ts'

export const moveSteps = ({ ownerLeaves }: MovePlan): Step<MovePlan>[] => [
  record,
  installOperator,
  ...(ownerLeaves ? [holdOwner] : []),
  writeInstance,
  takeover,
  writeFiles,
  commit,
  push,
  sync,
  reconcile,
  verify,
  report,
]
