// Whether this is the cluster that is meant, and fit for what comes.
import semver from 'semver'
import { neededAccess } from '../../../src/actions/access.ts'
import { mayDo } from '../../../src/actions/checks/permissions.ts'
import { FLUX_INSTANCE } from '../../../src/actions/resources.ts'
import type { Check } from '../../../src/engine/model.ts'
import { isKnown, kubernetesVerdict } from '../../../src/flux/catalogue/index.ts'
import type { KubeObject, Resource } from '../../../src/ports/kube.ts'
import type { BootstrapInput } from '../input.ts'
import { answers, fail, pass } from './results.ts'

type BootstrapCheck = Check<BootstrapInput>

export const clusterMeant: BootstrapCheck = {
  id: 'cluster-meant',
  title: 'it is the cluster of the file',
  severity: 'gate',
  probe: async (ctx, { file }) => {
    const { uid, context, server, version } = await ctx.kube.identity()
    const here = `context ${context}, ${server}, Kubernetes ${version}, uid ${uid}`
    if (file.cluster.uid === undefined || file.cluster.uid === uid) return pass(here)
    return fail('cluster-meant', `the file means cluster ${file.cluster.uid}, and there is ${here}`, [
      'kubectl config get-contexts   which context is the right one?',
      'was the cluster made anew?  cluster.uid of the file is the old one',
    ])
  },
}

export const kubernetesFits: BootstrapCheck = {
  id: 'kubernetes-fits',
  title: 'Flux is tested with this Kubernetes',
  severity: 'error',
  probe: async (ctx, { file }) => {
    const { version } = await ctx.kube.identity()
    const range = file.cluster.kubernetes
    const plain = semver.coerce(version)
    if (range !== undefined && (plain === null || !semver.satisfies(plain, range)))
      return fail('kubernetes-fits', `Kubernetes ${version} is not in ${range}, as the file wants it`, ['cluster.kubernetes of the file'])
    const verdict = kubernetesVerdict(file.flux.version, version)
    if (verdict.status === 'tested') return pass(`${version}, tested from ${verdict.range.min} to ${verdict.range.max}`)
    if (verdict.status === 'unknown') return { status: 'unknown', cause: verdict.message }
    return fail('kubernetes-fits', verdict.message, ['another release:  flux.version of the file'])
  },
}

export const releaseKnown: BootstrapCheck = {
  id: 'release-known',
  title: 'the release of Flux is one that this flux-ops knows',
  severity: 'error',
  probe: async (_ctx, { file }) =>
    isKnown(file.flux.version)
      ? pass()
      : fail('release-known', `Flux ${file.flux.version} is not known here: nothing is known of what it needs`, [
          'a newer flux-ops may know it',
        ]),
}

const STORAGE_CLASS: Resource = {
  group: 'storage.k8s.io',
  version: 'v1',
  plural: 'storageclasses',
  kind: 'StorageClass',
  namespaced: false,
}

const isDefault = ({ metadata }: KubeObject): boolean => metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true'

export const storageClass: BootstrapCheck = {
  id: 'storage-class',
  title: 'the StorageClass that is asked for is there',
  severity: 'error',
  probe: async (ctx, { file }) => {
    const wanted = file.cluster.storageClass
    if (wanted === undefined) return { status: 'skip', reason: 'the file asks for none' }
    const classes = await ctx.kube.list(STORAGE_CLASS)
    const found = wanted === true ? classes.find(isDefault) : classes.find(({ metadata }) => metadata.name === wanted)
    if (found !== undefined) return pass(found.metadata.name)
    const there = classes.map(({ metadata }) => metadata.name).join(', ')
    return fail(
      'storage-class',
      `${wanted === true ? 'no StorageClass is the default one' : `there is no StorageClass ${wanted}`}: the cluster has ${there || 'none'}`,
      ['kubectl get storageclass'],
    )
  },
}

export const permissions: BootstrapCheck = {
  id: 'permissions',
  title: 'you may do everything that it takes',
  severity: 'error',
  probe: async (ctx, { file }) => {
    const { namespace } = file.flux
    const secrets = ['get', 'create', 'delete'].map((verb) => ({ verb, group: '', resource: 'secrets', namespace }))
    const instances = ['get', 'list', 'create', 'patch'].map((verb) => ({
      verb,
      group: FLUX_INSTANCE.group,
      resource: FLUX_INSTANCE.plural,
      namespace,
    }))
    const needed = async () => [...neededAccess(namespace, new Set(), false, file.flux.style === 'operator' ? instances : []), ...secrets]
    return mayDo(ctx, answers, needed, 'another user:  cluster.context of the file')
  },
}
