// Which keys of a backup a cluster gets: its own, and none that opens what is others'.
import { expect, test } from 'vitest'
import { setsFor } from '../../../../runbooks/bootstrap/given-key.ts'
import { OpsError } from '../../../../src/errors.ts'
import { Secret } from '../../../../src/ports/secret.ts'
import type { KeyBundle, KeySet } from '../../../../src/sops/keys/bundle.ts'

const ID = 'flux-system/sops-age'

const set = (source: KeySet['source'], ...recipients: string[]): KeySet => ({
  source,
  identities: recipients.map((recipient) => ({ kind: 'x25519', recipient, secret: new Secret(`key of ${recipient}`) })),
})

const secret = (namespace: string, name: string, entry = 'age.agekey') => ({ kind: 'secret', namespace, name, entry }) as const

const OWN = set(secret('flux-system', 'sops-age'), 'age1own')
const OWN_OLD = set(secret('flux-system', 'sops-age', 'old.agekey'), 'age1old')
const TENANT = set(secret('tenant', 'sops-age'), 'age1tenant')
const OTHER_NAME = set(secret('flux-system', 'keys'), 'age1keys')
const FILE = set({ kind: 'file', name: 'keys.txt' }, 'age1file', 'age1file-old')

function chosen(sets: readonly KeySet[], recipient?: string): readonly (string | undefined)[] | string {
  const bundle: KeyBundle = { cluster: undefined, taken: undefined, sets }
  try {
    return setsFor(bundle, { id: ID, recipient, from: 'prod.age' }).flatMap(({ identities }) => identities.map((one) => one.recipient))
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    return error.code
  }
}

test.each<[string, readonly KeySet[], string | undefined, readonly string[] | string]>([
  ['all that was in its own Secret, and nothing of others', [TENANT, OWN, OWN_OLD, FILE], undefined, ['age1own', 'age1old']],
  ['all that was in its own Secret where the file names one of them', [OWN, OWN_OLD, TENANT], 'age1old', ['age1own', 'age1old']],
  ['the key that the file names where it was in another Secret', [OWN, OTHER_NAME, TENANT], 'age1keys', ['age1keys']],
  ['the one key that there is, wherever it was', [OTHER_NAME], undefined, ['age1keys']],
  ['all of a key file, as it gets them from one that is named', [FILE], undefined, ['age1file', 'age1file-old']],
  ['all of a key file that has the key which the file names', [TENANT, FILE], 'age1file', ['age1file', 'age1file-old']],
  ['none of several that nothing tells apart', [TENANT, OTHER_NAME], undefined, 'backup-several-keys'],
  ['no key of a key file where others were in Secrets', [TENANT, FILE], undefined, 'backup-several-keys'],
  ['nothing where the key that the file names is not there', [OWN, TENANT], 'age1nobody', 'key-missing'],
  ['nothing of a Secret that held none', [set(secret('flux-system', 'sops-age')), OTHER_NAME], undefined, ['age1keys']],
])('of a backup a cluster gets %s', (_what, sets, recipient, expected) => {
  expect(chosen(sets, recipient)).toEqual(expected)
})
