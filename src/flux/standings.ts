// How the CRDs of Flux stand at one point of a chain of releases, and what the API server makes of the next one. Its rule: an update of a
// CRD is refused while status.storedVersions names a version that the new spec.versions lacks; and what is applied is stored from then on.
import semver from 'semver'
import { type CrdFacts, findCrd, names, type ReleaseFacts, release, releases, storageVersion } from './catalogue/index.ts'
import type { InstalledCrd } from './installed.ts'
import { COMPONENTS, type Component } from './kinds.ts'

/** Rewrite every object of `crd` at `to` (its storage version now), then trim storedVersions to it. `drops`: the entries that go. */
export type Migration = { readonly crd: string; readonly drops: readonly string[]; readonly to: string }

export type Standing = {
  readonly crd: Pick<InstalledCrd, 'name' | 'group' | 'kind'>
  readonly versions: readonly string[]
  readonly storage: string
  readonly stored: readonly string[]
}

/** What a release is applied with here: `applied`, undefined for all; `brought` are the components whose missing CRDs it makes. */
export type Scope = { readonly applied: readonly Component[] | undefined; readonly brought: ReadonlySet<Component> }

/**
 * Where nobody says which components are applied, it is those with a CRD in the cluster: one that the release which runs has and that is not
 * there was left out on purpose. A component that only a later release has is taken to come with it.
 */
export function scopeOf(from: string, crds: readonly InstalledCrd[], components: readonly Component[] | undefined): Scope {
  if (components !== undefined) return { applied: components, brought: new Set(components) }
  const near = releases().findLast((version) => semver.lte(version, from)) ?? releases()[0]
  const known = near === undefined ? [] : release(near).crds
  const brought = COMPONENTS.filter((component) => {
    const own = known.filter((crd) => crd.component === component)
    return own.length === 0 || own.some((crd) => crds.some((each) => each.name === crd.name))
  })
  return { applied: undefined, brought: new Set(brought) }
}

/** The CRD in a release that is applied; undefined when the release leaves it alone: it does not have it, or its component is not applied. */
export function crdIn(facts: ReleaseFacts, { crd }: Pick<Standing, 'crd'>, scope: Scope): CrdFacts | undefined {
  const found = findCrd(facts, crd.group, crd.kind)
  return found && (scope.applied === undefined || scope.applied.includes(found.component)) ? found : undefined
}

export const started = (crds: readonly InstalledCrd[]): Standing[] =>
  crds.map((crd) => ({ crd, versions: names(crd.versions), storage: storageVersion(crd) ?? '', stored: crd.storedVersions }))

/** Whether a migration, if one is needed, would make the API server accept the CRDs of `facts`. */
export const withinReach = (facts: ReleaseFacts, standings: readonly Standing[], scope: Scope): boolean =>
  standings.every((standing) => {
    const target = crdIn(facts, standing, scope)
    return target === undefined || names(target.versions).includes(standing.storage)
  })

const dropsOf = ({ stored, storage }: Standing): string[] => stored.filter((version) => version !== storage)

const migrationOf = (standing: Standing): Migration => ({ crd: standing.crd.name, drops: dropsOf(standing), to: standing.storage })

/** What has to be rewritten, or the API server refuses the CRDs of `facts`. */
export const neededBefore = (facts: ReleaseFacts, standings: readonly Standing[], scope: Scope): Migration[] =>
  standings
    .filter((standing) => {
      const target = crdIn(facts, standing, scope)
      return target !== undefined && standing.stored.some((stored) => !names(target.versions).includes(stored))
    })
    .map(migrationOf)

/** How the CRDs stand once `facts` is applied, those of `migrated` having been trimmed first. */
export function afterApply(facts: ReleaseFacts, standings: readonly Standing[], migrated: readonly Migration[], scope: Scope): Standing[] {
  const kept = standings.map((standing) => {
    const target = crdIn(facts, standing, scope)
    if (!target) return standing

    const stored = migrated.some((migration) => migration.crd === standing.crd.name) ? [standing.storage] : standing.stored
    const storage = storageVersion(target) ?? standing.storage
    return { crd: standing.crd, versions: names(target.versions), storage, stored: [...new Set([...stored, storage])] }
  })
  const missing = facts.crds.filter((crd) => scope.brought.has(crd.component) && !standings.some((each) => each.crd.name === crd.name))
  return [...kept, ...missing.map(standingOf)]
}

/** A CRD that a stop makes has no objects, yet what it stores has to be in every release that comes after. */
function standingOf(crd: CrdFacts): Standing {
  const storage = storageVersion(crd) ?? ''
  return { crd, versions: names(crd.versions), storage, stored: [storage] }
}

/** Once everything is rewritten. */
export const trimmed = (standings: readonly Standing[]): Standing[] => standings.map((each) => ({ ...each, stored: [each.storage] }))

/** What is stored, or may be, in another version than the storage version. */
export const leftOver = (standings: readonly Standing[]): Migration[] =>
  standings.filter((standing) => dropsOf(standing).length > 0).map(migrationOf)
