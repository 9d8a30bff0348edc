// Credentials for one remote, given to git without a file that holds them and without an argument that shows them.
import type { GitAccess } from '../ports/git.ts'
import { Secret } from '../ports/secret.ts'

export interface AccessArguments {
  /** Stand before the command of git. */
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | Secret>>
}

const HEADER = 'FLUX_OPS_GIT_HEADER'

/** git gives GIT_SSH_COMMAND to a shell. */
const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`

/** ssh takes a list of files in this option: a blank in a name needs quotes of its own. */
const hosts = (path: string): string => `UserKnownHostsFile="${path}"`

const pinned = (knownHostsFile: string): string[] => [
  'StrictHostKeyChecking=yes',
  'GlobalKnownHostsFile=none',
  hosts(knownHostsFile),
  'ConnectTimeout=20',
]

const asOption = (option: string): string[] => ['-o', quoted(option)]

function overSsh({ keyFile, knownHostsFile, unlock }: GitAccess & { how: 'ssh' }): AccessArguments {
  const options = [
    'IdentitiesOnly=yes',
    // A key of the agent could let us in where that of the file would not.
    'IdentityAgent=none',
    ...pinned(knownHostsFile),
    ...(unlock === undefined ? ['BatchMode=yes'] : ['NumberOfPasswordPrompts=1', 'PasswordAuthentication=no']),
  ]
  const command = ['ssh', ...options.flatMap(asOption), '-i', quoted(keyFile)].join(' ')
  const asking =
    unlock === undefined ? {} : { SSH_ASKPASS: unlock.program, SSH_ASKPASS_REQUIRE: 'force', FLUX_OPS_ASKPASS: unlock.passphrase }
  return { args: [], env: { GIT_SSH_COMMAND: command, ...asking } }
}

const withOwnKeys = ({ knownHostsFile }: GitAccess & { how: 'own' }): AccessArguments => ({
  args: [],
  env: { GIT_SSH_COMMAND: ['ssh', ...[...pinned(knownHostsFile), 'BatchMode=yes'].flatMap(asOption)].join(' ') },
})

function byToken({ origin, username, token, bearer, caFile }: GitAccess & { how: 'token' }): AccessArguments {
  const value = bearer ? `Bearer ${token.reveal()}` : `Basic ${Buffer.from(`${username}:${token.reveal()}`).toString('base64')}`
  return {
    // A helper of the person's own would be asked where this token is refused.
    args: [
      '-c',
      'credential.helper=',
      `--config-env=http.${origin}/.extraHeader=${HEADER}`,
      ...(caFile === undefined ? [] : ['-c', `http.${origin}/.sslCAInfo=${caFile}`]),
    ],
    env: { [HEADER]: new Secret(`Authorization: ${value}`) },
  }
}

export function accessOf(access: GitAccess): AccessArguments {
  if (access.how === 'own') return withOwnKeys(access)
  return access.how === 'ssh' ? overSsh(access) : byToken(access)
}
