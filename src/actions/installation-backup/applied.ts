// What a suspended Kustomization or HelmRelease had applied: Flux brings it back only when it is resumed, so it is taken along as it is.
import { parseAllDocuments } from 'yaml'
import { OpsError } from '../../errors.ts'
import type { Kept } from '../../flux/installation/content.ts'
import { type Applied, entriesIn } from '../../flux/inventories.ts'
import { groupOf, objectLabel, versionOf } from '../../flux/kinds.ts'
import type { KubeObject, KubeReader, Resource } from '../../ports/kube.ts'
import { recordOf } from '../helm-release.ts'
import { NAMESPACE, NAMESPACE_KINDS, SECRET } from '../resources.ts'
import { sideBySide } from '../side-by-side.ts'

export interface LeftOut {
  readonly what: string
  readonly why: string
}

const core = (plural: string, kind: string): Resource => ({ group: '', version: 'v1', plural, kind, namespaced: true })

/** Discovery tells of groups, and the core group is none. */
const CORE: readonly Resource[] = [
  NAMESPACE,
  SECRET,
  ...NAMESPACE_KINDS.filter(({ group }) => group === ''),
  core('persistentvolumeclaims', 'PersistentVolumeClaim'),
  { ...core('persistentvolumes', 'PersistentVolume'), namespaced: false },
  core('limitranges', 'LimitRange'),
  core('endpoints', 'Endpoints'),
]

/** Made by controllers of Kubernetes, or run once and not to be run again. */
const NOT_AGAIN: Readonly<Record<string, string>> = {
  Job: 'it would run once more',
  Pod: 'it would run once more',
  PersistentVolume: 'volumes are of the cluster that they were in',
}

const WHERE = ({ kind, namespace, name }: Applied): string => `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`

/** Of Helm's own record, for releases whose HelmRelease keeps no inventory. */
async function ofRecord(kube: KubeReader, release: KubeObject): Promise<Applied[]> {
  const { manifest, namespace } = await recordOf(kube, release)
  const objects = parseAllDocuments(manifest).map((document) => document.toJS({ maxAliasCount: 0 }) as KubeObject | null)
  return objects
    .filter((object): object is KubeObject => typeof object?.metadata?.name === 'string')
    .map(({ apiVersion, kind, metadata }) => ({
      namespace: metadata.namespace ?? namespace,
      name: metadata.name,
      group: groupOf(apiVersion),
      kind,
      version: versionOf(apiVersion),
      by: objectLabel(release),
    }))
}

/** What has applied nothing yet has nothing to take along; a record that is missing is told by helmRecords. */
export async function entriesOf(kube: KubeReader, object: KubeObject): Promise<readonly Applied[]> {
  const entries = entriesIn(object)
  if (entries.length > 0 || object.kind !== 'HelmRelease') return entries
  return ofRecord(kube, object).catch((error: unknown) => {
    if (error instanceof OpsError && error.code === 'release-record-missing') return []
    throw error
  })
}

/** Helm's record of what it deployed last: without it the release would be installed over what is there. */
export async function helmRecords(kube: KubeReader, releases: readonly KubeObject[]): Promise<{ kept: Kept[]; leftOut: LeftOut[] }> {
  const leftOut: LeftOut[] = []
  const found = await sideBySide(releases, 8, async (release): Promise<Kept | undefined> => {
    const { metadata, status } = release
    const history: unknown = status?.history
    const all = (Array.isArray(history) ? history : []) as { name?: unknown; version?: unknown; status?: unknown }[]
    const deployed = all.find((one) => one.status === 'deployed') ?? all[0]
    if (deployed === undefined) return undefined
    const namespace = String(status?.storageNamespace ?? metadata.namespace ?? '')
    const name = `sh.helm.release.v1.${deployed.name}.v${deployed.version}`
    const object = await kube.get(SECRET, { namespace, name })
    if (object !== undefined) return { resource: SECRET, object: { ...object, apiVersion: 'v1', kind: 'Secret' } }
    const why = `Helm's record of it, Secret ${namespace}/${name}, is not there: resumed, it would be installed anew`
    leftOut.push({ what: objectLabel(release), why })
    return undefined
  })
  return { kept: found.filter((one) => one !== undefined), leftOut }
}

/** Live, each once. `leftOut`: what is not taken along, and why. */
export async function readApplied(kube: KubeReader, entries: readonly Applied[]): Promise<{ kept: Kept[]; leftOut: LeftOut[] }> {
  const distinct = [...new Map(entries.map((entry) => [`${entry.group} ${WHERE(entry)}`, entry])).values()]
  const groups = [...new Set(distinct.map(({ group }) => group).filter((group) => group !== ''))]
  const served = [...CORE, ...(groups.length === 0 ? [] : await kube.kinds(groups))]
  const leftOut: LeftOut[] = []
  const read = await sideBySide(distinct, 8, async (entry): Promise<Kept | undefined> => {
    const what = WHERE(entry)
    const never = NOT_AGAIN[entry.kind]
    const resource = served.find(({ group, kind }) => group === entry.group && kind === entry.kind)
    if (never !== undefined || resource === undefined) {
      leftOut.push({ what, why: never ?? 'its kind is not served any more' })
      return undefined
    }
    const object = await kube.get(resource, { name: entry.name, ...(resource.namespaced && { namespace: entry.namespace }) })
    if (object !== undefined) {
      const apiVersion = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`
      return { resource, object: { ...object, apiVersion, kind: resource.kind } }
    }
    leftOut.push({ what, why: `${entry.by} has applied it, and it is not there any more` })
    return undefined
  })
  return { kept: read.filter((one) => one !== undefined), leftOut }
}
