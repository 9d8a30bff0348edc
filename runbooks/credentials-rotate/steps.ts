// The rotation, top to bottom: at no moment Flux has a credential that the server does not take.
import type { Step } from '../../src/engine/model.ts'
import type { CredentialsPlan } from './plan-schema.ts'
import { newCredential, swapStep } from './steps/credential.ts'
import { cleanUp, prove, proveAgain, report } from './steps/finish.ts'
import { applyStep, commitStep, pushStep, writeStep } from './steps/sealed.ts'
import { oldRemoved, registered } from './steps/server.ts'

export const credentialSteps = ({ sealed, managedBy, keepOld }: CredentialsPlan): Step<CredentialsPlan>[] => [
  newCredential,
  registered,
  ...(sealed === null ? [] : [writeStep, commitStep, pushStep]),
  ...(managedBy === null ? [] : [applyStep]),
  swapStep,
  prove,
  ...(keepOld ? [] : [oldRemoved, proveAgain]),
  cleanUp,
  report,
]
