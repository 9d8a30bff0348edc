// What each Flux release installs, as generated from its own manifests by scripts/catalogue.ts. The file is ours, so it is trusted.
import semver from 'semver'
import { OpsError, usageError } from '../../errors.ts'
import { COMPONENTS, type Component } from '../kinds.ts'
import { KUBERNETES } from './kubernetes.ts'
import data from './releases.json' with { type: 'json' }
import { type ControllerFacts, type CrdFacts, minorOf, type ReleaseFacts } from './types.ts'

export { KUBERNETES, type KubernetesVerdict, kubernetesVerdict } from './kubernetes.ts'
export * from './types.ts'

interface Stored {
  readonly crds: readonly Omit<CrdFacts, 'name'>[]
  readonly args: readonly (readonly string[])[]
  readonly releases: Readonly<
    Record<
      string,
      { readonly controllers: Readonly<Partial<Record<Component, { tag: string; args: number }>>>; readonly crds: readonly number[] }
    >
  >
}

const STORED = data as unknown as Stored

/** Known releases, oldest first, without `v`. */
export const releases = (): readonly string[] => Object.keys(STORED.releases).sort(semver.compare)

/** Newest known release of a minor (`2.7`), undefined when none is known. */
export const latestOf = (minor: string): string | undefined => releases().findLast((version) => minorOf(version) === minor)

/** Known minors, oldest first. */
export const minors = (): readonly string[] => [...new Set(releases().map(minorOf))]

export const isKnown = (version: string): boolean => Object.hasOwn(STORED.releases, version.replace(/^v/, ''))

/** Up to three of the same minor, else the newest of the two nearest minors. */
const near = (version: string): readonly string[] => {
  const same = releases().filter((known) => minorOf(known) === minorOf(version))
  if (same.length > 0) return same.slice(-3)

  const heads = minors().map((minor) => latestOf(minor) ?? '')
  return [...heads.filter((head) => semver.lt(head, version)).slice(-1), ...heads.filter((head) => semver.gt(head, version)).slice(0, 1)]
}

/**
 * Facts of a release; `2.9.2` and `v2.9.2` alike.
 * Throws OpsError `flux-version-invalid` when it is no full version, `flux-version-unknown` (both usage) naming near ones.
 */
export function release(version: string): ReleaseFacts {
  const bare = version.trim().replace(/^v/, '')
  if (semver.valid(bare) === null) {
    const newest = latestOf(minorOf(bare))
    throw usageError(
      'flux-version-invalid',
      `${JSON.stringify(version.slice(0, 40))} is not a Flux version`,
      newest === undefined
        ? `write it in full, for example ${releases().at(-1)}`
        : `write it in full: the newest known of ${minorOf(bare)} is ${newest}`,
    )
  }
  const stored = isKnown(bare) ? STORED.releases[bare] : undefined
  if (!stored) {
    throw usageError(
      'flux-version-unknown',
      `Flux ${bare} is not known to this version of flux-ops`,
      `known near it: ${near(bare).join(', ')}`,
    )
  }

  const kubernetes = KUBERNETES[minorOf(bare)]
  return {
    version: bare,
    minor: minorOf(bare),
    controllers: COMPONENTS.flatMap((component) => controllerOf(component, stored.controllers[component])),
    crds: stored.crds.map(crdAt),
    ...(kubernetes ? { kubernetes } : {}),
  }
}

const controllerOf = (component: Component, stored: { tag: string; args: number } | undefined): ControllerFacts[] =>
  stored ? [{ component, image: `fluxcd/${component}`, tag: stored.tag, args: STORED.args[stored.args] ?? [] }] : []

const crdAt = (index: number): CrdFacts => {
  const crd = STORED.crds[index]
  if (!crd) throw new OpsError({ code: 'catalogue-broken', message: `the catalogue has no CRD ${index}`, exit: 'bug' })
  return { name: `${crd.plural}.${crd.group}`, ...crd }
}

export const findCrd = (facts: ReleaseFacts, group: string, kind: string): CrdFacts | undefined =>
  facts.crds.find((crd) => crd.group === group && crd.kind === kind)

/** Versions in which any known release serves a kind, the newest first. */
export const everServed = (group: string, kind: string): string[] => [
  ...new Set(
    releases()
      .toReversed()
      .flatMap((version) =>
        (findCrd(release(version), group, kind)?.versions ?? [])
          .filter(({ served }) => served)
          .map(({ name }) => name)
          .toReversed(),
      ),
  ),
]

/** The version new objects are stored at. */
export const storageVersion = (crd: {
  readonly versions: readonly { readonly name: string; readonly storage: boolean }[]
}): string | undefined => crd.versions.find((version) => version.storage)?.name

export const names = (versions: readonly { readonly name: string }[]): string[] => versions.map((version) => version.name)
