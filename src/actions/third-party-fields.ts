// Objects of other people's CRDs that Flux applies and whose managedFields still name an older API version. The API server checks an apply
// against the oldest version named there, whoever wrote it: "field not declared in schema" (fluxcd/flux2#5715). Only metadata is read, of a
// bounded number of objects; nothing is ever written: managedFields of other people's objects are not ours to edit.
import { messageOf, OpsError } from '../errors.ts'
import { compareApiVersions } from '../flux/api-versions.ts'
import { type Applied, inventoryOf } from '../flux/inventories.ts'
import { groupOf, isFluxGroup, versionOf } from '../flux/kinds.ts'
import type { KubeObject, KubeReader } from '../ports/kube.ts'
import { CRD } from './resources.ts'
import { sideBySide } from './side-by-side.ts'

export interface OldlyOwned {
  readonly group: string
  readonly kind: string
  /** `Kind namespace/name` */
  readonly where: string
  /** Older versions that managedFields name. */
  readonly named: readonly string[]
  /** The version that Flux applies it in. */
  readonly applied: string
  readonly by: string
}

export interface ThirdPartyLook {
  readonly found: readonly OldlyOwned[]
  readonly looked: number
  /** What could not be looked at, and why. */
  readonly left: readonly string[]
}

const SIDE_BY_SIDE = 8
const PER_KIND = 2000
const KINDS = 80

interface OtherCrd {
  readonly group: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
  readonly versions: readonly string[]
  /** Of those, the ones that can be asked for. */
  readonly served: readonly string[]
}

interface Asked {
  readonly crd: OtherCrd
  readonly applied: readonly Applied[]
}

function crdOf({ spec }: KubeObject): OtherCrd {
  const versions: { name?: unknown; served?: unknown }[] = Array.isArray(spec?.versions) ? spec.versions : []
  return {
    group: String(spec?.group ?? ''),
    kind: String(spec?.names?.kind ?? ''),
    plural: String(spec?.names?.plural ?? ''),
    namespaced: spec?.scope !== 'Cluster',
    versions: versions.map((version) => String(version.name ?? '')),
    served: versions.filter((version) => version.served === true).map((version) => String(version.name ?? '')),
  }
}

/** Only CRDs of groups that Flux applies something of: the others are not asked for. */
async function readOtherCrds(kube: KubeReader, names: readonly string[], applied: readonly Applied[]): Promise<OtherCrd[]> {
  const groups = new Set(applied.map((entry) => entry.group).filter((group) => !isFluxGroup(group)))
  const wanted = names.filter((name) => groups.has(name.slice(name.indexOf('.') + 1)))
  const read = await sideBySide(wanted, SIDE_BY_SIDE, async (name) => {
    const crd = await kube.get(CRD, { name })
    return crd === undefined ? [] : [crdOf(crd)]
  })
  return read.flat()
}

/** The kinds that Flux applies objects of, those that ever had two versions first: a look is bounded, and there it is most likely. */
function asked(applied: readonly Applied[], crds: readonly OtherCrd[]): Asked[] {
  const entries = new Map<string, Applied[]>()
  for (const entry of applied) {
    const key = `${entry.group} ${entry.kind}`
    const known = entries.get(key)
    if (known === undefined) entries.set(key, [entry])
    else known.push(entry)
  }
  const all = crds.flatMap((crd): Asked[] => {
    const mine = entries.get(`${crd.group} ${crd.kind}`) ?? []
    return mine.length === 0 ? [] : [{ crd, applied: mine }]
  })
  const many = ({ crd }: Asked): number => (crd.versions.length > 1 ? 0 : 1)
  return all.sort((one, other) => many(one) - many(other) || one.crd.plural.localeCompare(other.crd.plural))
}

const olderIn = (object: KubeObject, { group, version }: Applied): string[] => {
  const named = (object.metadata.managedFields ?? [])
    .filter((entry) => entry.apiVersion !== undefined && groupOf(entry.apiVersion) === group)
    .map((entry) => versionOf(entry.apiVersion ?? ''))
  return [...new Set(named)].filter((each) => compareApiVersions(each, version) < 0).sort()
}

async function lookAt(kube: KubeReader, { crd, applied }: Asked): Promise<{ found: OldlyOwned[]; looked: number; left?: string }> {
  // Metadata is the same at every version; a kind that is served at none would list as empty.
  const version = crd.served.find((each) => each === applied[0]?.version) ?? crd.served[0]
  if (version === undefined) return { found: [], looked: 0, left: `${crd.kind}: no version of it is served` }
  const byName = new Map(applied.map((entry) => [`${entry.namespace ?? ''}/${entry.name}`, entry]))
  const resource = { group: crd.group, version, plural: crd.plural, kind: crd.kind, namespaced: crd.namespaced }
  try {
    const objects = await kube.list(resource, { metadataOnly: true, atMost: PER_KIND })
    const found = objects.flatMap((object): OldlyOwned[] => {
      const entry = byName.get(`${object.metadata.namespace ?? ''}/${object.metadata.name}`)
      const named = entry === undefined ? [] : olderIn(object, entry)
      if (entry === undefined || named.length === 0) return []
      const { group, kind, by } = entry
      const where = `${kind} ${entry.namespace === undefined ? '' : `${entry.namespace}/`}${entry.name}`
      return [{ group, kind, where, named, applied: entry.version, by }]
    })
    const rest = objects.length >= PER_KIND ? { left: `${crd.kind}: more than ${PER_KIND} objects` } : {}
    return { found, looked: objects.length, ...rest }
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    return { found: [], looked: 0, left: `${crd.kind}: ${messageOf(error)}` }
  }
}

/** `crdNames`: of all CRDs of the cluster. */
export async function lookAtThirdParties(
  kube: KubeReader,
  objects: readonly KubeObject[],
  crdNames: readonly string[],
): Promise<ThirdPartyLook> {
  const applied = inventoryOf(objects)
  const all = asked(applied, await readOtherCrds(kube, crdNames, applied))
  const looks = await sideBySide(all.slice(0, KINDS), SIDE_BY_SIDE, (each) => lookAt(kube, each))
  const beyond = all.slice(KINDS).map(({ crd }) => `${crd.kind}: more than ${KINDS} kinds`)
  return {
    found: looks.flatMap((each) => each.found),
    looked: looks.reduce((sum, each) => sum + each.looked, 0),
    left: [...looks.flatMap((each) => each.left ?? []), ...beyond],
  }
}
