// Which chain of releases the API server accepts. Its rule: an update of a CRD is refused while status.storedVersions names a version
// that the new spec.versions lacks. Objects can be rewritten only to the storage version installed now, so a release is within reach when
// it still has, for every CRD, the version that is the storage version now.
import semver from 'semver'
import {
  findCrd,
  isKnown,
  kubernetesVerdict,
  latestOf,
  minors,
  names,
  type ReleaseFacts,
  release,
  releases,
  storageVersion,
} from './catalogue/index.ts'
import type { InstalledCrd } from './installed.ts'
import type { Component } from './kinds.ts'

export { type Promotion, promotions, type RollbackBlocker, type RollbackVerdict, rollbackVerdict } from './rollbacks.ts'

/** Rewrite every object of `crd` at `to` (its storage version now), then trim storedVersions to it. `drops`: the entries that go. */
export type Migration = { readonly crd: string; readonly drops: readonly string[]; readonly to: string }

export type Hop = {
  readonly from: string
  readonly to: string
  /** Needed, or the API server refuses the CRDs of `to`. */
  readonly migrateBefore: readonly Migration[]
  /** What the new storage versions leave behind; the next hop needs it, the last one is the tidier for it. */
  readonly migrateAfter: readonly Migration[]
  readonly why: string
  readonly warnings: readonly string[]
}

export type HopPlan =
  | { readonly kind: 'hops'; readonly hops: readonly Hop[] }
  | { readonly kind: 'nothing'; readonly version: string }
  | {
      readonly kind: 'refused'
      readonly code: 'downgrade' | 'no-path' | 'version-unknown' | 'stored-version-unknown' | 'stop-invalid'
      readonly reason: string
      readonly hints: readonly string[]
    }

export type HopInput = {
  readonly from: string
  readonly to: string
  readonly crds: readonly InstalledCrd[]
  /** gitVersion of the API server, for warnings and to choose between stops. */
  readonly kubernetes?: string
  /** Components that will be applied; CRDs of others stay as they are and stop nothing. Default: all. */
  readonly components?: readonly Component[]
  /** Stops that a person has chosen, in any order; between them the planner adds what is missing. */
  readonly via?: readonly string[]
}

/** A CRD as it would stand in the cluster at one point of the chain. */
type Standing = {
  readonly crd: InstalledCrd
  readonly versions: readonly string[]
  readonly storage: string
  readonly stored: readonly string[]
}

const bare = (version: string): string => version.trim().replace(/^v/, '')

/** A release leaves CRDs alone that it does not have or whose component is not applied. */
const crdIn = (facts: ReleaseFacts, crd: Pick<InstalledCrd, 'group' | 'kind'>, components?: readonly Component[]) => {
  const found = findCrd(facts, crd.group, crd.kind)
  return found && (components === undefined || components.includes(found.component)) ? found : undefined
}

const missingIn = (facts: ReleaseFacts, standing: Standing, components: readonly Component[] | undefined): string[] => {
  const target = crdIn(facts, standing.crd, components)
  return target ? standing.stored.filter((stored) => !names(target.versions).includes(stored)) : []
}

/** Whether a migration, if one is needed, would make the API server accept the CRDs of `facts`. */
const withinReach = (facts: ReleaseFacts, standings: readonly Standing[], components?: readonly Component[]): boolean =>
  standings.every((standing) => {
    const target = crdIn(facts, standing.crd, components)
    return target === undefined || names(target.versions).includes(standing.storage)
  })

const before = (facts: ReleaseFacts, standings: readonly Standing[], components?: readonly Component[]): Migration[] =>
  standings
    .filter((standing) => missingIn(facts, standing, components).length > 0)
    .map(({ crd, stored, storage }) => ({ crd: crd.name, drops: stored.filter((version) => version !== storage), to: storage }))

/** How the CRDs stand once `facts` is applied, `migrated` ones having been trimmed first. */
function afterApply(
  facts: ReleaseFacts,
  standings: readonly Standing[],
  migrated: readonly Migration[],
  components?: readonly Component[],
): Standing[] {
  return standings.map((standing) => {
    const target = crdIn(facts, standing.crd, components)
    if (!target) return standing

    const stored = migrated.some((migration) => migration.crd === standing.crd.name) ? [standing.storage] : standing.stored
    const storage = storageVersion(target) ?? standing.storage
    return { crd: standing.crd, versions: names(target.versions), storage, stored: [...new Set([...stored, storage])] }
  })
}

const trimmed = (standings: readonly Standing[]): Standing[] => standings.map((each) => ({ ...each, stored: [each.storage] }))

const leftOver = (standings: readonly Standing[]): Migration[] =>
  standings
    .filter(({ stored, storage }) => stored.some((version) => version !== storage))
    .map(({ crd, stored, storage }) => ({ crd: crd.name, drops: stored.filter((version) => version !== storage), to: storage }))

const started = (crds: readonly InstalledCrd[]): Standing[] =>
  crds.map((crd) => ({ crd, versions: names(crd.versions), storage: storageVersion(crd) ?? '', stored: crd.storedVersions }))

const servedCount = (facts: ReleaseFacts): number => facts.crds.flatMap((crd) => crd.versions.filter((version) => version.served)).length

/** Better stops first: tested with this Kubernetes, then the one that still serves most API versions (kind to manifests in git), then the newest. */
function stops(from: string, to: string, kubernetes: string | undefined): string[] {
  const between = minors()
    .flatMap((minor) => latestOf(minor) ?? [])
    .filter((version) => semver.gt(version, from) && semver.lt(version, to))
  const tested = (version: string): number =>
    kubernetes !== undefined && kubernetesVerdict(version, kubernetes).status === 'tested' ? 1 : 0
  const rank = (version: string): [number, number] => [tested(version), servedCount(release(version))]

  return between.sort((a, b) => {
    const [left, right] = [rank(a), rank(b)]
    return right[0] - left[0] || right[1] - left[1] || semver.compare(b, a)
  })
}

/** The chosen stops in order, then the target, each reached by a shortest chain. */
function chain(input: HopInput, standings: readonly Standing[]): string[] | undefined {
  const versions: string[] = []
  let from = input.from
  let now = standings
  for (const to of [...(input.via ?? []), input.to]) {
    const part = shortest({ ...input, from, to }, now)
    if (part === undefined) return undefined
    for (const version of part) now = trimmed(afterApply(release(version), now, [], input.components))
    versions.push(...part)
    from = to
  }
  return versions
}

/** Shortest chain of releases that ends at `to`; breadth first, so the first one found is a shortest, and of those the best-ranked. */
function shortest(input: HopInput, standings: readonly Standing[]): string[] | undefined {
  const ranked = stops(input.from, input.to, input.kubernetes)
  let paths: { versions: string[]; standings: readonly Standing[] }[] = [{ versions: [], standings }]
  while (paths.length > 0) {
    const next: typeof paths = []
    for (const path of paths) {
      if (withinReach(release(input.to), path.standings, input.components)) return [...path.versions, input.to]
      for (const stop of ranked) {
        if (semver.lte(stop, path.versions.at(-1) ?? input.from) || !withinReach(release(stop), path.standings, input.components)) continue
        next.push({
          versions: [...path.versions, stop],
          standings: trimmed(afterApply(release(stop), path.standings, [], input.components)),
        })
      }
    }
    paths = next
  }
  return undefined
}

const list = (items: readonly string[]): string => items.join(', ')

/** Why a chain stops before its end: what the target lacks of what is stored now. */
function whyStop(to: string, standings: readonly Standing[], components: readonly Component[] | undefined): string {
  const facts = release(to)
  const lacks = standings.filter((standing) => !withinReach(facts, [standing], components))
  return list(lacks.map(({ crd, storage }) => `${crd.kind} ${storage}`))
}

function describe(stop: string, input: HopInput, standings: readonly Standing[], migrations: readonly Migration[]): string {
  if (stop !== input.to) {
    const lacks = whyStop(input.to, standings, input.components)
    if (lacks === '') return `a stop that was chosen; the API server would take the CRDs of ${input.to} without it`
    return `Flux ${input.to} does not have ${lacks}, the version objects are stored at; ${stop} has it and what comes after it`
  }
  if (migrations.length > 0) return `objects stored in an API version that ${stop} drops are rewritten first`
  return `the API server takes the CRDs of ${stop} as they are`
}

function buildHops(input: HopInput, versions: readonly string[]): Hop[] {
  let standings = started(input.crds)
  let from = input.from
  return versions.map((to) => {
    const facts = release(to)
    const migrateBefore = before(facts, standings, input.components)
    const why = describe(to, input, standings, migrateBefore)
    const applied = afterApply(facts, standings, migrateBefore, input.components)
    const kubernetes = input.kubernetes === undefined ? undefined : kubernetesVerdict(to, input.kubernetes)
    const warnings = kubernetes && kubernetes.status !== 'tested' ? [kubernetes.message] : []
    const hop = { from, to, migrateBefore, migrateAfter: leftOver(applied), why, warnings }
    standings = trimmed(applied)
    from = to
    return hop
  })
}

/** What must hold before a chain is looked for; undefined when it does. */
function refusedAtOnce({ from, to, crds, via = [] }: HopInput): HopPlan | undefined {
  if (semver.valid(from) === null) return refuse('version-unknown', `which Flux runs is not known (${from})`, 'flux version')
  if (!isKnown(to))
    return refuse('version-unknown', `Flux ${to} is not known to this version of flux-ops`, `newest known: ${releases().at(-1)}`)
  if (semver.lt(to, from)) {
    return refuse('downgrade', `Flux ${to} is older than ${from}, which runs now`, 'to go back after an upgrade: flux-ops rollback <run>')
  }
  const stray = via.find((stop) => !isKnown(stop) || semver.lte(stop, from) || semver.gte(stop, to))
  if (stray !== undefined) {
    const why = isKnown(stray) ? `is not between ${from}, which runs now, and ${to}` : 'is not known to this version of flux-ops'
    const between = releases().filter((version) => semver.gt(version, from) && semver.lt(version, to))
    return refuse('stop-invalid', `Flux ${stray} cannot be a stop: it ${why}`, `stops there may be: ${list(between) || 'none'}`)
  }
  const lost = crds.find((crd) => crd.storedVersions.some((stored) => !names(crd.versions).includes(stored)))
  if (lost) {
    const stored = lost.storedVersions.filter((version) => !names(lost.versions).includes(version))
    return refuse(
      'stored-version-unknown',
      `${lost.name} says objects are stored as ${list(stored)}, which its own versions (${list(names(lost.versions))}) do not have`,
      `kubectl get crd ${lost.name} -o yaml, then apply the CRDs of the release that has ${list(stored)}`,
    )
  }
  const none = crds.find((crd) => storageVersion(crd) === undefined)
  return none && refuse('stored-version-unknown', `${none.name} has no storage version`, `kubectl get crd ${none.name} -o yaml`)
}

const refuse = (code: (HopPlan & { kind: 'refused' })['code'], reason: string, ...hints: string[]): HopPlan => ({
  kind: 'refused',
  code,
  reason,
  hints,
})

/** `from` needs not be in the catalogue: what counts are the CRDs that are installed. Never throws. */
export function planHops(raw: HopInput): HopPlan {
  const via = [...new Set((raw.via ?? []).map(bare))].sort((one, other) => one.localeCompare(other, 'en', { numeric: true }))
  const input = { ...raw, from: bare(raw.from), to: bare(raw.to), via }
  const refused = refusedAtOnce(input)
  if (refused) return refused
  if (semver.eq(input.from, input.to)) return { kind: 'nothing', version: input.to }

  const standings = started(input.crds)
  const versions = chain(input, standings)
  if (versions) return { kind: 'hops', hops: buildHops(input, versions) }

  return refuse(
    'no-path',
    `no chain of known releases leads from ${input.from} to ${input.to}: ${whyStop(input.to, standings, input.components)} is stored, and no release between them has both that and what ${input.to} has`,
    'flux-ops upgrade plan --to <a release in between>',
  )
}
