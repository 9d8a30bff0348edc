// Flags that the commands about keys share.
import { Flags } from '@oclif/core'
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

export const secretFlag = {
  secret: list('secret', 'Secret with age keys, namespace/name [default: every one that a Kustomization decrypts with]', 'ID'),
}

export const noClusterFlag = {
  cluster: Flags.boolean({
    description: 'ask the cluster as well; --no-cluster for files alone',
    allowNo: true,
    default: true,
    noCacheDefault: true,
  }),
}
