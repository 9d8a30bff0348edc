// Everything of Flux that the cluster holds, read once: CRDs, every object at its storage version, the controllers.
import { controllersOf, type InstalledCrd, type InstalledFlux, installedCrd, installedFlux } from '../flux/installed.ts'
import { isFluxGroup } from '../flux/kinds.ts'
import type { ClusterEvidence } from '../flux/styles.ts'
import type { KubeObject, KubeReader, Resource } from '../ports/kube.ts'
import { CRD, DEPLOYMENT, FLUX_INSTANCE } from './resources.ts'
import { sideBySide } from './side-by-side.ts'

/** A CRD of somebody else: no more than what it takes to list its objects. */
export interface OtherCrd {
  readonly group: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
  readonly versions: readonly string[]
  /** Of those, the ones that can be asked for. */
  readonly served: readonly string[]
}

export interface ClusterSurvey {
  readonly crdObjects: readonly KubeObject[]
  readonly crds: readonly InstalledCrd[]
  readonly otherCrds: readonly OtherCrd[]
  readonly objects: readonly KubeObject[]
  readonly deployments: readonly KubeObject[]
  readonly fluxInstances: readonly KubeObject[]
  readonly installed: InstalledFlux
}

export const storageVersionOf = (crd: InstalledCrd): string | undefined => crd.versions.find((version) => version.storage)?.name

/** Where the objects of a CRD are read and written: its storage version. */
export const resourceOfCrd = (crd: InstalledCrd, version = storageVersionOf(crd) ?? ''): Resource => ({
  group: crd.group,
  version,
  plural: crd.plural,
  kind: crd.kind,
  namespaced: true,
})

function otherCrd({ spec }: KubeObject): OtherCrd {
  const versions: { name?: unknown; served?: unknown }[] = Array.isArray(spec?.versions) ? spec.versions : []
  return {
    group: String(spec?.group ?? ''),
    kind: String(spec?.names?.kind ?? ''),
    plural: String(spec?.names?.plural ?? ''),
    namespaced: spec?.scope !== 'Cluster',
    versions: versions.map((version) => String(version.name ?? '')),
    served: versions.filter((version) => version.served === true).map((version) => String(version.name ?? '')),
  }
}

/** The Flux CRDs of the cluster: by group, so that one without labels is seen as well. `names`: of every CRD there is. */
export async function readCrds(
  kube: KubeReader,
): Promise<{ objects: KubeObject[]; crds: InstalledCrd[]; names: string[]; others: OtherCrd[] }> {
  const all = await kube.list(CRD)
  const isOurs = (object: KubeObject): boolean => isFluxGroup(String(object.spec?.group ?? ''))
  const objects = all.filter(isOurs)
  return {
    objects,
    crds: objects.map(installedCrd).filter((crd) => crd !== undefined),
    names: all.map((crd) => crd.metadata.name),
    others: all.filter((object) => !isOurs(object)).map(otherCrd),
  }
}

/** Every object of these CRDs, kinds side by side. Items of a list carry no apiVersion or kind by themselves: they get them here. */
export async function readObjects(kube: KubeReader, crds: readonly InstalledCrd[]): Promise<KubeObject[]> {
  const lists = await sideBySide(crds, 8, async (crd) => {
    const resource = resourceOfCrd(crd)
    const items = await kube.list(resource)
    return items.map((item) => ({ ...item, apiVersion: `${resource.group}/${resource.version}`, kind: resource.kind }))
  })
  return lists.flat()
}

export async function readDeployments(kube: KubeReader, namespace: string): Promise<KubeObject[]> {
  // By image and not by label: the plain install manifests of some releases carry no labels.
  return (await kube.list(DEPLOYMENT, { namespace })).filter((deployment) => controllersOf([deployment]).length > 0)
}

export async function surveyCluster(kube: KubeReader, namespace: string): Promise<ClusterSurvey> {
  const [{ objects: crdObjects, crds, names, others }, deployments] = await Promise.all([readCrds(kube), readDeployments(kube, namespace)])
  // A kind that is not there is not asked for: who may not read it would be refused for nothing.
  const hasInstances = names.includes(`${FLUX_INSTANCE.plural}.${FLUX_INSTANCE.group}`)
  const [objects, fluxInstances] = await Promise.all([readObjects(kube, crds), hasInstances ? kube.list(FLUX_INSTANCE) : []])
  return { crdObjects, crds, otherCrds: others, objects, deployments, fluxInstances, installed: installedFlux(deployments, crds) }
}

export const ofKind = (objects: readonly KubeObject[], kind: string): KubeObject[] => objects.filter((object) => object.kind === kind)

export const clusterEvidence = (survey: ClusterSurvey): ClusterEvidence => ({
  deployments: survey.deployments,
  kustomizations: ofKind(survey.objects, 'Kustomization'),
  gitRepositories: ofKind(survey.objects, 'GitRepository'),
  ociRepositories: ofKind(survey.objects, 'OCIRepository'),
  helmReleases: ofKind(survey.objects, 'HelmRelease'),
  fluxInstances: survey.fluxInstances,
})
