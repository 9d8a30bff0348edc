// Whether an older release can be put back: the API server refuses its CRDs while objects may be stored in a version they lack.
import { findCrd, isKnown, names, release, releases, storageVersion } from './catalogue/index.ts'
import type { InstalledCrd } from './installed.ts'

export type RollbackBlocker = {
  readonly crd: string
  /** Entries of status.storedVersions that the older release does not have. */
  readonly stored: readonly string[]
  /** The oldest known release that has them all; undefined when none has. */
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

/**
 * Whether `to` can be applied over what is live now. CRDs that `to` does not have are left alone and stop nothing.
 * Throws OpsError `flux-version-unknown` when `to` is not in the catalogue.
 */
export function rollbackVerdict(from: string, to: string, liveCrds: readonly InstalledCrd[]): RollbackVerdict {
  const old = release(to)
  const blockers = liveCrds.flatMap((crd): RollbackBlocker[] => {
    const older = findCrd(old, crd.group, crd.kind)
    const stored = older ? crd.storedVersions.filter((version) => !names(older.versions).includes(version)) : []
    if (stored.length === 0) return []

    const lowest = lowestWith(crd, crd.storedVersions)
    const stay = lowest === undefined ? `stay on ${from}` : `the oldest release that can be put back is ${lowest}`
    return [
      {
        crd: crd.name,
        stored,
        ...(lowest === undefined ? {} : { lowest }),
        todo: `${stay}; repair forward, or restore the backup into a new cluster`,
      },
    ]
  })
  return blockers.length === 0 ? { accepted: true } : { accepted: false, blockers }
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
