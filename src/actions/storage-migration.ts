// What of Flux is stored or managed in another API version than its CRD stores; the folder of this name rewrites it.
import type { InstalledCrd } from '../flux/installed.ts'
import type { ReadContext } from '../ports/context.ts'
import type { KubeObject } from '../ports/kube.ts'
import { listableResource, readCrds, storageVersionOf } from './cluster-survey.ts'
import { staleVersions } from './managed-fields.ts'
import { sideBySide } from './side-by-side.ts'
import { dropsOf } from './storage-migration/kind.ts'

/** What has to be rewritten for one CRD; JSON, goes into plans. */
export type MigrationNeed = {
  readonly crd: string // <plural>.<group>
  readonly kind: string
  readonly to: string
  /** Entries of status.storedVersions that go. */
  readonly drops: readonly string[]
  /** API versions that managedFields of some object still name. */
  readonly stale: readonly string[]
  readonly objects: number
}

const KINDS_AT_ONCE = 8

const versionPart = (apiVersion: string): string => apiVersion.slice(apiVersion.indexOf('/') + 1)

/** Objects of one CRD, counted as they pass. */
function tallyOf(crd: InstalledCrd, to: string) {
  const versions = new Set<string>()
  let all = 0
  let stale = 0
  return {
    count: (object: KubeObject): void => {
      const named = staleVersions(object, `${crd.group}/${to}`)
      all += 1
      if (named.length > 0) stale += 1
      for (const version of named) versions.add(versionPart(version))
    },
    need: (): MigrationNeed | undefined => {
      const drops = dropsOf(crd, to)
      if (drops.length === 0 && stale === 0) return undefined
      return { crd: crd.name, kind: crd.kind, to, drops, stale: [...versions].sort(), objects: drops.length > 0 ? all : stale }
    },
  }
}

const isNeed = (need: MigrationNeed | undefined): need is MigrationNeed => need !== undefined

/** Pure: what these CRDs and objects (read at their storage versions) need. */
export const migrationNeeds = (crds: readonly InstalledCrd[], objects: readonly KubeObject[]): MigrationNeed[] =>
  crds
    .map((crd) => {
      const to = storageVersionOf(crd)
      if (to === undefined) return undefined
      const tally = tallyOf(crd, to)
      for (const object of objects) if (object.kind === crd.kind && object.apiVersion === `${crd.group}/${to}`) tally.count(object)
      return tally.need()
    })
    .filter(isNeed)

/** What the cluster needs now; [] when every object is stored and owned at its CRD's storage version. Holds a few pages at a time. */
export async function readMigrationNeeds(ctx: ReadContext): Promise<MigrationNeed[]> {
  const { crds } = await readCrds(ctx.kube)
  const needs = await sideBySide(crds, KINDS_AT_ONCE, async (crd) => {
    const to = storageVersionOf(crd)
    if (to === undefined) return undefined
    const tally = tallyOf(crd, to)
    for await (const { items } of ctx.kube.pages(listableResource(crd), { metadataOnly: true })) for (const item of items) tally.count(item)
    return tally.need()
  })
  return needs.filter(isNeed)
}

/** Whether readMigrationNeeds would find nothing; looks no further than the first need. */
export async function isStorageMigrated(ctx: ReadContext): Promise<boolean> {
  const { crds } = await readCrds(ctx.kube)
  const stored = crds.flatMap((crd) => {
    const to = storageVersionOf(crd)
    return to === undefined ? [] : [{ crd, to }]
  })
  if (stored.some(({ crd, to }) => dropsOf(crd, to).length > 0)) return false
  const clean = await sideBySide(stored, KINDS_AT_ONCE, async ({ crd, to }) => {
    for await (const { items } of ctx.kube.pages(listableResource(crd), { metadataOnly: true }))
      if (items.some((item) => staleVersions(item, `${crd.group}/${to}`).length > 0)) return false
    return true
  })
  return clean.every(Boolean)
}

const trimText = ({ drops, to }: MigrationNeed): string => `storedVersions [${[...drops, to].join(', ')}] → [${to}]`

/** One line a CRD, as the plan shows it. */
export const migrationLines = (needs: readonly MigrationNeed[]): string[] =>
  needs.map((need) => {
    const { kind, objects, drops, stale, to } = need
    if (objects === 0) return `${kind}: no objects, ${trimText(need)}`
    const count = `${kind}: ${objects} ${objects === 1 ? 'object' : 'objects'}`
    return drops.length > 0
      ? `${count} stored as ${drops.join(', ')} → ${to}, ${trimText(need)}`
      : `${count} managed at ${stale.join(', ')} → ${to}`
  })

/** The patches, as dry run and journal show them. */
export const migrationPatches = (needs: readonly MigrationNeed[]): string[] =>
  needs.flatMap((need) => {
    const { crd, objects, drops, stale, to } = need
    const body = stale.length > 0 ? `--type merge {}, and metadata.managedFields at ${stale.join(', ')} → ${to}` : '--type merge {}'
    const rewrite = objects === 0 ? [] : [`patch ${objects} ${crd} ${body}`]
    return drops.length === 0 ? rewrite : [...rewrite, `update customresourcedefinition ${crd} --subresource status ${trimText(need)}`]
  })
