// A source whose credentials are not there, not whole, or not of the kind that its provider takes. As source-controller 1.7.3 and 1.9.1 say it: AuthenticationFailed
// `failed to get secret 'ns/name': secrets "name" not found`, `failed to configure authentication options: …`; InvalidProviderConfiguration.
import type { Fix } from '../finding.ts'
import { shellWord } from '../shell-word.ts'
import { type Case, explained, never, person, reconcile, type State } from './case.ts'

interface Way {
  readonly state: string
  readonly pattern: RegExp
  readonly says: (caught: string | undefined, found: Case) => string
  readonly fixes: (found: Case, caught: string | undefined) => readonly Fix[]
}

const KINDS = new Set(['GitRepository', 'OCIRepository', 'HelmRepository', 'HelmChart', 'Bucket', 'ImageRepository', 'ImagePolicy'])

const LACKING = /auth option: '([\w-]{1,40})' is required|requires '(username)' to be set/

const keysOf = ({ object }: Case): string[] => {
  const name = object.spec?.secretRef?.name
  const { namespace = '' } = object.metadata
  return typeof name === 'string' && name !== ''
    ? [`kubectl -n ${namespace} get secret ${shellWord(name)} -o go-template='{{range $k, $v := .data}}{{$k}}{{"\\n"}}{{end}}'`]
    : []
}

const WAYS: readonly Way[] = [
  {
    state: 'source-secret-missing',
    pattern: /secrets? "([^"]{1,253})" not found/i,
    says: (secret) => `the Secret ${secret} that it names is not there`,
    fixes: ({ object }, secret = '') => [
      person(
        'put it back from a backup, or make a new credential at the provider and put that in',
        `kubectl -n ${object.metadata.namespace} get secret ${shellWord(secret)}`,
      ),
      never('an empty one to get past it'),
    ],
  },
  {
    state: 'ssh-key-encrypted',
    // Flux 2.7.3 says no more than that it is empty.
    pattern:
      /bcrypt_pbkdf: empty password|decryption password incorrect|passphrase protected|private key is (?:passphrase|encrypted)|SSH identity key is encrypted/i,
    says: () => 'its ssh key has a passphrase, and the Secret has none that opens it',
    fixes: () => [person('put the passphrase into the Secret as password, or give it a key of its own without one')],
  },
  {
    state: 'source-provider',
    pattern: /^InvalidProviderConfiguration|github app data must be specified|does not match the registry|detected registry provider/im,
    says: () => 'spec.provider and what its Secret holds, or the address, do not belong together',
    fixes: () => [person('correct spec.provider, or the Secret, in git')],
  },
  {
    state: 'source-secret-incomplete',
    pattern:
      /auth option: '[\w-]{1,40}' is required|requires 'username' to be set|^AuthenticationFailed .{0,600}(?:failed to configure|invalid|missing|not found in secret)/im,
    says: (_caught, { said }) => {
      const key = LACKING.exec(said)
      return key === null ? 'its Secret does not have what is needed' : `its Secret lacks ${key[1] ?? key[2]}`
    },
    fixes: (found) => [person('see which keys it has, and add what is missing', ...keysOf(found))],
  },
]

export const sourceSecret: State = (found) => {
  if (!KINDS.has(found.object.kind)) return undefined
  for (const { state, pattern, says, fixes } of WAYS) {
    const match = pattern.exec(found.said)
    if (match === null) continue
    const caught = match[1]
    const again = reconcile('then let Flux fetch at once', found.object)
    return explained(found, { state, says: says(caught, found), fixes: [...fixes(found, caught), again] })
  }
  return undefined
}
