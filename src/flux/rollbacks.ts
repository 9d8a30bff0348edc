// Whether an older release can be put back: the API server refuses its CRDs while objects may be stored in a version they lack.
import { findCrd, isKnown, names, type ReleaseFacts, release, releases, storageVersion } from './catalogue/index.ts'
import type { InstalledCrd } from './installed.ts'

export type RollbackBlocker = {
  readonly crd: string
  /** Entries of status.storedVersions that the older release does not have. */
  readonly stored: readonly string[]
  /** The oldest known release that can be put back over all that is stored, of this CRD and the others; undefined when there is none. */
  readonly lowest?: string
  readonly todo: string
}

export type RollbackVerdict = { readonly accepted: true } | { readonly accepted: false; readonly blockers: readonly RollbackBlocker[] }

export type Promotion = { readonly crd: string; readonly to: string; readonly lowest?: string }

/** The oldest known release whose CRD has all of `versions`. */
const lowestWith = (crd: Pick<InstalledCrd, 'group' | 'kind'>, versions: readonly string[]): string | undefined =>
  releases().find((version) => {
    const found = findCrd(release(version), crd.group, crd.kind)
    return found && versions.every((each) => names(found.versions).includes(each))
  })

/** What the API server holds against putting `old` over this CRD. One that `old` does not have is left alone and stops nothing. */
function lackedBy(old: ReleaseFacts, crd: InstalledCrd): string[] {
  const older = findCrd(old, crd.group, crd.kind)
  return older ? crd.storedVersions.filter((version) => !names(older.versions).includes(version)) : []
}

/**
 * Whether `to` can be applied over what is live now.
 * Throws OpsError `flux-version-unknown` when `to` is not in the catalogue.
 */
export function rollbackVerdict(from: string, to: string, liveCrds: readonly InstalledCrd[]): RollbackVerdict {
  const old = release(to)
  const blocking = liveCrds.filter((crd) => lackedBy(old, crd).length > 0)
  if (blocking.length === 0) return { accepted: true }

  const lowest = releases().find((version) => liveCrds.every((crd) => lackedBy(release(version), crd).length === 0))
  const stay = lowest === undefined ? `stay on ${from}` : `the oldest release that can be put back is ${lowest}`
  const blockers = blocking.map((crd) => ({
    crd: crd.name,
    stored: lackedBy(old, crd),
    ...(lowest === undefined ? {} : { lowest }),
    todo: `${stay}; repair forward, or restore the backup into a new cluster`,
  }))
  return { accepted: false, blockers }
}

/** What cannot go back once `to` is applied over `from`: CRDs whose new storage version `from` lacks. Empty: no point of no return. */
export function promotions(from: string, to: string, crds: readonly InstalledCrd[]): Promotion[] {
  const old = isKnown(from) ? release(from) : undefined
  return crds.flatMap((crd): Promotion[] => {
    const target = findCrd(release(to), crd.group, crd.kind)
    const storage = target && storageVersion(target)
    const known = names((old && findCrd(old, crd.group, crd.kind)?.versions) ?? crd.versions)
    if (storage === undefined || known.includes(storage)) return []

    const lowest = lowestWith(crd, [storage])
    return [{ crd: crd.name, to: storage, ...(lowest === undefined ? {} : { lowest }) }]
  })
}
