// Everything of Flux that the cluster holds, read once: CRDs, every object at its storage version, the controllers.
import { OpsError } from '../errors.ts'
import { controllersOf, type InstalledCrd, type InstalledFlux, installedCrd, installedFlux } from '../flux/installed.ts'
import { isFluxGroup } from '../flux/kinds.ts'
import type { ClusterEvidence } from '../flux/styles.ts'
import type { KubeObject, KubeReader, Resource } from '../ports/kube.ts'
import { CRD, DEPLOYMENT, FLUX_INSTANCE } from './resources.ts'
import { sideBySide } from './side-by-side.ts'

export interface ClusterSurvey {
  readonly crdObjects: readonly KubeObject[]
  readonly crds: readonly InstalledCrd[]
  /** Names of all CRDs, those of others too. */
  readonly crdNames: readonly string[]
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

/**
 * Where all objects of a CRD can be seen. A version that is not served lists as empty, and that says nothing. Throws OpsError
 * `storage-version-not-served`.
 */
export function listableResource(crd: InstalledCrd): Resource {
  const stored = crd.versions.find((version) => version.storage)
  if (stored?.served === true) return resourceOfCrd(crd, stored.name)
  throw new OpsError({
    code: 'storage-version-not-served',
    message: `the API server does not serve ${crd.name} at ${stored?.name ?? 'the version'} that it stores: its objects cannot be seen`,
    hints: [`kubectl get crd ${crd.name} -o yaml`],
  })
}

const groupOfCrd = (name: string): string => name.slice(name.indexOf('.') + 1)

/**
 * The Flux CRDs of the cluster: by group, so that one without labels is seen as well. `names`: of every CRD there is. Of others nothing but the
 * name is read: a cluster may have thousands of them, a megabyte each.
 */
export async function readCrds(kube: KubeReader): Promise<{ objects: KubeObject[]; crds: InstalledCrd[]; names: string[] }> {
  const names = (await kube.list(CRD, { metadataOnly: true })).map((crd) => crd.metadata.name)
  const ours = names.filter((name) => isFluxGroup(groupOfCrd(name)))
  const read = await sideBySide(ours, 8, (name) => kube.get(CRD, { name }))
  const objects = read.filter((crd) => crd !== undefined)
  return { objects, crds: objects.map(installedCrd).filter((crd) => crd !== undefined), names }
}

/** Every object of these CRDs, kinds side by side. Items of a list carry no apiVersion or kind by themselves: they get them here. Throws as listableResource. */
export async function readObjects(kube: KubeReader, crds: readonly InstalledCrd[]): Promise<KubeObject[]> {
  const lists = await sideBySide(crds, 8, async (crd) => {
    const resource = listableResource(crd)
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
  const [{ objects: crdObjects, crds, names }, deployments] = await Promise.all([readCrds(kube), readDeployments(kube, namespace)])
  // A kind that is not there is not asked for: who may not read it would be refused for nothing.
  const hasInstances = names.includes(`${FLUX_INSTANCE.plural}.${FLUX_INSTANCE.group}`)
  const [objects, fluxInstances] = await Promise.all([readObjects(kube, crds), hasInstances ? kube.list(FLUX_INSTANCE) : []])
  return { crdObjects, crds, crdNames: names, objects, deployments, fluxInstances, installed: installedFlux(deployments, crds) }
}

export const ofKind = (objects: readonly KubeObject[], kind: string): KubeObject[] => objects.filter((object) => object.kind === kind)

export const clusterEvidence = (survey: ClusterSurvey): ClusterEvidence => ({
  deployments: survey.deployments,
  kustomizations: ofKind(survey.objects, 'Kustomization'),
  gitRepositories: ofKind(survey.objects, 'GitRepository'),
  ociRepositories: ofKind(survey.objects, 'OCIRepository'),
  helmReleases: ofKind(survey.objects, 'HelmRelease'),
  helmRepositories: ofKind(survey.objects, 'HelmRepository'),
  fluxInstances: survey.fluxInstances,
})
