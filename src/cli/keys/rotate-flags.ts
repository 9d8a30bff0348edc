// Flags of `age rotate`.
import * as Flags from '@oclif/core/flags'
import { OpsError, usageError } from '../../errors.ts'
import { plainText, repoFlag } from '../flags.ts'
import { list } from './flags.ts'

const RECIPIENT = /^age1[0-9a-z]+$/

export const rotateFlags = {
  ...repoFlag,
  key: Flags.string({
    description: 'recipient of the key to be replaced [default: the one that files of the repository are sealed to]',
    helpValue: 'age1…',
    parse: async (value) => {
      if (/age-(secret-key|plugin)-/i.test(value))
        throw new OpsError({
          code: 'recipient-is-a-key',
          message: '--key was given a secret key; a public one (age1…) is needed',
          hints: ['it now stands in your shell history: age-keygen -y FILE prints the public key'],
          exit: 'usage',
        })
      if (!RECIPIENT.test(plainText(value, 'key')))
        throw usageError('flag-invalid', `--key "${value}" is no recipient of age`, 'without --key it is told which can be meant')
      return value
    },
  }),
  out: Flags.string({ description: 'folder for the backup of the new key; made where it is not there', helpValue: 'DIR', required: true }),
  to: list('to', 'recipient that opens the backup: age1…, an SSH public key, one of a plugin', 'RECIPIENT'),
  'recipients-file': list('recipients-file', 'file of recipients, one a line', 'FILE'),
  identity: list(
    'identity',
    'key file that opens the backup: with it the backup is opened again before anything is sealed to the key',
    'FILE',
  ),
  'passphrase-file': Flags.string({
    description: 'seal the backup to the passphrase in this file',
    helpValue: 'FILE',
    parse: async (value) => plainText(value, 'passphrase-file'),
  }),
  shares: Flags.string({ description: 'split the backup: any K of N shares recover', helpValue: 'K/N' }),
  sheet: Flags.boolean({ description: 'write a page to print beside each part of the backup' }),
  'post-quantum': Flags.boolean({
    description: 'make a post-quantum key; needs Flux 2.9, sops 3.12 and age 1.3 everywhere [default: of the kind of the old one]',
    allowNo: true,
  }),
  compromised: Flags.boolean({ description: 'the old key is in other hands: list every value that has to be replaced at its provider' }),
  'keep-old-until': Flags.string({
    description: 'leave the old key in the cluster until then; the run ends with exit 4 and "runs resume" finishes it',
    helpValue: 'DATE',
    exclusive: ['compromised'],
  }),
  timeout: Flags.integer({ description: 'seconds that any one wait may take', default: 600, min: 10, max: 7200, helpValue: 'SECONDS' }),
}

export interface RotateFlagValues {
  readonly repo: string
  readonly key?: string | undefined
  readonly out: string
  readonly to?: readonly string[] | undefined
  readonly 'recipients-file'?: readonly string[] | undefined
  readonly identity?: readonly string[] | undefined
  readonly 'passphrase-file'?: string | undefined
  readonly shares?: string | undefined
  readonly sheet: boolean
  readonly 'post-quantum'?: boolean | undefined
  readonly compromised: boolean
  readonly 'keep-old-until'?: string | undefined
  readonly timeout: number
}
