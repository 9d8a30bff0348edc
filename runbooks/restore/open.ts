// The backup of a run, opened. What it holds is in memory, once for all steps; in plan and journal there are names.
import { openInstallation } from '../../src/actions/installation-backup/file.ts'
import { once } from '../../src/actions/once.ts'
import { refusal, usageError } from '../../src/errors.ts'
import type { Content } from '../../src/flux/installation/content.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import type { Secret } from '../../src/ports/secret.ts'
import type { RestoreInput } from './input.ts'
import type { RestorePlan } from './plan-schema.ts'

export interface Opened {
  readonly content: Content
  /** Hex, of the sealed file. */
  readonly sha256: string
}

async function passphrase({ env }: Pick<ReadContext, 'env'>, { backup, passphraseEnv }: RestoreInput): Promise<Secret> {
  if (passphraseEnv === null)
    throw usageError(
      'passphrase-needed',
      `${backup} is sealed to a passphrase`,
      'name the variable that holds it: --passphrase-env BACKUP_PASSPHRASE',
    )
  const secret = env.secret(passphraseEnv)
  if (secret !== undefined) return secret
  throw usageError(
    'variable-empty',
    `${passphraseEnv} is not set: it holds the passphrase of the backup`,
    `export ${passphraseEnv}=…   and the same command again`,
  )
}

/** Throws OpsError (usage) of a file that does not open or is none. */
export const opened = (ctx: ReadContext, input: RestoreInput): Promise<Opened> =>
  once(ctx.kube, `installation ${input.backup}`, () =>
    openInstallation(ctx, input.backup, { identities: input.identities, passphrase: () => passphrase(ctx, input) }),
  )

/** Throws OpsError (refused) `backup-changed`. */
export async function contentOf(ctx: ReadContext, { input, sha256 }: RestorePlan): Promise<Content> {
  const found = await opened(ctx, input)
  if (found.sha256 === sha256) return found.content
  throw refusal(
    'backup-changed',
    `${input.backup} is another file than when the plan was made`,
    'put the one that the plan was made from back, then:  flux-ops runs resume',
  )
}
