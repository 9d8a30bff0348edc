// Of a Secret only its name, type and keys are kept. Values are dropped where they are read, and made up where a stand-in is written.
import { SECRET } from '../actions/resources.ts'
import { OpsError } from '../errors.ts'
import type { KubeObject, KubeReader } from '../ports/kube.ts'

export interface SecretShape {
  readonly namespace: string
  readonly name: string
  readonly type: string
  /** undefined: could not be read. */
  readonly keys: readonly string[] | undefined
}

type SecretName = Pick<SecretShape, 'namespace' | 'name'>

/** Keys alone. One that is forbidden or not there has none that are known. */
export async function shapeOf(kube: KubeReader, { namespace, name }: SecretName): Promise<SecretShape> {
  try {
    const secret = await kube.get(SECRET, { namespace, name })
    return { namespace, name, type: String(secret?.type ?? 'Opaque'), keys: secret && Object.keys(secret.data ?? {}) }
  } catch (error) {
    if (!(error instanceof OpsError) || error.code !== 'kube-forbidden') throw error
    return { namespace, name, type: 'Opaque', keys: undefined }
  }
}

/** A word that is a host name, a name of an object and a plain YAML string: what it is put into stays well-formed. */
export const MADE_UP = 'stand-in'

const DOCKER_CONFIG = JSON.stringify({ auths: { 'registry.invalid': { username: MADE_UP, password: MADE_UP } } })

/** Keys of Secrets that Helm reads as a whole file of values: what stands in has to be a map. */
export function valueFiles(objects: readonly KubeObject[]): ReadonlySet<string> {
  const entries = objects.flatMap(({ kind, spec }) => (kind === 'HelmRelease' && Array.isArray(spec?.valuesFrom) ? spec.valuesFrom : []))
  const files = entries.filter((entry) => entry?.kind === 'Secret' && entry.targetPath === undefined)
  return new Set(files.map((entry) => String(entry.valuesKey ?? 'values.yaml')))
}

const EMPTY_MAP = '{}'

/** Of a string under `key`. */
export const madeUpText = (key: string, files: ReadonlySet<string>): string =>
  files.has(key) || /\.(ya?ml|json)$/.test(key) ? EMPTY_MAP : MADE_UP

function madeUp(key: string, { ageKey, files }: Forged): string {
  if (key.endsWith('.agekey')) return ageKey
  return key === '.dockerconfigjson' ? DOCKER_CONFIG : madeUpText(key, files)
}

export interface Forged {
  /** A fresh age identity. */
  readonly ageKey: string
  /** See valueFiles. */
  readonly files: ReadonlySet<string>
  /** What else the Secret has to hold, by `namespace/name`: for the sandbox's own git server. */
  readonly values: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** A Secret with the same keys and made-up values. PGP keys are left out: what is no key would stop the whole object that uses it. */
export function standIn({ namespace, name, type, keys = [] }: SecretShape, forged: Forged): KubeObject {
  const made = keys.filter((key) => !key.endsWith('.asc')).map((key) => [key, madeUp(key, forged)])
  const stringData = { ...Object.fromEntries(made), ...forged.values[`${namespace}/${name}`] }
  // Types of Kubernetes demand keys and shapes of their own.
  const plain = type === 'kubernetes.io/dockerconfigjson' ? type : 'Opaque'
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type: plain, stringData }
}
