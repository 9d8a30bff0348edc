// Credentials of a repository, by where they are kept: for git here, and for the Secret that Flux reads.
import { OpsError, usageError } from '../errors.ts'
import type { ReadContext } from '../ports/context.ts'
import type { Forge } from '../ports/forge.ts'
import type { Git, GitAccess } from '../ports/git.ts'
import { Secret } from '../ports/secret.ts'

/** JSON: goes into plans and journals, and holds no secret. */
export type Access =
  | {
      readonly how: 'ssh'
      /** Absolute path of the private key. */
      readonly keyFile: string
      /** Variable with the passphrase of the key; null where it has none. */
      readonly passphraseEnv: string | null
      /** Absolute path: a server that shows another key is refused. */
      readonly knownHostsFile: string
    }
  | {
      readonly how: 'token'
      /** `https://HOST` */
      readonly origin: string
      readonly username: string
      /** Sent as a bearer token, without the user name. */
      readonly bearer: boolean
      /** Variable with the token, or file with it: one of the two. */
      readonly env: string | null
      readonly file: string | null
      /** Absolute path of a certificate authority. */
      readonly caFile: string | null
    }

/** How the repository is reached from here: with credentials of the cluster file, or over SSH with whatever keys the person has. */
export type Reach = Access | { readonly how: 'own'; readonly knownHostsFile: string }

type Reader = Pick<ReadContext, 'files' | 'env'>

/** A program that prints what a key is unlocked with; it holds nothing itself. */
export const ASKPASS = '#!/bin/sh\nprintf \'%s\\n\' "$FLUX_OPS_ASKPASS"\n'

export const askpassPath = (knownHostsFile: string): string => `${knownHostsFile}.askpass`

/** Throws OpsError (usage) `variable-empty`. */
function variable({ env }: Pick<ReadContext, 'env'>, name: string, what: string): Secret {
  const value = env.secret(name)
  if (value !== undefined) return value
  throw usageError('variable-empty', `${name} is not set: it holds ${what}`, `export ${name}=…   and the same command again`)
}

/** Throws OpsError (usage) `variable-empty`, `token-empty`, and those of a file that cannot be read. */
export async function tokenOf(ctx: Reader, access: Access & { how: 'token' }): Promise<Secret> {
  if (access.env !== null) return variable(ctx, access.env, 'the token of the repository')
  const text = (await ctx.files.readText(access.file ?? '')).trim()
  if (text === '' || /\s/.test(text)) throw usageError('token-empty', `${access.file} does not hold a token`, 'write it into its only line')
  return new Secret(text)
}

export const passphraseOf = (ctx: Reader, { passphraseEnv }: Access & { how: 'ssh' }): Secret | undefined =>
  passphraseEnv === null ? undefined : variable(ctx, passphraseEnv, 'the passphrase of the key of the repository')

/** undefined: nothing is needed. */
export async function gitAccess(ctx: Reader, access: Reach | null): Promise<GitAccess | undefined> {
  if (access === null) return undefined
  if (access.how === 'own') return access
  if (access.how === 'token') {
    const { origin, username, bearer, caFile } = access
    return { how: 'token', origin, username, bearer, token: await tokenOf(ctx, access), caFile: caFile ?? undefined }
  }
  const passphrase = passphraseOf(ctx, access)
  const { keyFile, knownHostsFile } = access
  const unlock = passphrase === undefined ? undefined : { program: askpassPath(knownHostsFile), passphrase }
  return { how: 'ssh', keyFile, knownHostsFile, unlock }
}

const usedOf = (access: Access): readonly string[] =>
  access.how === 'ssh'
    ? [
        `was shown: the key ${access.keyFile}; its public half has to be a key of the repository, with the right to push`,
        access.passphraseEnv === null
          ? 'where it has a passphrase of its own:  git.auth.ssh.passphraseEnv of the cluster file'
          : `it is unlocked with the passphrase of ${access.passphraseEnv}: is it the right one?`,
      ]
    : [
        `was sent: the token of ${access.env ?? access.file}, for user ${access.username}`,
        'is it still valid, and may it read and write this repository?',
      ]

const NOT_TAKEN = /fatal: could not read (?:Username|Password) for .*/

/** The error of a server that lets nobody in, with the credentials that were used in place of advice about the person's own git. */
export function withCredentials(error: unknown, access: Reach | null): unknown {
  if (!(error instanceof OpsError) || error.code !== 'git-auth' || access === null || access.how === 'own') return error
  const message = access.how === 'token' ? error.message.replace(NOT_TAKEN, 'it does not take the token') : error.message
  return new OpsError({ code: error.code, message, hints: usedOf(access), exit: error.exit, cause: error })
}

/** Each of its methods gives a promise, but for `as`. */
function telling(git: Git, access: Reach): Git {
  const told =
    (method: (...args: unknown[]) => unknown) =>
    (...args: unknown[]) => {
      const answer = method(...args)
      if (!(answer instanceof Promise)) return answer
      return answer.catch((error: unknown) => {
        throw withCredentials(error, access)
      })
    }
  return Object.fromEntries(Object.entries(git).map(([name, method]) => [name, told(method)])) as unknown as Git
}

/** The same context, whose git reaches the repository as the plan says. */
export async function reaching<C extends Pick<ReadContext, 'git' | 'files' | 'env'>>(
  ctx: C,
  plan: { readonly access: Reach | null },
): Promise<C> {
  const access = await gitAccess(ctx, plan.access)
  if (access === undefined || plan.access === null) return ctx
  return { ...ctx, git: telling((ctx.git as Git).as(access), plan.access) }
}

/** The same context: git and forge are asked with the token of the file, where it has one. */
export async function asFile<C extends Pick<ReadContext, 'git' | 'forge' | 'files' | 'env'>>(
  plain: C,
  plan: { readonly access: Reach | null },
): Promise<C> {
  const ctx = await reaching(plain, plan)
  if (plan.access?.how !== 'token') return ctx
  const { username, bearer, caFile } = plan.access
  const token = await tokenOf(plain, plan.access)
  return { ...ctx, forge: (ctx.forge as Forge).as({ token, caFile: caFile ?? undefined, ...(!bearer && { username }) }) }
}

const bytesOf = (text: string): string => Buffer.from(text).toString('base64')

const invalidKey = (path: string) => usageError('key-invalid', `${path} holds no private key`, 'name the key, and not its .pub')

/** What Flux finds in the Secret, in the names of `flux create secret git`. */
export async function secretData(
  ctx: Reader,
  { access, knownHosts }: { readonly access: Access; readonly knownHosts: readonly string[] },
): Promise<Record<string, string>> {
  if (access.how === 'token') {
    const token = (await tokenOf(ctx, access)).reveal()
    const ca: Record<string, string> = access.caFile === null ? {} : { 'ca.crt': bytesOf(await ctx.files.readText(access.caFile)) }
    if (access.bearer) return { bearerToken: bytesOf(token), ...ca }
    return { username: bytesOf(access.username), password: bytesOf(token), ...ca }
  }
  const passphrase = passphraseOf(ctx, access)
  const key = await ctx.files.readText(access.keyFile)
  if (!key.includes('PRIVATE KEY-----')) throw invalidKey(access.keyFile)
  const beside = `${access.keyFile}.pub`
  const pub: Record<string, string> = (await ctx.files.exists(beside)) ? { 'identity.pub': bytesOf(await ctx.files.readText(beside)) } : {}
  return {
    identity: bytesOf(key),
    ...pub,
    known_hosts: bytesOf(`${knownHosts.join('\n')}\n`),
    ...(passphrase !== undefined && { password: bytesOf(passphrase.reveal()) }),
  }
}
