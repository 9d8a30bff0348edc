// Every rule about keys, in the order in which one is asked; each has a paragraph of its own in runbooks/audit-keys/README.md.
import { decryptionConfigured } from './decryption-configured.ts'
import { keyGroupsAsRuled } from './key-groups-as-ruled.ts'
import { keyNotSealedToItself } from './key-not-sealed-to-itself.ts'
import { clusterOpensFiles, decryptionSecretExists, keyEntriesRead } from './key-secrets.ts'
import { macsHold } from './macs-hold.ts'
import { namesReadable } from './names-readable.ts'
import { noPrivateKey } from './no-private-key.ts'
import { postQuantumSupported } from './post-quantum-supported.ts'
import { recipientsAsRuled } from './recipients-as-ruled.ts'
import { ruleOrder } from './rule-order.ts'
import { rulePathsGiven } from './rule-paths-given.ts'
import { rulesPresent } from './rules-present.ts'
import { rulesReadable } from './rules-readable.ts'
import { rulesUsed } from './rules-used.ts'
import { sealedFilesRuled } from './sealed-files-ruled.ts'
import { noConflictInSealed, sealedFilesWhole } from './sealed-files-whole.ts'
import { sealedObjectsAddressable, sealedValues } from './sealed-values.ts'
import { secondWayIn } from './second-way-in.ts'
import { secretsSealed } from './secrets-sealed.ts'
import type { KeysRule } from './world.ts'

export const KEYS_RULES: readonly KeysRule[] = [
  noPrivateKey,
  secretsSealed,
  sealedValues,
  keyNotSealedToItself,
  sealedFilesWhole,
  noConflictInSealed,
  macsHold,
  sealedObjectsAddressable,
  rulesPresent,
  rulesReadable,
  recipientsAsRuled,
  keyGroupsAsRuled,
  sealedFilesRuled,
  ruleOrder,
  rulesUsed,
  rulePathsGiven,
  secondWayIn,
  namesReadable,
  postQuantumSupported,
  decryptionConfigured,
  decryptionSecretExists,
  keyEntriesRead,
  clusterOpensFiles,
]
