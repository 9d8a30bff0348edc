// Flags of `credentials rotate`.
import * as Flags from '@oclif/core/flags'
import { usageError } from '../../errors.ts'
import { ALGORITHMS } from '../../ssh/generate.ts'
import { plainText, repoFlag } from '../flags.ts'

const text = (flag: string) => async (value: string) => plainText(value, flag)

const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/

/** `NAMESPACE/NAME`, or a name in the namespace of Flux. */
const object = (flag: string) => async (value: string) => {
  const parts = plainText(value, flag).split('/')
  if (parts.length <= 2 && parts.every((part) => NAME.test(part))) return value
  throw usageError('flag-invalid', `--${flag} "${value}" is no name of an object`, `--${flag} NAMESPACE/NAME`)
}

const variable = (flag: string) => async (value: string) => {
  if (/^[A-Za-z_][A-Za-z0-9_]{0,255}$/.test(plainText(value, flag))) return value
  throw usageError(
    'flag-invalid',
    `--${flag} takes the name of a variable, and not what it holds`,
    'if it was the secret itself: it now stands in your shell history',
  )
}

export const rotateFlags = {
  ...repoFlag,
  source: Flags.string({
    description: 'GitRepository whose credentials are meant [default: the one that the first Kustomization follows]',
    helpValue: 'NAMESPACE/NAME',
    exclusive: ['secret'],
    parse: object('source'),
  }),
  secret: Flags.string({ description: 'Secret that holds them', helpValue: 'NAMESPACE/NAME', parse: object('secret') }),
  generate: Flags.string({
    description: 'make a new SSH key [default: of the algorithm of the old one]',
    options: [...ALGORITHMS],
    exclusive: ['key-file', 'token-env', 'token-file'],
  }),
  'key-file': Flags.string({
    description: 'take this private SSH key',
    helpValue: 'FILE',
    exclusive: ['token-env', 'token-file'],
    parse: text('key-file'),
  }),
  'passphrase-env': Flags.string({
    description: 'variable with the passphrase of that key',
    helpValue: 'VAR',
    dependsOn: ['key-file'],
    parse: variable('passphrase-env'),
  }),
  'token-env': Flags.string({
    description: 'variable with the new token or password',
    helpValue: 'VAR',
    exclusive: ['token-file'],
    parse: variable('token-env'),
  }),
  'token-file': Flags.string({ description: 'file with it', helpValue: 'FILE', parse: text('token-file') }),
  username: Flags.string({
    description: 'user name that goes with the token [default: the old one]',
    helpValue: 'NAME',
    parse: text('username'),
  }),
  'keep-old': Flags.boolean({ description: 'leave the old one at the server; the run ends without asking for its removal' }),
  timeout: Flags.integer({ description: 'seconds that any one wait may take', default: 300, min: 10, max: 7200, helpValue: 'SECONDS' }),
}

export interface RotateFlagValues {
  readonly repo: string
  readonly source?: string | undefined
  readonly secret?: string | undefined
  readonly generate?: string | undefined
  readonly 'key-file'?: string | undefined
  readonly 'passphrase-env'?: string | undefined
  readonly 'token-env'?: string | undefined
  readonly 'token-file'?: string | undefined
  readonly username?: string | undefined
  readonly 'keep-old': boolean
  readonly timeout: number
}
