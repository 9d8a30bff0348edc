// The runbook input that the flags of `credentials rotate` make: where secrets are, and none of them.
import { resolve } from 'node:path'
import { usageError } from '../../errors.ts'
import type { RotateFlagValues } from './rotate-flags.ts'

type Env = Readonly<Record<string, string | undefined>>

/** Not repeated: what was typed may be the secret itself, and a run would write it down. */
function isSet(env: Env, flag: string, name: string | undefined): void {
  if (name === undefined || (env[name] ?? '') !== '') return
  throw usageError(
    'variable-empty',
    `--${flag} names a variable that is not set`,
    `export NAME=…   and  --${flag} NAME`,
    'if it was the secret itself: it now stands in your shell history',
  )
}

function nextOf(flags: RotateFlagValues): object | undefined {
  const { generate, 'key-file': keyFile, 'passphrase-env': passphraseEnv, 'token-env': env, 'token-file': file, username } = flags
  if (env !== undefined || file !== undefined)
    return { how: 'token', env: env ?? null, file: file === undefined ? null : resolve(file), username: username ?? null }
  if (username !== undefined) throw usageError('flag-invalid', '--username goes with a token', '--token-env VAR, or --token-file FILE')
  if (keyFile !== undefined) return { how: 'key-file', path: resolve(keyFile), passphraseEnv: passphraseEnv ?? null }
  return generate === undefined ? undefined : { how: 'generate', algorithm: generate }
}

const idIn = (namespace: string, name: string): string => (name.includes('/') ? name : `${namespace}/${name}`)

/** `repoNamed`: somebody has typed --repo or set it in the environment. Throws OpsError (usage) `flag-invalid`, `variable-empty`. */
export function rotateInput(
  flags: RotateFlagValues,
  given: { readonly namespace: string; readonly repoNamed: boolean; readonly env: Env },
): object {
  isSet(given.env, 'token-env', flags['token-env'])
  isSet(given.env, 'passphrase-env', flags['passphrase-env'])
  const next = nextOf(flags)
  return {
    ...(flags.source !== undefined && { source: idIn(given.namespace, flags.source) }),
    ...(flags.secret !== undefined && { secret: idIn(given.namespace, flags.secret) }),
    repo: resolve(flags.repo),
    repoNamed: given.repoNamed,
    ...(next !== undefined && { next }),
    keepOld: flags['keep-old'],
    timeoutSeconds: flags.timeout,
  }
}
