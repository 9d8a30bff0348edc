// Which release of the Flux Operator was the first to carry each release of Flux: in its image, and in the distribution artifact of the same tag.
// Source: config/data/flux at the tags of github.com/controlplaneio-fluxcd/flux-operator.
import semver from 'semver'

const FIRST: Readonly<Record<string, string>> = {
  '2.2.3': '0.1.0',
  '2.3.0': '0.1.0',
  '2.4.0': '0.10.0',
  '2.5.0': '0.15.0',
  '2.5.1': '0.16.0',
  '2.6.0': '0.21.0',
  '2.6.1': '0.22.0',
  '2.6.2': '0.23.0',
  '2.6.3': '0.24.0',
  '2.6.4': '0.24.0',
  '2.7.0': '0.30.0',
  '2.7.1': '0.31.0',
  '2.7.2': '0.32.0',
  '2.7.3': '0.33.0',
  '2.7.4': '0.34.0',
  '2.7.5': '0.35.0',
  '2.8.0': '0.42.0',
  '2.8.1': '0.43.0',
  '2.8.2': '0.44.0',
  '2.8.3': '0.45.0',
  '2.8.5': '0.46.0',
  '2.8.6': '0.48.0',
  '2.8.7': '0.49.0',
  '2.8.8': '0.50.0',
  '2.9.0': '0.53.0',
  '2.9.1': '0.54.0',
  '2.9.2': '0.55.0',
  '2.9.3': '0.56.0',
  '2.9.4': '0.58.0',
}

/**
 * Before it, the operator skipped the migration of stored objects on every upgrade of a minor where status.storedVersions had one entry already.
 * Source: internal/controller/fluxinstance_controller.go, v0.40.0 and v0.41.0.
 */
export const OPERATOR_MIGRATES_SINCE = '0.41.0'

/** Since it, an artifact may only bring patches of the minors that the operator's own image has. Source: the same file, v0.54.0. */
const MINORS_OF_IMAGE_SINCE = '0.54.0'

/** The release that the sandbox runs, and everything here is tested with. */
export const OPERATOR_TESTED = '0.58.1'

/** Where its publisher has image, chart and manifests. */
export const OPERATOR_REGISTRY = 'ghcr.io/controlplaneio-fluxcd'

/** The chart in a registry that is laid out as the publisher's. */
export const chartIn = (registry: string): string => `oci://${registry}/charts/flux-operator`

export const OPERATOR_CHART = chartIn(OPERATOR_REGISTRY)

/** The distribution artifact in such a registry: the operator's own manifests, and those of Flux. Its tag is the operator's, with `v`. */
export const distributionIn = (registry: string): string => `oci://${registry}/flux-operator-manifests`

/** The first operator that carries this release of Flux; undefined when it is not known. */
export const firstOperatorWith = (flux: string): string | undefined => FIRST[flux]

/** The first operator that carries any release of this minor. */
const firstOfMinor = (flux: string): string | undefined => {
  const minor = flux.split('.').slice(0, 2).join('.')
  return Object.entries(FIRST).find(([version]) => version.startsWith(`${minor}.`))?.[1]
}

/** Lowest operator that can install `to`. `artifact`: it is fetched, and need not be in the image. */
export function operatorNeeded(from: string, to: string, artifact: boolean): string | undefined {
  const carries = artifact ? firstOfMinor(to) : firstOperatorWith(to)
  if (carries === undefined) return undefined
  const bump = semver.minor(from) !== semver.minor(to)
  const needed = artifact && semver.lt(carries, MINORS_OF_IMAGE_SINCE) ? '0.1.0' : carries
  return bump && semver.lt(needed, OPERATOR_MIGRATES_SINCE) ? OPERATOR_MIGRATES_SINCE : needed
}

/** `v0.58.1` of `oci://host/path:v0.58.1@sha256:…`; 'latest' without a tag; undefined where only a digest says which. */
export function artifactTag(artifact: string): string | undefined {
  const [name = '', digest] = artifact.replace(/^oci:\/\//, '').split('@')
  const tag = /:([\w][\w.-]*)$/.exec(name.slice(name.lastIndexOf('/') + 1))?.[1]
  return tag ?? (digest === undefined ? 'latest' : undefined)
}

/** The publisher moves its tag `latest` with every release; what a mirror does with it is not known. */
export const isOfficialArtifact = (artifact: string): boolean =>
  /^oci:\/\/ghcr\.io\/controlplaneio-fluxcd\/flux-operator-manifests(?::|@|$)/.test(artifact)
