// What a release changes or breaks, as data: which controller versions have it, whom it concerns here, and what to do. A predicate is pure,
// and where something it needs could not be read it says so: that is never "nobody is concerned".
import type { KubeObject } from '../../../ports/kube.ts'
import type { RepoFile } from '../../files.ts'
import type { Component } from '../../kinds.ts'

/** What was found when a Secret was asked for the names of its keys; values are never kept. */
export type SecretLook = { readonly keys: readonly string[] } | { readonly missing: true } | { readonly unread: string }

/** What Helm's own record of a release was looked through for; what stands in it is never kept. */
export type RecordLook = { readonly twice: readonly string[] } | { readonly unread: string }

export type FactWorld = {
  /** Every Flux object, each at its storage version. */
  readonly objects: readonly KubeObject[]
  /** The Deployments of the controllers. */
  readonly deployments: readonly KubeObject[]
  /** YAML of the clone. */
  readonly files: readonly RepoFile[]
  /** By `namespace/name`: those that some fact named in `secrets`. */
  readonly secrets: ReadonlyMap<string, SecretLook>
  /** By `namespace/name` of the HelmRelease: those that some fact named in `records`. */
  readonly records: ReadonlyMap<string, RecordLook>
}

export type FactObject = {
  /** `Kind namespace/name` or `path:line`. */
  readonly where: string
  readonly what: string
}

export type FactFinding = {
  readonly objects: readonly FactObject[]
  /** Why nobody can tell of some of them. */
  readonly unknown?: string
}

/** Versions of one controller, without `v`: from the first that has it to the first that has it no more. */
export type FactRange = { readonly component: Component; readonly from: string; readonly until?: string }

export type ReleaseFact = {
  /** Stable, kebab-case; the id of the check where severity makes it one. */
  readonly id: string
  /** The Flux minor that brought it. */
  readonly minor: string
  readonly range: FactRange
  /** Holds as long as a version in the range runs, and not only when the range is entered: a bug, a gate. */
  readonly lasting?: true
  /** What is different. */
  readonly title: string
  /** What then goes wrong for the objects concerned. */
  readonly breaks: string
  readonly fix: string
  /** Public URL. */
  readonly source: string
  /** note: shown in the plan. warning and error: a check of this id as well. */
  readonly severity: 'note' | 'warning' | 'error'
  /** Title of that check: a sentence that is true when nobody is concerned. */
  readonly holds?: string
  /** Secrets whose key names the predicate needs, as `namespace/name`. */
  readonly secrets?: (objects: readonly KubeObject[]) => readonly string[]
  /** HelmReleases whose record the predicate needs. */
  readonly records?: (objects: readonly KubeObject[]) => readonly KubeObject[]
  readonly concerns: (world: FactWorld) => FactFinding
}
