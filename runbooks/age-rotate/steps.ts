// The rotation, top to bottom. At no moment a file lies in git that the cluster cannot open, nor one that no backup opens.
import type { Step } from '../../src/engine/model.ts'
import type { RotatePlan } from './plan-schema.ts'
import { backUpStep } from './steps/back-up.ts'
import { keepOld, lastLook, reconcile, report, takeOut, verify } from './steps/finish.ts'
import { addKeyStep } from './steps/key.ts'
import { commitFiles, haveApplied, pushFiles, writeFiles } from './steps/phase.ts'
import { prove, proveCut } from './steps/prove.ts'

export const rotateSteps = ({ keepOldUntil }: RotatePlan): Step<RotatePlan>[] => [
  addKeyStep,
  backUpStep,
  writeFiles('add'),
  commitFiles('add'),
  pushFiles('add'),
  haveApplied('add'),
  prove,
  writeFiles('cut'),
  commitFiles('cut'),
  pushFiles('cut'),
  haveApplied('cut'),
  proveCut,
  ...(keepOldUntil === null ? [] : [keepOld(keepOldUntil)]),
  lastLook,
  takeOut,
  reconcile,
  verify,
  report,
]
