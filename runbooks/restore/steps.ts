// The restore, top to bottom: secrets before Flux, everything held before the controllers run, and then layer by layer.
import type { Step } from '../../src/engine/model.ts'
import type { RestorePlan } from './plan-schema.ts'
import { dataStep, layersStep, letGoStep } from './steps/let-go.ts'
import { appliedStep, controllersStep, crdsStep, namespacesStep, objectsStep, rolloutStep, secretsStep, systemStep } from './steps/parts.ts'
import { verifyStep } from './steps/verify.ts'

export const restoreSteps = (plan: RestorePlan): Step<RestorePlan>[] => [
  namespacesStep,
  secretsStep,
  crdsStep,
  systemStep,
  objectsStep,
  ...((plan.made.applied ?? []).length === 0 ? [] : [appliedStep]),
  controllersStep,
  rolloutStep,
  ...(plan.input.waitForData ? [dataStep] : []),
  letGoStep,
  layersStep,
  verifyStep,
]
