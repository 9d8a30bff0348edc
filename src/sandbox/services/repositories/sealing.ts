// The sandbox's own age key, and SOPS files sealed to it. Clear text and private key travel by standard input and by 0600 files only.
import { join } from 'node:path'
import { OpsError } from '../../../errors.ts'
import type { SandboxContext } from '../../contract.ts'
import { keptSecret } from '../kept-secret.ts'

export interface AgeKey {
  /** Absolute path of the 0600 key file: what SOPS_AGE_KEY_FILE names. */
  readonly file: string
  /** The text of the file. */
  readonly text: string
  /** `age1…` */
  readonly recipient: string
}

export const ageKeyFile = (ctx: SandboxContext): string => join(ctx.paths.secrets, 'age.agekey')

/** Made by `age-keygen` the first time. */
export async function ageKey(ctx: SandboxContext): Promise<AgeKey> {
  const file = ageKeyFile(ctx)
  const text = await keptSecret(file, async () => (await ctx.run('age-keygen', [])).stdout)
  const recipient = /^# public key: (age1[0-9a-z]+)$/m.exec(text)?.[1]
  if (recipient !== undefined) return { file, text, recipient }
  throw new OpsError({
    code: 'sandbox-age-key',
    message: `${file} does not name its public key`,
    hints: ['flux-ops sandbox down, then up'],
  })
}

/** The text of a SOPS file: only `data` and `stringData` are encrypted, as the repository's .sops.yaml says. */
export async function seal(ctx: SandboxContext, key: AgeKey, manifest: string): Promise<string> {
  // Without a file name sops reads standard input; the name only tells it the format.
  const args = ['encrypt', '--age', key.recipient, '--encrypted-regex', '^(data|stringData)$', '--filename-override', 'secret.sops.yaml']
  return (await ctx.run('sops', args, { stdin: manifest })).stdout
}

/** The clear text of a SOPS file of the sandbox. */
export async function open(ctx: SandboxContext, file: string): Promise<string> {
  return (await ctx.run('sops', ['--decrypt', file], { env: { SOPS_AGE_KEY_FILE: ageKeyFile(ctx) } })).stdout
}
