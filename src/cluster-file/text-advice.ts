// What people write by habit where the file wants something else, and the line that it wants.
import { latestOf, minorOf, releases } from '../flux/catalogue/index.ts'
import { fieldName } from './problem.ts'
import { fieldAt } from './schema.ts'

/** Names that flux, its Terraform provider, or other tools give to a field. */
export const MOVED: Readonly<Record<string, string>> = {
  extraComponents: 'componentsExtra',
  imagePullSecrets: 'imagePullSecret',
  tokenAuth: 'git.auth.token',
  privateKey: 'git.auth.ssh.privateKeyFile',
  password: 'git.auth.token.env, the name of a variable that has it',
  kubeconfig: '--kubeconfig of the command line',
  knownHosts: 'knownHostsFile',
  ref: 'git.branch',
  targetPath: 'git.path',
  threshold: 'needed',
}

type Advice = (value: string) => string | undefined

const version: Advice = (value) => {
  const bare = /^v?(\d+(?:\.\d+){0,2})$/.exec(value)?.[1]
  if (bare === undefined) return undefined
  const full = /^2\.\d+\.\d+$/.test(bare) ? bare : latestOf(minorOf(bare))
  return `version: "${full ?? releases().at(-1)}"`
}

/** git@host:path, as git takes it and Flux does not. */
const url: Advice = (value) => {
  const scp = /^([\w.-]{1,64}@)?([\w.-]{1,253}):(?!\/\/)([\w./~-]{1,400})$/.exec(value)
  if (scp) return `url: ssh://${scp[1] ?? 'git@'}${scp[2]}/${scp[3]?.replace(/^\/+/, '')}`
  if (/^https?:\/\/[^/@]{1,253}@/.test(value)) return 'without the name before @: that is git.auth.token.username'
  if (/^oci:/.test(value)) return 'an OCI artifact is not synced by this file: give the git repository'
  return undefined
}

const branch: Advice = (value) => {
  const short = /^refs\/heads\/([\w.-][\w./-]{0,200})$/.exec(value)?.[1]
  return short === undefined ? undefined : `branch: ${short}`
}

const ADVICE: Readonly<Record<string, Advice>> = {
  'flux.version': version,
  'flux.operator.version': (value) => (/^v0\.\d+\.\d+$/.test(value) ? `version: ${value.slice(1)}` : undefined),
  'git.url': url,
  'git.branch': branch,
  apiVersion: (value) => (/^flux-ops\.dev\/v\d/.test(value) ? 'that format is of another flux-ops: take a newer one' : undefined),
}

const isUnit = (name: string): boolean => /(^|\.)(interval|timeout|ttl|purgeInterval|requeueDependency)$/.test(name)

/** undefined where nothing is known but what the schema says. */
export function adviceFor(path: readonly PropertyKey[], value: unknown): string | undefined {
  const name = fieldName(path)
  const last = String(path.at(-1))
  if (typeof value === 'number' && isUnit(name)) return `with its unit:  ${last}: ${value}s  or  ${last}: ${value}m`
  if (fieldAt(path)?.type === 'boolean' && typeof value === 'string' && /^(yes|no|on|off)$/i.test(value))
    return `write  ${last}: ${/^(yes|on)$/i.test(value)}`
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  return ADVICE[name]?.(String(value))
}
