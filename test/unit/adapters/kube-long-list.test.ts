import { gzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { APPS, type FakeApi, fakeApi, type Reply } from './kube-api.ts'

let api: FakeApi | undefined

afterEach(async () => {
  await api?.close()
  api = undefined
})

const COUNT = 2_000
const text = JSON.stringify({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  items: Array.from({ length: COUNT }, (_, at) => ({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: `app-${at}`, namespace: 'apps' },
    spec: { heavy: 'x'.repeat(500), list: [{ a: 1 }, { a: 2 }] },
  })),
  kind: 'KustomizationList',
  metadata: {},
})
const packed = gzipSync(text)
const gzip = { headers: { 'content-encoding': 'gzip' } }

const inOrder = Array.from({ length: COUNT }, (_, at) => `app-${at}`)
const namesOf = (objects: readonly KubeObject[]): string[] => objects.map(({ metadata }) => metadata.name)

const serve = async (answer: (count: number) => Reply): Promise<FakeApi> => {
  api = await fakeApi((_seen, count) => answer(count))
  return api
}

test.each([
  ['packed', { body: packed, ...gzip }],
  ['as it is', { body: text }],
])('a long list that comes %s is whole and in its order', async (_how, reply) => {
  const { kube, seen } = await serve(() => reply)

  expect(namesOf(await kube.list(APPS))).toEqual(inOrder)
  expect(seen[0]?.headers['accept-encoding']).toBe('gzip')
})

test('what nobody will ask for is taken away from each object once', async () => {
  const { kube } = await serve(() => ({ body: packed, ...gzip }))
  const told: string[] = []

  const objects = await kube.list(APPS, {
    trim: ({ metadata, spec }) => {
      told.push(metadata.name)
      delete spec.heavy
    },
  })

  expect(told).toEqual(inOrder)
  expect(objects[0]?.spec).toEqual({ list: [{ a: 1 }, { a: 2 }] })
})

test('of an answer that breaks off nothing is kept, and the list is asked for again', async () => {
  const half = text.slice(0, text.length / 2)
  const { kube, seen } = await serve((count) =>
    count === 1 ? { body: half, headers: { 'content-length': String(text.length), connection: 'close' } } : { body: text },
  )

  expect(namesOf(await kube.list(APPS))).toEqual(inOrder)
  expect(seen).toHaveLength(2)
})

test('an answer that ends as no list does is no list', async () => {
  const { kube } = await serve(() => ({ body: `${text.slice(0, -2)}"` }))

  await expect(kube.list(APPS)).rejects.toMatchObject({ code: 'kube-error' })
})

test('an object without a name in the middle is told, and not passed over', async () => {
  const { kube } = await serve(() => ({ body: text.replace('"name":"app-1000"', '"title":"app-1000"') }))

  await expect(kube.list(APPS)).rejects.toMatchObject({ code: 'kube-error' })
})
