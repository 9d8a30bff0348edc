import { expect, test } from 'vitest'
import { lookAtThirdParties } from '../../../src/actions/third-party-fields.ts'
import type { KubeObject, KubeReader, ListOptions, Resource } from '../../../src/ports/kube.ts'
import { flux } from '../flux/objects.ts'

const crd = (kind: string, versions = ['v1beta1', 'v1'], served = versions): KubeObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${kind.toLowerCase()}s.example.org` },
  spec: {
    group: 'example.org',
    scope: 'Namespaced',
    names: { kind, plural: `${kind.toLowerCase()}s` },
    versions: versions.map((name) => ({ name, served: served.includes(name), storage: false })),
  },
})

const applying = (...ids: string[]): KubeObject =>
  flux('Kustomization', 'apps', { status: { inventory: { entries: ids.map((id) => ({ id, v: 'v1' })) } } })

const owned = (name: string, ...versions: string[]): KubeObject => ({
  apiVersion: 'example.org/v1',
  kind: 'Thing',
  metadata: { name, namespace: 'apps', managedFields: versions.map((version) => ({ manager: 'x', apiVersion: `example.org/${version}` })) },
})

function reader(objects: readonly KubeObject[], crds: readonly KubeObject[] = [crd('Thing')]) {
  const asked: { plural: string; version: string; options: ListOptions | undefined }[] = []
  const list = async ({ plural, version }: Resource, options?: ListOptions): Promise<KubeObject[]> => {
    asked.push({ plural, version, options })
    return [...objects]
  }
  const get = async (_resource: Resource, { name }: { name: string }) => crds.find((each) => each.metadata.name === name)
  return { asked, names: crds.map((each) => each.metadata.name), kube: { list, get } as unknown as KubeReader }
}

test('objects that Flux does not apply are not told, whatever their managedFields name', async () => {
  const { kube, names } = reader([owned('mine', 'v1beta1', 'v1'), owned('theirs', 'v1beta1')])

  const { found } = await lookAtThirdParties(kube, [applying('apps_mine_example.org_Thing')], names)

  expect(found).toEqual([
    {
      group: 'example.org',
      kind: 'Thing',
      where: 'Thing apps/mine',
      named: ['v1beta1'],
      applied: 'v1',
      by: 'Kustomization flux-system/apps',
    },
  ])
})

test('a newer version than the one applied is not stale', async () => {
  const { kube, names } = reader([owned('mine', 'v2')])

  expect((await lookAtThirdParties(kube, [applying('apps_mine_example.org_Thing')], names)).found).toEqual([])
})

test('only metadata is read, of kinds that Flux applies, those with two versions first', async () => {
  const { kube, asked, names } = reader([], [crd('One', ['v1']), crd('Two'), crd('Unused')])
  const objects = [applying('apps_a_example.org_One', 'apps_b_example.org_Two')]

  await lookAtThirdParties(kube, objects, names)

  expect(asked.map((each) => each.plural)).toEqual(['twos', 'ones'])
  for (const { options } of asked) expect(options).toEqual({ metadataOnly: true, atMost: 2000 })
})

test('a kind that is served at no version is left and named, as it would list as empty', async () => {
  const { kube, asked, names } = reader([], [crd('Thing', ['v1'], [])])

  const look = await lookAtThirdParties(kube, [applying('apps_a_example.org_Thing')], names)

  expect(look.left).toEqual(['Thing: no version of it is served'])
  expect(asked).toEqual([])
})

test('the look is bounded, and says where it ended', async () => {
  const { kube, names } = reader(Array.from({ length: 2000 }, (_, index) => owned(`o${index}`, 'v1')))

  const look = await lookAtThirdParties(kube, [applying('apps_a_example.org_Thing')], names)

  expect(look.left).toEqual(['Thing: more than 2000 objects'])
})
