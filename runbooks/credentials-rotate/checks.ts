// Everything that is asked before anything is made; each check has a paragraph in README.md.
import type { Check } from '../../src/engine/model.ts'
import { permissions } from './checks/permissions.ts'
import { copiesKnown, copiesOpen, pushAllowed, repositoryClean, repositoryPushed } from './checks/repository.ts'
import { gitAlone, noneSuspended, noOtherRotation, secretKnown, secretOurs, sourcesReady } from './checks/secret.ts'
import { hostKeysPinned, newCredential, serverReached } from './checks/servers.ts'
import type { CredentialsInput } from './input.ts'

export const checks: readonly Check<CredentialsInput>[] = [
  secretKnown,
  gitAlone,
  secretOurs,
  noOtherRotation,
  copiesKnown,
  copiesOpen,
  repositoryClean,
  repositoryPushed,
  pushAllowed,
  sourcesReady,
  noneSuspended,
  hostKeysPinned,
  serverReached,
  newCredential,
  permissions,
]
