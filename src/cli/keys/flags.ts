// Flags that the commands about keys share.
import * as Flags from '@oclif/core/flags'
import { usageError } from '../../errors.ts'
import { plainText } from '../flags.ts'

const text = (flag: string) => async (value: string) => plainText(value, flag)

export const list = (flag: string, description: string, helpValue: string) =>
  Flags.string({ description, helpValue, multiple: true, multipleNonGreedy: true, parse: text(flag) })

export const repositoryFlag = {
  repo: Flags.string({
    description: 'folder in the clone of the repository [default: the current folder]',
    env: 'FLUX_OPS_REPO',
    helpValue: 'DIR',
    default: '.',
    noCacheDefault: true,
    parse: text('repo'),
  }),
}

export const backupFlags = {
  identity: list('identity', 'key file that opens the backup: age identities or an SSH private key', 'FILE'),
  'passphrase-file': Flags.string({
    description: 'file whose one line is the passphrase, - for standard input [default: asked on the terminal]',
    helpValue: 'FILE',
    parse: text('passphrase-file'),
  }),
}

const NAME = '[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?'
const ID = new RegExp(`^${NAME}/${NAME}$`)

/** For flags that name a Secret. */
export const secretId = async (value: string): Promise<string> => {
  if (ID.test(value)) return value
  throw usageError('secret-unfit', '--secret names no Secret', 'namespace/name, as in --secret flux-system/sops-age')
}

export const secretFlag = {
  secret: Flags.string({
    description: 'Secret with age keys, namespace/name [default: every one that a Kustomization decrypts with]',
    helpValue: 'ID',
    multiple: true,
    multipleNonGreedy: true,
    parse: secretId,
  }),
}

export const noClusterFlag = {
  cluster: Flags.boolean({
    description: 'ask the cluster as well; --no-cluster for files alone',
    allowNo: true,
    default: true,
    noCacheDefault: true,
  }),
}
