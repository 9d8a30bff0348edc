// The bootstrap, top to bottom: secrets before Flux, Flux before what it follows.
import type { Step } from '../../src/engine/model.ts'
import type { BootstrapPlan } from './plan-schema.ts'
import { ageKeyStep, keyBackupStep } from './steps/age-key.ts'
import { gitSecretStep } from './steps/git-secret.ts'
import { installStep, rolloutStep, syncStep } from './steps/install.ts'
import { namespaceStep } from './steps/namespace.ts'
import { instanceStep, operatorStep } from './steps/operator.ts'
import { commitStep, filesStep, pushStep } from './steps/repository.ts'
import { secretsStep } from './steps/secrets.ts'
import { layersStep, verifyStep } from './steps/verify.ts'

export const bootstrapSteps = ({ file }: BootstrapPlan): Step<BootstrapPlan>[] => [
  namespaceStep,
  ...(file.sops === undefined ? [] : [ageKeyStep, keyBackupStep]),
  gitSecretStep,
  ...(file.secrets.length === 0 ? [] : [secretsStep]),
  filesStep,
  commitStep,
  pushStep,
  ...(file.flux.style === 'operator' ? [operatorStep, instanceStep] : [installStep, syncStep]),
  rolloutStep,
  layersStep,
  verifyStep,
]
