// Who we are at a forge: a token from the environment, else what git itself would log in with. Never in an argument.
import { OpsError } from '../errors.ts'
import type { ForgeRepository } from '../ports/forge.ts'
import { Secret } from '../ports/secret.ts'
import type { ForgeOptions } from './forge.ts'

export const TOKEN = 'FLUX_OPS_FORGE_TOKEN'

/** The token that was given for flux-ops, or for this kind of forge. Throws OpsError `forge-token-invalid`. */
export function tokenFrom(
  { env, redactor, given }: Pick<ForgeOptions, 'env' | 'redactor' | 'given'>,
  ...more: string[]
): Secret | undefined {
  const named = env[TOKEN]?.trim() ? [TOKEN] : more
  if (given !== undefined && named[0] !== TOKEN) return given.token
  const value = named.map((name) => env[name]?.trim()).find((each) => each !== undefined && each !== '')
  if (value === undefined) return undefined
  const secret = new Secret(value)
  redactor.register(secret)
  if (/^[\x21-\x7e]+$/.test(value)) return secret
  throw new OpsError({
    code: 'forge-token-invalid',
    message: `what stands in ${[TOKEN, ...more].join(' or ')} is no token: it has spaces, line breaks or letters that none has`,
    hints: [`export ${TOKEN}=…  anew`],
    exit: 'usage',
  })
}

const missing = (url: string, why: string): OpsError =>
  new OpsError({
    code: 'forge-token-missing',
    message: `there is no token for ${url}, and git has no password for it${why === '' ? '' : `: ${why}`}`,
    hints: [`export ${TOKEN}=…  (or GITEA_TOKEN): a token that may read and write repositories and issues`],
    exit: 'usage',
  })

const fieldOf = (text: string, key: string): string | undefined => new RegExp(`^${key}=(.*)$`, 'm').exec(text)?.[1]

/** A forge takes both a token and a password beside a user name. */
function basic({ redactor }: Pick<ForgeOptions, 'redactor'>, user: string, password: string): Secret {
  redactor.register(password)
  const text = Buffer.from(`${user}:${password}`).toString('base64')
  redactor.register(text)
  return new Secret(`Basic ${text}`)
}

/** What `git credential fill` knows, as a header; the question goes in and the answer comes out by pipes. */
async function fromGit({ exec, redactor }: ForgeOptions, { url, dir }: ForgeRepository): Promise<Secret> {
  const { protocol, host } = new URL(url)
  const filled = await exec.run({
    tool: 'git',
    args: ['credential', 'fill'],
    effect: 'read',
    cwd: dir,
    stdin: `protocol=${protocol.replace(':', '')}\nhost=${host}\n\n`,
    env: { GIT_TERMINAL_PROMPT: '0', GIT_ASKPASS: '', SSH_ASKPASS: '', GCM_INTERACTIVE: 'never', LC_ALL: 'C' },
    allowFailure: true,
    timeoutMs: 30_000,
  })
  const [user, password] = [fieldOf(filled.stdout, 'username'), fieldOf(filled.stdout, 'password')]
  if (filled.exitCode !== 0 || user === undefined || !password) throw missing(url, '')
  return basic({ redactor }, user, password)
}

/** Value of the Authorization header for Gitea and Forgejo. Throws OpsError `forge-token-missing`. */
export async function authorization(options: ForgeOptions, repo: ForgeRepository): Promise<Secret> {
  const token = tokenFrom(options, 'GITEA_TOKEN')
  const { given } = options
  if (token !== undefined && token === given?.token && given.username !== undefined) return basic(options, given.username, token.reveal())
  return token === undefined ? fromGit(options, repo) : new Secret(`token ${token.reveal()}`)
}
