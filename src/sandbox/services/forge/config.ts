// Text of the forge's settings: one user's forge on loopback, nothing of it in the background. See https://docs.gitea.com/administration/config-cheat-sheet.
import { join } from 'node:path'

export interface ForgeConfig {
  readonly port: number
  readonly sshPort: number
  /** Everything that it writes is below it. */
  readonly dir: string
  readonly repositories: string
  /** Of the forge's module: templates, locales. */
  readonly statics: string
  readonly user: string
  readonly root: boolean
  readonly secretKey: string
  readonly internalToken: string
  readonly jwtSecret: string
}

const section = (name: string, values: Readonly<Record<string, string | number | boolean>>): string =>
  [...(name === '' ? [] : [`[${name}]`]), ...Object.entries(values).map(([key, value]) => `${key} = ${value}`), ''].join('\n')

/** It holds secrets: for a 0600 file. */
export const forgeConfig = (input: ForgeConfig): string =>
  [
    section('', { APP_NAME: 'sandbox forge', RUN_MODE: 'prod', RUN_USER: input.user, I_AM_BEING_UNSAFE_RUNNING_AS_ROOT: input.root }),
    section('server', {
      PROTOCOL: 'http',
      HTTP_ADDR: '127.0.0.1',
      HTTP_PORT: input.port,
      ROOT_URL: `http://127.0.0.1:${input.port}/`,
      STATIC_ROOT_PATH: input.statics,
      APP_DATA_PATH: join(input.dir, 'data'),
      START_SSH_SERVER: true,
      BUILTIN_SSH_SERVER_USER: 'git',
      SSH_DOMAIN: '127.0.0.1',
      SSH_LISTEN_HOST: '127.0.0.1',
      SSH_PORT: input.sshPort,
      SSH_LISTEN_PORT: input.sshPort,
      SSH_ROOT_PATH: join(input.dir, 'ssh'),
      OFFLINE_MODE: true,
      LFS_START_SERVER: false,
      ENABLE_GZIP: false,
    }),
    section('database', { DB_TYPE: 'sqlite3', PATH: join(input.dir, 'forge.db'), SQLITE_JOURNAL_MODE: 'WAL', LOG_SQL: false }),
    section('repository', { ROOT: input.repositories, DEFAULT_BRANCH: 'main', DEFAULT_PRIVATE: 'private' }),
    section('security', {
      INSTALL_LOCK: true,
      SECRET_KEY: input.secretKey,
      INTERNAL_TOKEN: input.internalToken,
      PASSWORD_HASH_ALGO: 'pbkdf2',
    }),
    section('oauth2', { ENABLED: false, JWT_SECRET: input.jwtSecret }),
    section('service', { DISABLE_REGISTRATION: true, ENABLE_NOTIFY_MAIL: false }),
    section('indexer', { ISSUE_INDEXER_TYPE: 'db', REPO_INDEXER_ENABLED: false }),
    section('actions', { ENABLED: false }),
    section('packages', { ENABLED: false }),
    section('mailer', { ENABLED: false }),
    section('cron', { ENABLED: false }),
    section('session', { PROVIDER: 'memory' }),
    section('picture', { DISABLE_GRAVATAR: true }),
    section('log', { MODE: 'console', LEVEL: 'Warn', ROOT_PATH: join(input.dir, 'log') }),
  ].join('\n')
