// A kubeconfig with nothing out of the ordinary, read without client-node: that takes longer to load than a cluster takes to answer. Whatever is in doubt here is
// undefined, and client-node has the word, its errors among it.
import { readFile } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import type { Cluster, Context, User } from '@kubernetes/client-node'
import { parseDocument } from 'yaml'
import type { Credentials } from './kube-config.ts'

export interface Entries {
  clusters: Cluster[]
  users: User[]
  contexts: Context[]
  currentContext: string | undefined
}

type Raw = Record<string, unknown>

class Odd extends Error {}

const part = (value: unknown): Raw => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Odd()
  return value as Raw
}

const named = (value: unknown): Raw[] => {
  if (!Array.isArray(value)) throw new Odd()
  return value.map(part)
}

const word = (value: unknown): string | undefined => {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw new Odd()
  return value
}

const needed = (value: unknown): string => {
  const text = word(value)
  if (text === undefined || text === '') throw new Odd()
  return text
}

const fileIn = (folder: string, value: unknown): string | undefined => {
  const file = word(value)
  return file === undefined || file === '' || isAbsolute(file) ? file : join(folder, file)
}

const set = <T extends object>(fields: T): T => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T

function clusterOf({ name, cluster }: Raw, folder: string): Cluster {
  const of = part(cluster)
  return set({
    name: needed(name),
    server: needed(of.server).replace(/\/$/, ''),
    caData: word(of['certificate-authority-data']),
    caFile: fileIn(folder, of['certificate-authority']),
    skipTLSVerify: of['insecure-skip-tls-verify'] === true,
    tlsServerName: word(of['tls-server-name']),
    proxyUrl: word(of['proxy-url']),
  }) as Cluster
}

function userOf({ name, user }: Raw, folder: string): User {
  const of = user === undefined || user === null ? {} : part(user)
  if ('token-file' in of || 'tokenFile' in of) throw new Odd()
  return set({
    name: needed(name),
    authProvider: of['auth-provider'],
    exec: of.exec,
    certData: word(of['client-certificate-data']),
    certFile: fileIn(folder, of['client-certificate']),
    keyData: word(of['client-key-data']),
    keyFile: fileIn(folder, of['client-key']),
    token: word(of.token) || undefined,
    username: word(of.username),
    password: word(of.password),
    impersonateUser: word(of.as),
  }) as User
}

function contextOf({ name, context }: Raw): Context {
  const of = part(context)
  const [user, namespace] = [word(of.user) || undefined, word(of.namespace) || undefined]
  return set({ name: needed(name), cluster: needed(of.cluster), user, namespace }) as Context
}

/** `folder`: what paths in it are relative to. */
export function plainEntries(text: string, folder: string): Entries | undefined {
  try {
    const document = parseDocument(text)
    if (document.errors.length > 0 || document.warnings.length > 0 || text.includes('<<')) return undefined
    const whole = part(document.toJS())
    return {
      clusters: named(whole.clusters).map((one) => clusterOf(one, folder)),
      users: named(whole.users).map((one) => userOf(one, folder)),
      contexts: named(whole.contexts).map(contextOf),
      currentContext: word(whole['current-context']) || undefined,
    }
  } catch {
    return undefined
  }
}

/** Whether nothing but what stands in the file, or in files that it names, is needed to be let in. */
export const isPlain = ({ proxyUrl }: Cluster, { exec, authProvider, impersonateUser, username }: User): boolean =>
  [proxyUrl, exec, authProvider, impersonateUser, username].every((one) => one === undefined || one === null)

const bytesOf = async (file: string | undefined, data: string | undefined): Promise<Buffer | undefined> => {
  if (file) return readFile(file)
  return data ? Buffer.from(data, 'base64') : undefined
}

/** For a pair that isPlain. Throws where a file cannot be read. */
export async function plainCredentials(cluster: Cluster, { certFile, certData, keyFile, keyData, token }: User): Promise<Credentials> {
  const [ca, cert, key] = await Promise.all([
    bytesOf(cluster.caFile, cluster.caData),
    bytesOf(certFile, certData),
    bytesOf(keyFile, keyData),
  ])
  const tls = {
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(cluster.tlsServerName ? { servername: cluster.tlsServerName } : {}),
    ...(cluster.skipTLSVerify ? { rejectUnauthorized: false } : {}),
  }
  return { headers: token ? { Authorization: `Bearer ${token}` } : {}, tls }
}
