// A cluster that stores OCIRepositories in an old version: the CRD of one release with objects, and then the CRD of a later one over it.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { CRD } from '../../src/actions/resources.ts'
import type { Kube, KubeObject } from '../../src/ports/kube.ts'
import { createObjects, GROUP, ociRepositories, storedVersionsOf } from '../helpers/stored-objects.ts'
import { eventually, manifestsDir } from './scratch.ts'

export const NAME = `ocirepositories.${GROUP}`
export const OLD = '2.5.1' // has v1beta2 only
export const NEW = '2.7.3' // stores v1 and serves v1beta2

const crdOf = async (version: string): Promise<KubeObject> => {
  const documents = parseAllDocuments(await readFile(join(await manifestsDir(version), 'source-controller.yaml'), 'utf8'))
  const found = documents.map((each) => each.toJS() as KubeObject).find((each) => each?.metadata?.name === NAME)
  if (found === undefined) throw new Error(`Flux ${version} has no ${NAME}`)
  return found
}

const storing = (crd: KubeObject, version: string): KubeObject => ({
  ...crd,
  spec: { ...crd.spec, versions: crd.spec.versions.map((each: { name: string }) => ({ ...each, storage: each.name === version })) },
})

/** Without the CRD and all its objects. */
async function clear(kube: Kube): Promise<void> {
  await kube.delete(CRD, { name: NAME })
  await eventually('the CRD to be gone', async () => (await kube.get(CRD, { name: NAME })) === undefined)
}

const served = (kube: Kube, version: string): Promise<boolean> =>
  eventually(`OCIRepository ${version} to be served`, async () => {
    const crd = await kube.get(CRD, { name: NAME })
    const established = crd?.status?.conditions?.some(
      (each: { type: string; status: string }) => each.type === 'Established' && each.status === 'True',
    )
    return established === true && (await kube.serves(ociRepositories(version)))
  })

export async function setCrd(kube: Kube, change: (crd: KubeObject) => KubeObject): Promise<void> {
  const crd = await kube.get(CRD, { name: NAME })
  if (crd === undefined) throw new Error(`no ${NAME}`)
  await kube.replace(CRD, change(crd))
}

/** The CRD of NEW over what is there; returns when what is written is stored as it says. */
export async function promote(kube: Kube, dir: string): Promise<void> {
  const { spec } = await crdOf(NEW)
  await setCrd(kube, (crd) => ({ ...crd, spec: { ...spec, conversion: crd.spec.conversion } }))
  await served(kube, 'v1')
  await eventually('new objects to be stored as v1', async () => {
    await createObjects(kube, 'v1', 1, 1, 'probe')
    const stored = await storedVersionsOf(dir)
    await kube.delete(ociRepositories('v1'), { name: 'probe-0', namespace: 'probe-team-0' })
    return stored.get('probe-team-0/probe-0') === `${GROUP}/v1`
  })
}

/**
 * `count` objects stored as v1beta2 under a CRD that stores v1. `managedAt` v1beta2: made by a client of then, so that their managedFields say
 * so too; v1: only etcd knows.
 */
export async function oldObjects(kube: Kube, dir: string, count: number, managedAt: 'v1beta2' | 'v1'): Promise<void> {
  await clear(kube)
  await kube.create(CRD, managedAt === 'v1beta2' ? await crdOf(OLD) : storing(await crdOf(NEW), 'v1beta2'))
  await served(kube, managedAt)
  await createObjects(kube, managedAt, count, 5)
  await promote(kube, dir)
}

export const storedVersions = async (kube: Kube): Promise<string[]> => (await kube.get(CRD, { name: NAME }))?.status.storedVersions
