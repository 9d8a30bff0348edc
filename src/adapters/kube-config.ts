// Which cluster, and as whom: kubeconfig files found and merged as kubectl has it. What is out of the ordinary (plugins, proxies, odd files) is up to client-node, which is
// loaded only for that.
import { readFile, stat } from 'node:fs/promises'
import type { Agent } from 'node:http'
import { homedir } from 'node:os'
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path'
import type { Cluster, Context, KubeConfig, User } from '@kubernetes/client-node'
import { messageOf, type OpsError, usageError } from '../errors.ts'
import { type Entries, isPlain, plainCredentials, plainEntries } from './kubeconfig-plain.ts'

const MAX_BYTES = 16 * 1024 * 1024
const SERVICE_ACCOUNT_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token'

export interface ClusterAccess {
  readonly context: string
  readonly server: string
  /** From the file: for errors only. */
  readonly files: readonly string[]
  /** Secret values that stand in the kubeconfig; to be registered with the redactor. */
  readonly secrets: readonly string[]
  /** TLS options and headers for the next request; runs an exec plugin when its credential is over. */
  credentials(): Promise<Credentials>
  /** Forgets cached credentials, after the server refused them. */
  forget(): Promise<void>
}

export interface Credentials {
  /** client-node's agent, only where the kubeconfig names a proxy. */
  readonly proxyAgent?: Agent
  readonly headers: Readonly<Record<string, string>>
  readonly tls: {
    readonly ca?: string | Buffer
    readonly cert?: string | Buffer
    readonly key?: string | Buffer
    readonly servername?: string
    readonly rejectUnauthorized?: boolean
  }
}

export interface AccessOptions {
  readonly context?: string | undefined
  readonly kubeconfig?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
}

interface Merged extends Entries {
  files: string[]
}

const library = (): Promise<typeof import('./kubeconfig-library.ts')> => import('./kubeconfig-library.ts')

const unreadable = (file: string, why: string): OpsError =>
  usageError(
    'kubeconfig-unreadable',
    `kubeconfig ${file} cannot be used: ${why}`,
    'name another: --kubeconfig FILE',
    `look at it: kubectl --kubeconfig ${file} config view`,
  )

/** Files in kubectl's order; `required` ones must exist, the others are left out where they do not. */
function candidates(options: AccessOptions): { files: string[]; required: boolean } {
  if (options.kubeconfig !== undefined) return { files: [resolve(options.kubeconfig)], required: true }
  const list = (options.env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '')
  if (list.length > 0) return { files: [...new Set(list.map((file) => resolve(file)))], required: false }
  return { files: [join(options.env.HOME ?? homedir(), '.kube', 'config')], required: false }
}

async function readKubeconfig(file: string): Promise<string | undefined> {
  try {
    const info = await stat(file)
    if (info.isDirectory()) throw unreadable(file, 'it is a folder')
    if (info.size > MAX_BYTES) throw unreadable(file, `it has ${info.size} bytes`)
    const bytes = await readFile(file)
    if (bytes.includes(0)) throw unreadable(file, 'it is not text')
    return bytes.toString('utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw (error as OpsError).code === 'kubeconfig-unreadable' ? error : unreadable(file, messageOf(error))
  }
}

const firstWins = <T extends { name: string }>(into: T[], from: readonly T[]): void => {
  for (const entry of from) if (!into.some((known) => known.name === entry.name)) into.push(entry)
}

async function entriesOf(file: string, text: string): Promise<Entries> {
  const plain = plainEntries(text, dirname(file))
  if (plain !== undefined) return plain
  const config = new (await library()).KubeConfig()
  try {
    config.loadFromString(text)
    config.makePathsAbsolute(dirname(file))
    return config
  } catch (error) {
    throw unreadable(file, messageOf(error).split('\n')[0] ?? 'it is not a kubeconfig')
  }
}

async function parseInto(merged: Merged, file: string, text: string): Promise<void> {
  if (text.trim() === '') return
  const config = await entriesOf(file, text)
  for (const user of config.users) prepareExec(user, dirname(file), config)
  firstWins(merged.clusters, config.clusters)
  firstWins(merged.users, config.users)
  firstWins(merged.contexts, config.contexts)
  merged.currentContext ||= config.currentContext || undefined
  merged.files.push(file)
}

/** client-node leaves out two things that kubectl does for exec plugins: paths relative to the file, and KUBERNETES_EXEC_INFO. */
function prepareExec(user: User, folder: string, config: Entries): void {
  const exec = user.exec
  if (!exec?.command) return
  if (exec.command.includes('/') && !isAbsolute(exec.command)) exec.command = join(folder, exec.command)
  const spec: Record<string, unknown> = { interactive: false }
  if (exec.provideClusterInfo) {
    const name = config.contexts.find((context) => context.user === user.name)?.cluster
    const cluster = config.clusters.find((one) => one.name === name)
    spec.cluster = {
      server: cluster?.server,
      'certificate-authority-data': cluster?.caData,
      'insecure-skip-tls-verify': cluster?.skipTLSVerify,
    }
  }
  const info = JSON.stringify({ apiVersion: exec.apiVersion, kind: 'ExecCredential', spec })
  exec.env = [...(exec.env ?? []), { name: 'KUBERNETES_EXEC_INFO', value: info }]
}

export async function loadMerged(options: AccessOptions): Promise<Merged> {
  const { files, required } = candidates(options)
  const merged: Merged = { clusters: [], users: [], contexts: [], currentContext: undefined, files: [] }
  for (const file of files) {
    const text = await readKubeconfig(file)
    if (text === undefined && required) throw unreadable(file, 'it does not exist')
    if (text !== undefined) await parseInto(merged, file, text)
  }
  if (merged.files.length === 0 && options.context === undefined && (await stat(SERVICE_ACCOUNT_TOKEN).catch(() => undefined))) {
    const inside = new (await library()).KubeConfig()
    inside.loadFromCluster()
    return { ...merged, clusters: inside.clusters, users: inside.users, contexts: inside.contexts, currentContext: inside.currentContext }
  }
  if (merged.files.length === 0)
    throw usageError(
      'kubeconfig-missing',
      `no kubeconfig found: ${files.join(', ')} does not exist`,
      'name one: --kubeconfig FILE',
      'or set KUBECONFIG',
    )
  return merged
}

/** Lists at most 20 of the known contexts: a fleet's kubeconfig has hundreds. */
const knownContexts = (merged: Merged): string => {
  const names = merged.contexts.map((context) => context.name).sort()
  if (names.length === 0) return 'the kubeconfig has no contexts'
  return `known contexts: ${names.slice(0, 20).join(', ')}${names.length > 20 ? ` and ${names.length - 20} more` : ''}`
}

function chooseContext(merged: Merged, wanted: string | undefined): Context {
  const name = wanted ?? merged.currentContext
  if (!name)
    throw usageError(
      'context-missing',
      'no context is chosen: the kubeconfig has no current-context',
      knownContexts(merged),
      'choose one: --context NAME',
    )
  const found = merged.contexts.find((context) => context.name === name)
  if (!found)
    throw usageError('context-unknown', `context "${name}" is not in the kubeconfig (${merged.files.join(', ')})`, knownContexts(merged))
  if (!merged.clusters.some((cluster) => cluster.name === found.cluster))
    throw usageError(
      'context-broken',
      `context "${name}" names cluster "${found.cluster}", which the kubeconfig does not have`,
      knownContexts(merged),
    )
  if (found.user && !merged.users.some((user) => user.name === found.user))
    throw usageError(
      'context-broken',
      `context "${name}" names user "${found.user}", which the kubeconfig does not have`,
      knownContexts(merged),
    )
  return found
}

const secretsOf = (user: User | undefined): string[] => {
  const values = [user?.token, user?.password, user?.keyData && Buffer.from(user.keyData, 'base64').toString('utf8')]
  return values.filter((value): value is string => typeof value === 'string' && value !== '')
}

/** A credential is looked at anew after this long, in ms: token files rotate, exec plugins' tokens run out. */
const CREDENTIAL_AGE_MS = 5_000

async function credentialsOf(config: KubeConfig): Promise<Credentials> {
  // biome-ignore lint/suspicious/noExplicitAny: client-node fills an https.RequestOptions, whose agent we do not use
  const filled: any = { headers: {} }
  await config.applyToHTTPSOptions(filled)
  const headers: Record<string, string> = {}
  for (const [key, value] of Object.entries(filled.headers ?? {})) if (value !== undefined) headers[key] = String(value)
  if (filled.auth) headers.Authorization = `Basic ${Buffer.from(String(filled.auth)).toString('base64')}`
  const { ca, cert, key, servername, rejectUnauthorized } = filled
  const tls = Object.fromEntries(
    Object.entries({ ca, cert, key, servername, rejectUnauthorized }).filter(([, value]) => value !== undefined),
  )
  return { headers, tls, ...(config.getCurrentCluster()?.proxyUrl ? { proxyAgent: filled.agent } : {}) }
}

/** Throws OpsError (usage): `kubeconfig-missing`, `kubeconfig-unreadable`, `context-missing`, `context-unknown`, `context-broken`. */
export async function loadAccess(options: AccessOptions): Promise<ClusterAccess> {
  const open = async () => {
    const merged = await loadMerged(options)
    const context = chooseContext(merged, options.context)
    const cluster = merged.clusters.find((one) => one.name === context.cluster) as Cluster
    if (!/^https?:\/\//.test(cluster.server)) throw unreadable(merged.files.join(', '), `server "${cluster.server}" is not an http(s) URL`)
    // client-node refuses plain http without this, and leaves out the CA for a context without a user.
    const reachable: Cluster = cluster.server.startsWith('http:') ? { ...cluster, skipTLSVerify: true } : cluster
    const user = merged.users.find((one) => one.name === context.user) ?? { name: context.user ?? '' }
    if (isPlain(reachable, user)) return { merged, context, cluster, user, fetch: () => plainCredentials(reachable, user) }
    const config = new (await library()).KubeConfig()
    const named = { ...context, user: user.name }
    config.loadFromOptions({ clusters: [reachable], users: [user], contexts: [named], currentContext: context.name })
    return { merged, context, cluster, user, fetch: () => credentialsOf(config) }
  }
  let now = await open()
  let held: { until: number; value: Promise<Credentials> } | undefined
  const credentials = (): Promise<Credentials> => {
    // Side by side requests share one run of an exec plugin; a failed one is not kept.
    if (!held || held.until < Date.now()) {
      const value = now.fetch()
      held = { until: Date.now() + CREDENTIAL_AGE_MS, value }
      value.catch(() => {
        held = undefined
      })
    }
    return held.value
  }
  // Requests side by side are refused side by side: what one of them has forgotten is not asked for once more by each.
  let forgetting: Promise<void> | undefined
  const reopen = async (): Promise<void> => {
    now = await open()
    held = undefined
  }
  return {
    context: now.context.name,
    server: now.cluster.server.replace(/\/+$/, ''),
    files: now.merged.files,
    secrets: secretsOf(now.user),
    credentials,
    forget: () => {
      forgetting ??= reopen().finally(() => {
        forgetting = undefined
      })
      return forgetting
    },
  }
}
