// The identities that Flux decrypts with, as the cluster has them: every Secret that a Kustomization names or falls back to, every entry of it.
import { messageOf, OpsError } from '../../errors.ts'
import { keySecrets } from '../../flux/age-backup.ts'
import type { KubeObject, KubeReader } from '../../ports/kube.ts'
import { type Identity, parseIdentities } from '../../sops/keys/identities.ts'
import { isReadByFlux } from '../../sops/keys/sources.ts'
import { parseId, SECRET } from '../resources.ts'
import { sideBySide } from '../side-by-side.ts'

export interface KeyEntry {
  readonly name: string
  /** Flux imports entries that end in `.agekey`, and passes over all others without a word. */
  readonly imported: boolean
  readonly identities: readonly Identity[]
}

export interface ClusterKeys {
  /** `namespace/name` */
  readonly id: string
  /** `Kustomization namespace/name` */
  readonly usedBy: readonly string[]
  /** Entries that hold age identities, by name. */
  readonly entries: readonly KeyEntry[]
  /** Entries with a PGP key, which Flux imports as well. */
  readonly pgp: readonly string[]
  /** Why nothing, or not everything, is known of it. */
  readonly problems: readonly string[]
  /** Metadata alone; undefined when the Secret is not there or cannot be read. */
  readonly object: KubeObject | undefined
}

const LOOKS_LIKE_KEY = /AGE-SECRET-KEY-|AGE-PLUGIN-|age-encryption\.org\/v1|BEGIN AGE ENCRYPTED FILE/

async function entryOf(id: string, name: string, value: string): Promise<KeyEntry | string | undefined> {
  const text = Buffer.from(value, 'base64').toString('utf8')
  const imported = isReadByFlux(name)
  if (!imported && !LOOKS_LIKE_KEY.test(text)) return undefined
  try {
    return { name, imported, identities: await parseIdentities(text, `Secret ${id}, entry ${name}`) }
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    return messageOf(error)
  }
}

async function readKeys(kube: KubeReader, id: string, usedBy: readonly string[]): Promise<ClusterKeys> {
  const none = { id, usedBy, entries: [], pgp: [], object: undefined }
  try {
    const secret = await kube.get(SECRET, parseId(id))
    if (secret === undefined)
      return { ...none, problems: [`Secret ${id} does not exist${usedBy[0] === undefined ? '' : `, and ${usedBy[0]} decrypts with it`}`] }
    const { data = {}, ...object } = secret
    const names = Object.keys(data as Record<string, string>).sort()
    const read = await Promise.all(names.map((name) => entryOf(id, name, (data as Record<string, string>)[name] ?? '')))
    return {
      id,
      usedBy,
      object: object as KubeObject,
      entries: read.filter((one) => typeof one === 'object'),
      pgp: names.filter((name) => name.endsWith('.asc')),
      problems: read.filter((one) => typeof one === 'string'),
    }
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    return { ...none, problems: [messageOf(error)] }
  }
}

/** `only`: ids of Secrets to narrow to; one that no Kustomization names is read all the same. */
export async function readClusterKeys(
  kube: KubeReader,
  cluster: { readonly objects: readonly KubeObject[]; readonly deployments: readonly KubeObject[] },
  only: readonly string[] = [],
): Promise<ClusterKeys[]> {
  const found = keySecrets(cluster.objects, cluster.deployments)
  const wanted = only.length === 0 ? found : only.map((id) => found.find((one) => one.id === id) ?? { id, usedBy: [] })
  return await sideBySide(wanted, 8, ({ id, usedBy }) => readKeys(kube, id, usedBy))
}

/** What kustomize-controller opens files with when it reads this Secret. */
export const importedIdentities = ({ entries }: ClusterKeys): Identity[] =>
  entries.filter(({ imported }) => imported).flatMap(({ identities }) => identities)
