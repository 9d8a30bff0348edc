// `restore`: finds the namespace of Flux in the backup, and drives the runbook.
import { resolve } from 'node:path'
import { usageError } from '../../errors.ts'
import type { Invocation } from '../invocation.ts'
import { loadRunbook } from '../load-runbook.ts'
import type { RunFlags } from '../run-flags.ts'
import type { RunReport } from '../run-report.ts'
import { startRun } from '../run-runbook.ts'

export interface RestoreFlags {
  readonly backup: string
  readonly identity?: readonly string[] | undefined
  readonly 'passphrase-env'?: string | undefined
  readonly 'wait-for-data'?: boolean | undefined
  readonly timeout: number
}

/** Throws OpsError (usage) `opener-missing`, `opener-several`. */
export async function startRestore(invocation: Invocation, given: RestoreFlags, flags: RunFlags): Promise<RunReport> {
  const { identity = [], 'passphrase-env': passphraseEnv } = given
  if (identity.length > 0 && passphraseEnv !== undefined)
    throw usageError(
      'opener-several',
      '--identity and --passphrase-env cannot be used together',
      'a backup is sealed to keys, or to a passphrase',
    )
  if (identity.length === 0 && passphraseEnv === undefined)
    throw usageError(
      'opener-missing',
      'nothing says what opens the backup',
      '--identity FILE',
      '--passphrase-env NAME, where it is sealed to a passphrase',
    )
  const input = {
    backup: resolve(given.backup),
    identities: identity.map((path) => resolve(path)),
    passphraseEnv: passphraseEnv ?? null,
    waitForData: given['wait-for-data'] === true,
    timeoutSeconds: given.timeout,
  }
  const driven = await startRun(invocation, { runbook: await loadRunbook('restore'), input, flags })
  return driven.report
}
