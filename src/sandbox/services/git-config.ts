// The only git configuration that anything in the sandbox sees: an identity, the credential of the sandbox's own server, and the github.com redirect.

export interface GitConfigInput {
  /** Base URL of the sandbox's git server, without a path: `http://127.0.0.1:4000`. */
  readonly serverUrl: string
  readonly user: string
  /** Absolute path of the 0600 file for `git credential-store`. */
  readonly credentialsFile: string
  /** Absolute path of the bare repository that stands for github.com/fluxcd/flux2; it ends in `.git`. */
  readonly flux2?: string | undefined
}

const FLUX2_URLS = ['https://github.com/fluxcd/flux2', 'ssh://git@github.com/fluxcd/flux2', 'git@github.com:fluxcd/flux2']

/** A value inside double quotes of a git configuration file. */
const quoted = (value: string): string => `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`

/** A word that git hands to a shell, as it does with credential helpers. */
const shellWord = (value: string): string => `'${value.replaceAll("'", "'\\''")}'`

const withoutSuffix = (path: string): string => path.replace(/\.git$/, '')

/** Text of the file that GIT_CONFIG_GLOBAL names. It holds no secret. */
export function gitConfig(input: GitConfigInput): string {
  const redirect =
    input.flux2 === undefined
      ? []
      : [`[url ${quoted(`file://${withoutSuffix(input.flux2)}`)}]`, ...FLUX2_URLS.map((url) => `\tinsteadOf = ${url}`)]
  return [
    '[user]',
    '\tname = Sandbox Operator',
    '\temail = operator@sandbox.invalid',
    '[init]',
    '\tdefaultBranch = main',
    '[commit]',
    '\tgpgSign = false',
    '[tag]',
    '\tgpgSign = false',
    '[advice]',
    '\tdetachedHead = false',
    '[protocol "file"]',
    '\tallow = always',
    `[credential ${quoted(input.serverUrl)}]`,
    '\thelper =',
    `\thelper = ${quoted(`store --file ${shellWord(input.credentialsFile)}`)}`,
    `\tusername = ${input.user}`,
    ...redirect,
    '',
  ].join('\n')
}

/** Text of the credential file. */
export function gitCredentials(serverUrl: string, user: string, password: string): string {
  const url = new URL(serverUrl)
  return `${url.protocol}//${encodeURIComponent(user)}:${encodeURIComponent(password)}@${url.host}\n`
}
