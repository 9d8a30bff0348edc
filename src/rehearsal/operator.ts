// The Flux Operator of a cluster that is rehearsed: its CRDs and the FluxInstance, which follows the git server of the sandbox there.
import { CRD, FLUX_INSTANCE, idOf } from '../actions/resources.ts'
import { sideBySide } from '../actions/side-by-side.ts'
import { resourceOfCrdObject } from '../actions/system-objects.ts'
import { refusal } from '../errors.ts'
import { sameRepository } from '../flux/git-urls.ts'
import type { KubeObject, KubeReader } from '../ports/kube.ts'
import type { NotRehearsed } from './report.ts'

export interface CapturedOperator {
  readonly crds: readonly KubeObject[]
  readonly instances: readonly KubeObject[]
  /** What else the operator keeps in this cluster. */
  readonly others: readonly NotRehearsed[]
}

const MADE_BY_ITSELF = new Set(['FluxInstance', 'FluxReport'])

/** `names`: of every CRD there is. undefined where there is no operator. */
export async function captureOperator(
  kube: KubeReader,
  namespace: string,
  names: readonly string[],
): Promise<CapturedOperator | undefined> {
  const own = names.filter((name) => name.endsWith(`.${FLUX_INSTANCE.group}`))
  if (own.length === 0) return undefined
  const crds = (await sideBySide(own, 8, (name) => kube.get(CRD, { name }))).filter((crd) => crd !== undefined)
  const { group, version, kind } = FLUX_INSTANCE
  const instances = (await kube.list(FLUX_INSTANCE, { namespace })).map((each) => ({ ...each, apiVersion: `${group}/${version}`, kind }))
  const kinds = crds.map(resourceOfCrdObject).filter((resource) => !MADE_BY_ITSELF.has(resource.kind))
  const others = await sideBySide(kinds, 4, async (resource) =>
    (await kube.list(resource, { metadataOnly: true })).map((object) => ({
      what: `${resource.kind} ${idOf(object)}`,
      why: 'of the operator only the FluxInstance is taken along',
    })),
  )
  return { crds, instances, others: others.flat() }
}

/** `0.58.1` of the Deployment of the operator among these; undefined where there is none, or one of no version. */
export function operatorVersion(deployments: readonly KubeObject[]): string | undefined {
  const images = deployments.flatMap(({ spec }): string[] =>
    (spec?.template?.spec?.containers ?? []).map((container: { image?: unknown }) => String(container.image)),
  )
  return images.map((image) => /(?:^|\/)flux-operator:v?(\d+\.\d+\.\d+[^@]*)/.exec(image)?.[1]).find((version) => version !== undefined)
}

export interface Renamed {
  /** The repository's own address. */
  readonly from: string
  readonly to: string
  /** Secret for the git server of the sandbox, where a sync has none of its own. */
  readonly secret: string
}

/** Throws `rehearsal-source` (refused) where the operator would need credentials of the cluster. */
export function assertPublic(instances: readonly KubeObject[]): void {
  const closed = instances.find(({ spec }) => spec?.distribution?.artifactPullSecret !== undefined)
  if (closed === undefined) return
  throw refusal(
    'rehearsal-source',
    `FluxInstance ${idOf(closed)} cannot be rehearsed: its artifact needs credentials, and those of the cluster do not enter the rehearsal`,
    'the plan without a rehearsal:  leave --rehearse out',
  )
}

/** The FluxInstance as it is to be. */
export function adaptInstance(instance: KubeObject, { from, to, secret }: Renamed): KubeObject {
  const { sync } = instance.spec ?? {}
  if (!follows(sync, from)) return instance
  return { ...instance, spec: { ...instance.spec, sync: { ...sync, url: to, pullSecret: sync.pullSecret ?? secret } } }
}

type Sync = { readonly kind?: string; readonly url?: string; readonly pullSecret?: string } | undefined

const follows = (sync: Sync, url: string): boolean =>
  typeof sync?.url === 'string' && (sync.kind ?? 'GitRepository') === 'GitRepository' && sameRepository(sync.url, url)

/** The HelmRelease that makes the FluxInstance; any other is as it was. Throws `rehearsal-source` (refused). */
export function adaptRelease(release: KubeObject, { from, to }: Renamed): KubeObject {
  const instance = release.spec?.values?.instance
  const sync: Sync = instance?.sync
  if (release.kind !== 'HelmRelease' || !follows(sync, from)) return release
  if (sync?.pullSecret === undefined)
    throw refusal(
      'rehearsal-source',
      `HelmRelease ${idOf(release)} cannot be rehearsed: its sync names no pullSecret, and the git server of the sandbox lets nobody in without`,
      'the plan without a rehearsal:  leave --rehearse out',
    )
  const values = { ...release.spec?.values, instance: { ...instance, sync: { ...sync, url: to } } }
  return { ...release, spec: { ...release.spec, values } }
}
