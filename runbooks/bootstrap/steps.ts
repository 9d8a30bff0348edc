// The bootstrap, top to bottom: secrets before Flux, Flux before what it follows.
import { proposed } from '../../src/actions/proposal-steps.ts'
import type { Step } from '../../src/engine/model.ts'
import { fluxBootstrapStep } from './forge/bootstrap.ts'
import { deployKeyStep, repositoryStep } from './forge/repository.ts'
import { pathsOf } from './plan-facts.ts'
import type { BootstrapPlan } from './plan-schema.ts'
import { byHand } from './publishing/by-hand.ts'
import { proposing } from './publishing/proposing.ts'
import { reached } from './reach.ts'
import { ageKeyStep, keyBackupStep } from './steps/age-key.ts'
import { gitSecretStep, keyRegisteredStep } from './steps/git-secret.ts'
import { installStep, rolloutStep, syncStep } from './steps/install.ts'
import { namespaceStep } from './steps/namespace.ts'
import { instanceStep, operatorStep } from './steps/operator.ts'
import { commitStep, filesStep, pushStep } from './steps/repository.ts'
import { secretsStep } from './steps/secrets.ts'
import { layersStep, verifyStep } from './steps/verify.ts'

/** Who lets the key in. */
function registration({ forFlux, forge }: BootstrapPlan): Step<BootstrapPlan>[] {
  if (forge !== null) return forFlux?.how === 'token' ? [] : [deployKeyStep]
  return forFlux?.how === 'generate' ? [keyRegisteredStep] : []
}

/** How Flux gets into the cluster once the branch has it. */
function installed({ forge, file }: BootstrapPlan): Step<BootstrapPlan>[] {
  if (file.flux.style === 'operator') return [operatorStep, instanceStep]
  return forge === null ? [installStep, syncStep] : [fluxBootstrapStep]
}

const pushedSteps = (plan: BootstrapPlan): Step<BootstrapPlan>[] => [
  namespaceStep,
  ...(plan.file.sops === undefined ? [] : [ageKeyStep, keyBackupStep]),
  ...(plan.forge === null ? [] : [repositoryStep]),
  gitSecretStep,
  ...registration(plan),
  ...(plan.file.secrets.length === 0 ? [] : [secretsStep]),
  filesStep,
  commitStep,
  pushStep,
  ...installed(plan),
  rolloutStep,
  layersStep,
  verifyStep,
]

export function bootstrapSteps(plan: BootstrapPlan): Step<BootstrapPlan>[] {
  const steps = pushedSteps(plan)
  const { publish } = plan.file.git
  if (publish === 'push' || pathsOf(plan).length === 0) return steps
  return (publish === 'pr' ? proposed(steps, { edits: ['files', 'commit'], push: 'push' }, proposing) : byHand(steps)).map(reached)
}
