// The new credential: made, or read from where a person has it.
import { type OpsError, usageError } from '../../src/errors.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import type { Secret } from '../../src/ports/secret.ts'
import { algorithmLike, generateSshKey } from '../../src/ssh/generate.ts'
import { readPrivateKey } from '../../src/ssh/private-key.ts'
import { publicLine } from '../../src/ssh/public-key.ts'
import { clear, type Data, encoded, type Kind, publicKeyOf } from './credential.ts'
import type { Next } from './input.ts'

type Reader = Pick<ReadContext, 'files' | 'env'>

function variable({ env }: Pick<ReadContext, 'env'>, name: string, what: string): Secret {
  const value = env.secret(name)
  if (value !== undefined) return value
  throw usageError('variable-empty', `${name} is not set: it holds ${what}`, `export ${name}=…   and the same command again`)
}

async function tokenOf(ctx: Reader, next: Next & { how: 'token' }): Promise<string> {
  const from = next.env ?? next.file ?? ''
  const text = (next.env === null ? await ctx.files.readText(from) : variable(ctx, from, 'the new token').reveal()).trim()
  if (text === '' || /\s/.test(text)) throw usageError('token-empty', `${from} does not hold a token`, 'one line, and nothing else in it')
  return text
}

const noKey = (path: string): OpsError =>
  usageError(
    'key-invalid',
    `${path} holds no private key that git servers take, or its passphrase does not fit`,
    'name the key, and not its .pub',
    'a locked one:  --passphrase-env VAR',
  )

async function fromFile(ctx: Reader, next: Next & { how: 'key-file' }, comment: string): Promise<Data> {
  const passphrase = next.passphraseEnv === null ? undefined : variable(ctx, next.passphraseEnv, 'the passphrase of the new key').reveal()
  const text = await ctx.files.readText(next.path)
  const key = readPrivateKey(text, passphrase)
  if (key === undefined || (key.key === undefined && passphrase === undefined)) throw noKey(next.path)
  return {
    identity: encoded(text.endsWith('\n') ? text : `${text}\n`),
    'identity.pub': encoded(`${publicLine(key.public, comment)}\n`),
    ...(passphrase !== undefined && { password: encoded(passphrase) }),
  }
}

function made(next: Next & { how: 'generate' }, old: Data, comment: string): Data {
  const before = publicKeyOf(old)
  const key = generateSshKey(next.algorithm ?? (before === undefined ? 'ed25519' : algorithmLike(before)))
  return { identity: encoded(key.pem), 'identity.pub': encoded(`${publicLine(key.public, comment)}\n`) }
}

/** `old`: all entries of the Secret. Throws OpsError (usage) `variable-empty`, `token-empty`, `key-invalid`, and those of a file that cannot be read. */
export async function nextCredential(
  ctx: Reader,
  { kind, next, old }: { kind: Kind; next: Next; old: Data },
  comment: string,
): Promise<Data> {
  if (next.how === 'generate') return made(next, old, comment)
  if (next.how === 'key-file') return fromFile(ctx, next, comment)
  const token = await tokenOf(ctx, next)
  if (kind === 'bearer') return { bearerToken: encoded(token) }
  return { username: encoded(next.username ?? clear(old, 'username') ?? ''), password: encoded(token) }
}

/** Whether what was asked for goes with what the Secret holds; a sentence where it does not. */
export function misfit(kind: Kind, next: Next | undefined): { readonly says: string; readonly hint: string } | undefined {
  if (kind === 'ssh' && next?.how === 'token')
    return { says: 'the sources fetch over SSH, and a token was given', hint: '--generate ed25519, or --key-file FILE' }
  if (kind !== 'ssh' && next?.how !== 'token')
    return { says: 'the sources fetch over HTTPS: a token is needed, made at the forge', hint: '--token-env VAR, or --token-file FILE' }
  return undefined
}

export const chosenNext = (kind: Kind, next: Next | undefined): Next => {
  if (next !== undefined) return next
  if (kind === 'ssh') return { how: 'generate', algorithm: null }
  throw usageError(
    'token-missing',
    'the sources fetch over HTTPS: a token is needed, made at the forge',
    '--token-env VAR, or --token-file FILE',
  )
}
