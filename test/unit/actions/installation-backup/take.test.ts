// What a backup takes of a cluster, and what it leaves to git and to others.
import { beforeEach, describe, expect, test } from 'vitest'
import { takeInstallation } from '../../../../src/actions/installation-backup/take.ts'
import type { Content, Part } from '../../../../src/flux/installation/content.ts'
import { objectLabel } from '../../../../src/flux/kinds.ts'
import type { KubeObject } from '../../../../src/ports/kube.ts'
import { deployment, flux, readyStatus } from '../../flux/objects.ts'
import { fakeCluster } from '../../runbooks/upgrade-world.ts'
import type { FakeKube } from '../fakes.ts'

const BY = (name: string): Record<string, string> => ({
  'kustomize.toolkit.fluxcd.io/name': name,
  'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
})

let kube: FakeKube

beforeEach(() => {
  kube = fakeCluster()
})

const put = (
  plural: string,
  kind: string,
  name: string,
  more: Partial<KubeObject> & { labels?: Record<string, string>; namespace?: string; owner?: string } = {},
): void => {
  const { labels, namespace = 'flux-system', owner, ...rest } = more
  const ownerReferences =
    owner === undefined ? {} : { ownerReferences: [{ kind: 'ExternalSecret', name: owner, uid: 'u', controller: true }] }
  kube.put(plural, { apiVersion: 'v1', kind, metadata: { name, namespace, ...(labels && { labels }), ...ownerReferences }, ...rest })
}

const clock = { now: () => new Date('2026-11-22T12:00:00Z'), sleep: async () => undefined }

const take = async (): Promise<Content> =>
  (
    await takeInstallation(
      { kube: kube as never, clock: clock as never, progress: () => undefined },
      { namespace: 'flux-system', tool: '0.1.0' },
    )
  ).content

const labels = async (part: Part): Promise<string[]> => (await take()).parts[part].map(({ object }) => objectLabel(object)).sort()

describe('of Secrets, a backup', () => {
  test('has those of the namespace of Flux that nobody brings', async () => {
    put('secrets', 'Secret', 'sops-age', { type: 'Opaque' })
    put('secrets', 'Secret', 'from-git', { labels: BY('apps') })
    put('secrets', 'Secret', 'token', { type: 'kubernetes.io/service-account-token' })
    put('secrets', 'Secret', 'sh.helm.release.v1.a.v1', { type: 'helm.sh/release.v1' })

    expect(await labels('secrets')).toEqual(['Secret flux-system/sops-age'])
  })

  test('has those that Flux names elsewhere, and ConfigMaps', async () => {
    const spec = {
      valuesFrom: [
        { kind: 'Secret', name: 'values' },
        { kind: 'ConfigMap', name: 'more' },
      ],
      kubeConfig: { secretRef: { name: 'remote' } },
    }
    kube.put('helmreleases', flux('HelmRelease', 'shop', { namespace: 'shop', spec, status: readyStatus() }))
    for (const name of ['values', 'remote', 'of-nobody']) put('secrets', 'Secret', name, { namespace: 'shop' })
    put('configmaps', 'ConfigMap', 'more', { namespace: 'shop' })

    expect(await labels('secrets')).toEqual(['ConfigMap shop/more', 'Secret shop/remote', 'Secret shop/values'])
  })

  test('names one that another controller makes as left out', async () => {
    put('secrets', 'Secret', 'synced', { owner: 'vault' })

    expect((await take()).header.leftOut).toEqual([{ what: 'Secret flux-system/synced', why: 'ExternalSecret vault makes it' }])
  })
})

test("a suspended release whose record of Helm's is gone is named as left out", async () => {
  const status = { ...readyStatus(), history: [{ name: 'shop', version: 3, status: 'deployed' }] }
  kube.put('helmreleases', flux('HelmRelease', 'shop', { namespace: 'shop', spec: { suspend: true }, status }))

  const why = "Helm's record of it, Secret shop/sh.helm.release.v1.shop.v3, is not there: resumed, it would be installed anew"
  expect((await take()).header.leftOut).toEqual([{ what: 'HelmRelease shop/shop', why }])
})

test('of the namespace of Flux it has the controllers, and not what git brings into it', async () => {
  kube.put('deployments', {
    ...deployment('source-controller', 'v1.7.3'),
    metadata: { name: 'dashboard', namespace: 'flux-system', labels: BY('apps') },
    spec: {},
  })
  put('configmaps', 'ConfigMap', 'cluster-settings', { labels: BY('apps') })
  put('configmaps', 'ConfigMap', 'by-hand')

  const all = [...(await labels('controllers')), ...(await labels('system'))]

  expect(all).toContain('Deployment flux-system/source-controller')
  expect(all).toContain('ConfigMap flux-system/by-hand')
  expect(all.join()).not.toMatch(/dashboard|cluster-settings/)
})

test('accounts that Flux applies as are taken along with what they may do', async () => {
  kube.put(
    'kustomizations',
    flux('Kustomization', 'tenant', { namespace: 'team', spec: { serviceAccountName: 'team' }, status: readyStatus() }),
  )
  put('serviceaccounts', 'ServiceAccount', 'team', { namespace: 'team' })
  put('serviceaccounts', 'ServiceAccount', 'other', { namespace: 'team' })
  put('roles', 'Role', 'writer', { namespace: 'team' })
  put('rolebindings', 'RoleBinding', 'team', {
    namespace: 'team',
    roleRef: { kind: 'Role', name: 'writer' },
    subjects: [{ kind: 'ServiceAccount', name: 'team' }],
  })

  const system = await labels('system')

  expect(system).toEqual(expect.arrayContaining(['ServiceAccount team/team', 'Role team/writer', 'RoleBinding team/team']))
  expect(system).not.toContain('ServiceAccount team/other')
})

test('where Flux is not, there is nothing to back up', async () => {
  kube.objects.clear()

  await expect(take()).rejects.toMatchObject({ code: 'flux-missing' })
})
