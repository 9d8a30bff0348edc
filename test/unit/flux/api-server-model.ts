// A model of the API server's rule for CRDs, written apart from the planner so that one can be tested against the other.
import { type CrdFacts, release, releases } from '../../../src/flux/catalogue/index.ts'
import type { InstalledCrd } from '../../../src/flux/installed.ts'

interface StoredCrd {
  served: Set<string>
  storage: string
  stored: Set<string>
}

export class ApiServerModel {
  readonly crds = new Map<string, StoredCrd>()

  constructor(installed: readonly InstalledCrd[]) {
    for (const crd of installed) {
      const storage = crd.versions.find((version) => version.storage)?.name ?? ''
      this.crds.set(crd.name, {
        served: new Set(crd.versions.map((version) => version.name)),
        storage,
        stored: new Set(crd.storedVersions),
      })
    }
  }

  /**
   * Names of the CRDs the API server refuses; applies nothing then. `applied`: which of the release's CRDs are in what is applied, by default
   * those that are there already. One that is not there is made.
   */
  apply(version: string, applied: (crd: CrdFacts) => boolean = (crd) => this.crds.has(crd.name)): string[] {
    const wanted = release(version).crds.filter(applied)
    const refused = wanted.filter((crd) =>
      [...(this.crds.get(crd.name)?.stored ?? [])].some((stored) => !crd.versions.some((each) => each.name === stored)),
    )
    if (refused.length > 0) return refused.map((crd) => crd.name)

    for (const crd of wanted) {
      const live = this.crds.get(crd.name) ?? { served: new Set(), storage: '', stored: new Set<string>() }
      this.crds.set(crd.name, live)
      live.served = new Set(crd.versions.map((each) => each.name))
      live.storage = crd.versions.find((each) => each.storage)?.name ?? ''
      live.stored.add(live.storage)
    }
    return []
  }

  /** Rewrites all objects at the storage version, then trims; only that version can be migrated to. */
  migrate(crd: string, to: string): void {
    const live = this.crds.get(crd)
    if (live?.storage !== to) throw new Error(`${crd} is stored at ${live?.storage} now, not at ${to}`)
    live.stored = new Set([to])
  }

  /** Rewrites everything there is. */
  migrateAll(): void {
    for (const live of this.crds.values()) live.stored = new Set([live.storage])
  }

  /** As kubectl would read them now. */
  installed(): InstalledCrd[] {
    return [...this.crds].map(([name, { served, storage, stored }]) => {
      const { group, kind, plural } = KNOWN.get(name) ?? { group: '', kind: '', plural: '' }
      const versions = [...served].map((version) => ({ name: version, served: true, storage: version === storage }))
      return { name, group, kind, plural, versions, storedVersions: [...stored] }
    })
  }
}

const KNOWN = new Map(releases().flatMap((version) => release(version).crds.map((crd) => [crd.name, crd])))
