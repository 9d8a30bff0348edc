// Which chain of releases the API server accepts. Objects can be rewritten only to the storage version installed now, so a release is
// within reach when it still has, for every CRD, the version that is the storage version now (see standings.ts).
import semver from 'semver'
import { isKnown, kubernetesVerdict, minorOf, names, type ReleaseFacts, release, releases, storageVersion } from './catalogue/index.ts'
import type { InstalledCrd } from './installed.ts'
import type { Component } from './kinds.ts'
import {
  afterApply,
  crdIn,
  leftOver,
  type Migration,
  neededBefore,
  type Scope,
  type Standing,
  scopeOf,
  started,
  trimmed,
  withinReach,
} from './standings.ts'

export { type Promotion, promotions, type RollbackBlocker, type RollbackVerdict, rollbackVerdict } from './rollbacks.ts'
export type { Migration } from './standings.ts'

/** A CRD that keeps the target from being reached at once: it stores `stored`, which the target lacks. `becomes`: what the stop stores. */
export type StopReason = { readonly crd: string; readonly kind: string; readonly stored: string; readonly becomes: string }

export type Hop = {
  readonly from: string
  readonly to: string
  /** Needed, or the API server refuses the CRDs of `to`. */
  readonly migrateBefore: readonly Migration[]
  /** What the new storage versions leave behind; the next hop needs it, the last one is the tidier for it. */
  readonly migrateAfter: readonly Migration[]
  readonly why: string
  /** Why there is a stop at `to`; [] where the chain ends, and for a stop that only a person wants. */
  readonly because: readonly StopReason[]
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
  /**
   * Components that will be applied; CRDs of others stay as they are and stop nothing. A stop makes those of their CRDs that are missing
   * now. Default: whatever is installed, and what the release that runs does not have at all.
   */
  readonly components?: readonly Component[]
  /** Stops that a person has chosen, in any order; between them the planner adds what is missing. */
  readonly via?: readonly string[]
}

const bare = (version: string): string => version.trim().replace(/^v/, '')

const servedCount = (facts: ReleaseFacts): number => facts.crds.flatMap((crd) => crd.versions.filter((version) => version.served)).length

/** Better stops first: tested with this Kubernetes, then the one that still serves most API versions (kind to manifests in git), then the newest. */
function stops(from: string, to: string, kubernetes: string | undefined): string[] {
  const all = releases().filter((version) => semver.gt(version, from) && semver.lt(version, to))
  const between = all.filter((version, index) => minorOf(version) !== minorOf(all[index + 1] ?? ''))
  const tested = (version: string): number =>
    kubernetes !== undefined && kubernetesVerdict(version, kubernetes).status === 'tested' ? 1 : 0
  const rank = (version: string): [number, number] => [tested(version), servedCount(release(version))]

  return between.sort((a, b) => {
    const [left, right] = [rank(a), rank(b)]
    return right[0] - left[0] || right[1] - left[1] || semver.compare(b, a)
  })
}

/** The chosen stops in order, then the target, each reached by a shortest chain. */
function chain(input: HopInput, standings: readonly Standing[], scope: Scope): string[] | undefined {
  const versions: string[] = []
  let from = input.from
  let now = standings
  for (const to of [...(input.via ?? []), input.to]) {
    const part = shortest({ ...input, from, to }, now, scope)
    if (part === undefined) return undefined
    for (const version of part) now = trimmed(afterApply(release(version), now, [], scope))
    versions.push(...part)
    from = to
  }
  return versions
}

/** Shortest chain of releases that ends at `to`; breadth first, so the first one found is a shortest, and of those the best-ranked. */
function shortest(input: HopInput, standings: readonly Standing[], scope: Scope): string[] | undefined {
  const ranked = stops(input.from, input.to, input.kubernetes)
  let paths: { versions: string[]; standings: readonly Standing[] }[] = [{ versions: [], standings }]
  while (paths.length > 0) {
    const next: typeof paths = []
    for (const path of paths) {
      if (withinReach(release(input.to), path.standings, scope)) return [...path.versions, input.to]
      for (const stop of ranked) {
        if (semver.lte(stop, path.versions.at(-1) ?? input.from) || !withinReach(release(stop), path.standings, scope)) continue
        next.push({
          versions: [...path.versions, stop],
          standings: trimmed(afterApply(release(stop), path.standings, [], scope)),
        })
      }
    }
    paths = next
  }
  return undefined
}

const list = (items: readonly string[]): string => items.join(', ')

/** What is stored in a version that the end of the chain lacks, and what the stop makes of it. */
function reasons(stop: string, end: string, standings: readonly Standing[], scope: Scope): StopReason[] {
  const lacking = standings.filter((standing) => !withinReach(release(end), [standing], scope))
  return lacking.map((standing) => {
    const there = crdIn(release(stop), standing, scope)
    const { crd, storage } = standing
    return { crd: crd.name, kind: crd.kind, stored: storage, becomes: (there && storageVersion(there)) ?? storage }
  })
}

const lacks = (because: readonly StopReason[]): string => list(because.map(({ kind, stored }) => `${kind} ${stored}`))

function describe(stop: string, input: HopInput, because: readonly StopReason[], migrations: readonly Migration[]): string {
  if (stop !== input.to) {
    if (because.length === 0) return `a stop that was chosen; the API server would take the CRDs of ${input.to} without it`
    const moved = because.filter(({ stored, becomes }) => stored !== becomes).map(({ kind, becomes }) => `${kind} as ${becomes}`)
    return `Flux ${input.to} does not have ${lacks(because)}, the version that objects are stored at; ${stop} has it${moved.length > 0 ? ` and stores ${list(moved)}` : ''}`
  }
  if (migrations.length > 0) return `objects stored in an API version that ${stop} drops are rewritten first`
  return `the API server takes the CRDs of ${stop} as they are`
}

function buildHops(input: HopInput, versions: readonly string[], scope: Scope): Hop[] {
  let standings = started(input.crds)
  let from = input.from
  return versions.map((to) => {
    const facts = release(to)
    const migrateBefore = neededBefore(facts, standings, scope)
    const because = to === input.to ? [] : reasons(to, input.to, standings, scope)
    const why = describe(to, input, because, migrateBefore)
    const applied = afterApply(facts, standings, migrateBefore, scope)
    const kubernetes = input.kubernetes === undefined ? undefined : kubernetesVerdict(to, input.kubernetes)
    const warnings = kubernetes && kubernetes.status !== 'tested' ? [kubernetes.message] : []
    const hop = { from, to, migrateBefore, migrateAfter: leftOver(applied), why, because, warnings }
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

  const scope = scopeOf(input.from, input.crds, input.components)
  const standings = started(input.crds)
  const versions = chain(input, standings, scope)
  if (versions) return { kind: 'hops', hops: buildHops(input, versions, scope) }

  const stuck = lacks(reasons(input.to, input.to, standings, scope))
  return refuse(
    'no-path',
    `no chain of known releases leads from ${input.from} to ${input.to}: ${stuck} is stored, and no release between them has both that and what ${input.to} has`,
    'flux-ops upgrade plan --to <a release in between>',
  )
}
