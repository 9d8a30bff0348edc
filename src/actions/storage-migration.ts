// Rewrites stored objects at their CRD's storage version and only then trims status.storedVersions: that order is the safety property.
import { OpsError } from '../errors.ts'
import type { InstalledCrd } from '../flux/installed.ts'
import type { Context, ReadContext } from '../ports/context.ts'
import type { Kube, KubeObject, Resource } from '../ports/kube.ts'
import { readCrds, readObjects, resourceOfCrd, storageVersionOf } from './cluster-survey.ts'
import { rewriteManagedFields, staleVersions } from './managed-fields.ts'
import { CRD, nameOf } from './resources.ts'
import { sideBySide } from './side-by-side.ts'

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

const LIMIT = 10
const ATTEMPTS = 5

const dropsOf = (crd: InstalledCrd, to: string): string[] => crd.storedVersions.filter((version) => version !== to)

const versionPart = (apiVersion: string): string => apiVersion.slice(apiVersion.indexOf('/') + 1)

/** Pure: what these CRDs and objects (read at their storage versions) need. */
export function migrationNeeds(crds: readonly InstalledCrd[], objects: readonly KubeObject[]): MigrationNeed[] {
  const needs: MigrationNeed[] = []
  for (const crd of crds) {
    const to = storageVersionOf(crd)
    if (to === undefined) continue
    const apiVersion = `${crd.group}/${to}`
    const mine = objects.filter((object) => object.kind === crd.kind && object.apiVersion === apiVersion)
    const stale = mine.filter((object) => staleVersions(object, apiVersion).length > 0)
    const drops = dropsOf(crd, to)
    if (drops.length === 0 && stale.length === 0) continue
    const named = [...new Set(stale.flatMap((object) => staleVersions(object, apiVersion)))].map(versionPart).sort()
    needs.push({ crd: crd.name, kind: crd.kind, to, drops, stale: named, objects: drops.length > 0 ? mine.length : stale.length })
  }
  return needs
}

/** What the cluster needs now; [] when every object is stored and owned at its CRD's storage version. */
export async function readMigrationNeeds(ctx: ReadContext): Promise<MigrationNeed[]> {
  const { crds } = await readCrds(ctx.kube)
  return migrationNeeds(crds, await readObjects(ctx.kube, crds))
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

/** Migrates all that needs it; safe to run again at any point. Returns how many objects were written and which CRDs were trimmed. */
export async function migrateStorage(ctx: Context): Promise<{ objects: number; crds: string[] }> {
  const { crds } = await readCrds(ctx.kube)
  const objects = await readObjects(ctx.kube, crds)
  const needed = new Set(migrationNeeds(crds, objects).map((need) => need.crd))
  let written = 0
  const trimmed: string[] = []
  for (const crd of crds.filter((each) => needed.has(each.name))) {
    written += await rewriteObjects(ctx, crd)
    if (await trim(ctx, crd)) trimmed.push(crd.name)
  }
  return { objects: written, crds: trimmed }
}

async function rewriteObjects(ctx: Context, crd: InstalledCrd): Promise<number> {
  const resource = resourceOfCrd(crd)
  const apiVersion = `${resource.group}/${resource.version}`
  const items = await readObjects(ctx.kube, [crd])
  // A kind that is not served lists as empty: trimming on that would strand what is stored.
  if (items.length === 0 && !(await ctx.kube.serves(resource))) throw notServed(crd, resource.version)
  const all = dropsOf(crd, resource.version).length > 0
  const todo = items.filter((item) => all || staleVersions(item, apiVersion).length > 0)
  let done = 0
  await sideBySide(todo, LIMIT, async (item) => {
    ctx.signal.throwIfAborted()
    await rewriteOne(ctx.kube, resource, item)
    done += 1
    ctx.progress({ waitingFor: `${crd.kind} objects to be stored as ${resource.version}`, lastSeen: `${done} of ${todo.length}` })
  })
  return todo.length
}

const notServed = (crd: InstalledCrd, version: string): OpsError =>
  new OpsError({
    code: 'storage-version-not-served',
    message: `the API server does not serve ${crd.name} at ${version}, the version that it stores: what is stored cannot be seen, and nothing was changed`,
    hints: [`kubectl get crd ${crd.name} -o yaml`, 'once it is served again:  flux-ops runs resume'],
  })

/** An empty patch makes the API server write the object at its storage version; a stale managedFields entry is rewritten with it. */
async function rewriteOne(kube: Kube, resource: Resource, listed: KubeObject): Promise<void> {
  const apiVersion = `${resource.group}/${resource.version}`
  let object: KubeObject | undefined = listed
  for (let attempt = 1; object !== undefined; attempt++) {
    try {
      if (staleVersions(object, apiVersion).length === 0) await kube.patch(resource, nameOf(object), 'merge', {})
      else await kube.patch(resource, nameOf(object), 'json', managedFieldsPatch(object, apiVersion))
      return
    } catch (error) {
      const again = error instanceof OpsError && (error.code === 'kube-conflict' || error.code === 'kube-invalid')
      const current: KubeObject | undefined = await kube.get(resource, nameOf(listed))
      if (current === undefined) return // deleted meanwhile: nothing of it is stored any more
      if (!again || attempt >= ATTEMPTS) throw error
      object = { ...current, apiVersion, kind: resource.kind }
    }
  }
}

// Setting resourceVersion makes the API server answer a conflict when somebody wrote in between; managedFields are then read again.
const managedFieldsPatch = (object: KubeObject, apiVersion: string): unknown[] => [
  { op: 'replace', path: '/metadata/resourceVersion', value: object.metadata.resourceVersion },
  { op: 'replace', path: '/metadata/managedFields', value: rewriteManagedFields(object.metadata.managedFields ?? [], apiVersion) },
]

/** Sets status.storedVersions to the storage version, unless the CRD has changed its storage version since the objects were rewritten. */
async function trim(ctx: Context, crd: InstalledCrd): Promise<boolean> {
  const to = storageVersionOf(crd)
  for (let attempt = 1; ; attempt++) {
    const object = await ctx.kube.get(CRD, { name: crd.name })
    const now = object?.spec?.versions?.find((version: { storage?: boolean }) => version.storage)?.name
    if (object === undefined || now !== to) {
      throw new OpsError({
        code: 'storage-version-moved',
        message: `${crd.name} changed its storage version from ${to} to ${now ?? 'nothing'} while its objects were rewritten`,
        hints: ['take the run up again, it starts this step from what is there now:  flux-ops runs resume'],
      })
    }
    const stored: string[] = object.status?.storedVersions ?? []
    if (stored.length === 1 && stored[0] === to) return false
    try {
      await ctx.kube.replace(CRD, { ...object, status: { ...object.status, storedVersions: [to] } }, { subresource: 'status' })
      return true
    } catch (error) {
      if (!(error instanceof OpsError && error.code === 'kube-conflict') || attempt >= ATTEMPTS) throw error
    }
  }
}
