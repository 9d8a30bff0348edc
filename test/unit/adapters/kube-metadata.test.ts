import { afterEach, expect, test } from 'vitest'
import { APPS, CONFIG_MAP, type FakeApi, fakeApi, type Reply, type Seen } from './kube-api.ts'

let api: FakeApi | undefined

afterEach(async () => {
  await api?.close()
  api = undefined
})

const serve = async (answer: (seen: Seen) => Reply): Promise<FakeApi> => {
  api = await fakeApi(answer)
  return api
}

const partial = (name: string) => ({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: { name, namespace: 'apps' } })

test('a list of metadata asks the API server for no more than that, and gives objects of the kind that was asked for', async () => {
  const { kube, seen } = await serve(() => ({ body: { kind: 'PartialObjectMetadataList', items: [partial('a')] } }))

  const found = await kube.list(APPS, { metadataOnly: true })

  expect(found).toMatchObject([{ apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', metadata: { name: 'a' } }])
  expect(seen[0]?.headers.accept).toBe('application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1')
})

test('metadata of one object is asked for in the same way', async () => {
  const { kube, seen } = await serve(() => ({ body: partial('a') }))

  const found = await kube.get(CONFIG_MAP, { name: 'a', namespace: 'apps' }, { metadataOnly: true })

  expect(found).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } })
  expect(seen[0]?.headers.accept).toBe('application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1')
})

test('a list that is asked for at most some stops after the page that has them', async () => {
  const { kube, seen } = await serve(() => ({ body: { items: [partial('a'), partial('b')], metadata: { continue: 'next' } } }))

  const found = await kube.list(APPS, { metadataOnly: true, atMost: 3 })

  expect(found).toHaveLength(4)
  expect(seen).toHaveLength(2)
})
