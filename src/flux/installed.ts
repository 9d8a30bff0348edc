// Which Flux release runs: the one whose controllers have exactly these image tags, and whose CRDs have exactly these versions.
// Labels are a hint only: the plain install manifests carry no version label, and a failed apply leaves old ones behind.
import * as z from 'zod'
import type { KubeObject } from '../ports/kube.ts'
import { findCrd, isKnown, type ReleaseFacts, release, releases } from './catalogue/index.ts'
import { type Component, isFluxGroup } from './kinds.ts'
import { controllersOf, type InstalledController } from './running.ts'

export { controllersOf, type InstalledController, parseImage } from './running.ts'

export type InstalledCrd = {
  readonly name: string // <plural>.<group>
  readonly group: string
  readonly kind: string
  readonly plural: string
  readonly versions: readonly { readonly name: string; readonly served: boolean; readonly storage: boolean }[]
  readonly storedVersions: readonly string[]
  /** Label app.kubernetes.io/version without `v`; undefined when it has none. */
  readonly release?: string
}

export type InstalledFlux =
  | {
      readonly status: 'found'
      readonly version: string
      /** Other releases with the same images and CRDs: what runs is those as well. */
      readonly alike: readonly string[]
      readonly components: readonly Component[]
      readonly controllers: readonly InstalledController[]
    }
  /** Controllers and CRDs, or two controllers, are of different releases. `lines` says which is what; `versions` are the candidates. */
  | {
      readonly status: 'mixed'
      readonly lines: readonly string[]
      readonly versions: readonly string[]
      readonly controllers: readonly InstalledController[]
    }
  /** No release is known that has these images. */
  | { readonly status: 'unknown'; readonly lines: readonly string[]; readonly controllers: readonly InstalledController[] }
  | { readonly status: 'none' }

const CrdObject = z.object({
  kind: z.literal('CustomResourceDefinition'),
  metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).optional() }),
  spec: z.object({
    group: z.string(),
    names: z.object({ kind: z.string(), plural: z.string() }),
    versions: z.array(z.object({ name: z.string(), served: z.boolean(), storage: z.boolean() })),
  }),
  status: z.object({ storedVersions: z.array(z.string()).nullish() }).optional(),
})

/** Facts of a CustomResourceDefinition of the cluster; undefined when it is not of Flux or not readable as one. Lists leave `kind` out: set it first. */
export function installedCrd(object: KubeObject): InstalledCrd | undefined {
  const parsed = CrdObject.safeParse({ ...object, kind: object.kind ?? 'CustomResourceDefinition' })
  if (!parsed.success || !isFluxGroup(parsed.data.spec.group)) return undefined

  const { metadata, spec, status } = parsed.data
  const label = metadata.labels?.['app.kubernetes.io/version']?.replace(/^v/, '')
  return {
    name: metadata.name,
    group: spec.group,
    kind: spec.names.kind,
    plural: spec.names.plural,
    versions: spec.versions,
    storedVersions: status?.storedVersions ?? [],
    ...(label === undefined ? {} : { release: label }),
  }
}

const has = (facts: ReleaseFacts, controller: InstalledController): boolean =>
  facts.controllers.some((each) => each.component === controller.component && each.tag === controller.tag)

const versionsText = (versions: readonly { readonly name: string; readonly storage: boolean }[]): string =>
  versions
    .map((version) => (version.storage ? `${version.name}*` : version.name))
    .sort()
    .join(' ')

/** CRDs that do not have exactly the versions this release gives them. */
function crdSkew(facts: ReleaseFacts, crds: readonly InstalledCrd[], components: readonly Component[]): string[] {
  return crds.flatMap((crd) => {
    const wanted = findCrd(facts, crd.group, crd.kind)
    if (wanted === undefined || !components.includes(wanted.component)) return []

    const is = versionsText(crd.versions)
    const should = versionsText(wanted.versions)
    return is === should ? [] : [`CRD ${crd.name} has ${is}, ${facts.version} has ${should}`]
  })
}

function notOneRelease(controllers: readonly InstalledController[]): InstalledFlux {
  const known = controllers.map((controller) => releases().filter((version) => has(release(version), controller)))
  const lines = controllers.map(({ component, tag }, index) => {
    const of = known[index] ?? []
    return `${component} ${tag} is of ${of.length === 0 ? 'no known release' : `Flux ${of.join(', ')}`}`
  })
  if (known.some((of) => of.length === 0)) return { status: 'unknown', lines, controllers }

  return { status: 'mixed', lines, versions: [...new Set(known.map((of) => of.at(-1) ?? ''))].sort(), controllers }
}

/**
 * What release runs. Where several releases have the same images (2.6.0 and 2.6.1, or 2.7.4 and 2.7.5 without helm- and
 * notification-controller), the CRDs' version label decides, then `expected`, then the newest.
 * `deployments`: those of the Flux namespace; `crds`: all Flux CRDs of the cluster.
 */
export function installedFlux(deployments: readonly KubeObject[], crds: readonly InstalledCrd[], expected?: string): InstalledFlux {
  const controllers = controllersOf(deployments)
  if (controllers.length === 0) return { status: 'none' }

  const candidates = releases().filter((version) => controllers.every((controller) => has(release(version), controller)))
  const labels = new Set(crds.flatMap((crd) => (crd.release === undefined ? [] : [crd.release])))
  const version = candidates.findLast((each) => labels.has(each)) ?? candidates.find((each) => each === expected) ?? candidates.at(-1)
  if (version === undefined) return notOneRelease(controllers)

  const components = [...new Set(controllers.map((controller) => controller.component))]
  const skew = crdSkew(release(version), crds, components)
  if (skew.length === 0) {
    const alike = candidates.filter((each) => each !== version && crdSkew(release(each), crds, components).length === 0)
    return { status: 'found', version, alike, components, controllers }
  }
  const versions = [version, ...[...labels].filter((label) => label !== version && isKnown(label))]
  return { status: 'mixed', lines: [`the controllers are of Flux ${version}`, ...skew], versions, controllers }
}
