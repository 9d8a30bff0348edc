import { afterEach, expect, test } from 'vitest'
import type { ListOptions, Page } from '../../../src/ports/kube.ts'
import { APPS, type FakeApi, fakeApi, type Reply, type Seen, status } from './kube-api.ts'

let api: FakeApi | undefined

afterEach(async () => {
  await api?.close()
  api = undefined
})

const serve = async (answer: (seen: Seen, count: number) => Reply): Promise<FakeApi> => {
  api = await fakeApi(answer)
  return api
}

const object = (name: string) => ({ metadata: { name, namespace: 'apps' } })

const read = async ({ kube }: FakeApi, options?: ListOptions): Promise<Page[]> => {
  const pages: Page[] = []
  for await (const page of kube.pages(APPS, options)) pages.push(page)
  return pages
}

const namesOf = (pages: readonly Page[]): string[][] => pages.map((page) => page.items.map((item) => item.metadata.name))

test('pages come one by one, each with how many are behind it', async () => {
  const fake = await serve((one) => {
    if (one.url.includes('continue=next')) return { body: { items: [object('b')], metadata: {} } }
    return { body: { items: [object('a')], metadata: { continue: 'next', remainingItemCount: 1 } } }
  })

  const pages = await read(fake)

  expect(namesOf(pages)).toEqual([['a'], ['b']])
  expect(pages.map((page) => page.remaining)).toEqual([1, undefined])
})

test('the next page is asked for only when it is wanted', async () => {
  const { kube, seen } = await serve(() => ({ body: { items: [object('a')], metadata: { continue: 'next' } } }))

  for await (const _page of kube.pages(APPS)) break

  expect(seen).toHaveLength(1)
})

test('a list that outlived its snapshot goes on at the next name, where the server says how', async () => {
  const fake = await serve((one) => {
    if (one.url.includes('continue=fresh')) return { body: { items: [object('b')] } }
    if (!one.url.includes('continue=old')) return { body: { items: [object('a')], metadata: { continue: 'old' } } }
    return { status: 410, body: { kind: 'Status', status: 'Failure', reason: 'Expired', code: 410, metadata: { continue: 'fresh' } } }
  })

  expect(namesOf(await read(fake))).toEqual([['a'], ['b']])
})

test('a list that outlived its snapshot begins again where the server does not say how it goes on', async () => {
  const fake = await serve((one, count) => {
    if (count === 2) return status(410, 'Expired', 'too old')
    return { body: one.url.includes('continue') ? { items: [object('b')] } : { items: [object('a')], metadata: { continue: 'next' } } }
  })

  expect(namesOf(await read(fake))).toEqual([['a'], ['a'], ['b']])
})

test('a list that expires each time is an error in the end', async () => {
  const fake = await serve((one) =>
    one.url.includes('continue') ? status(410, 'Expired', 'too old') : { body: { items: [object('a')], metadata: { continue: 'next' } } },
  )

  await expect(read(fake)).rejects.toMatchObject({ code: 'kube-error' })
})

test('metadata alone is asked for by its media type, and the objects keep the address they were read at', async () => {
  const fake = await serve(() => ({
    body: { items: [{ apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadata', ...object('a') }] },
  }))

  const [page] = await read(fake, { metadataOnly: true })

  expect(fake.seen[0]?.headers.accept).toBe('application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1')
  expect(page?.items[0]).toMatchObject({ apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' })
})

test('a kind that is not served has one empty page', async () => {
  const fake = await serve(() => ({ status: 404, body: '404 page not found\n', headers: { 'content-type': 'text/plain' } }))

  expect(namesOf(await read(fake))).toEqual([[]])
})

test('a kind that is not served any more in the middle of its pages is an error, never the end of the list', async () => {
  const fake = await serve((one) =>
    one.url.includes('continue')
      ? { status: 404, body: '404 page not found\n' }
      : { body: { items: [object('a')], metadata: { continue: 'next' } } },
  )

  await expect(read(fake)).rejects.toMatchObject({ code: 'kube-error' })
})

test('whoever patches is told when the server turns it away for now, and for how long', async () => {
  const waits: number[] = []
  const fake = await serve((_one, count) =>
    count === 1
      ? { status: 429, headers: { 'retry-after': '1' }, body: { kind: 'Status', message: 'too many requests' } }
      : { body: object('a') },
  )

  await fake.kube.patch(APPS, { name: 'a', namespace: 'apps' }, 'merge', {}, { onBusy: (ms) => waits.push(ms) })

  expect(waits).toEqual([1000])
})

test('a patch asks for metadata alone where that is enough', async () => {
  const fake = await serve(() => ({ body: object('a') }))

  await fake.kube.patch(APPS, { name: 'a', namespace: 'apps' }, 'merge', {}, { metadataOnly: true })

  expect(fake.seen[0]?.headers.accept).toContain('as=PartialObjectMetadata;')
})

test('a server that turns us away to the end is no refusal of the object', async () => {
  const fake = await serve(() => ({
    status: 429,
    headers: { 'retry-after': '30' },
    body: { kind: 'Status', message: 'too many requests' },
  }))

  const patch = fake.kube.patch(APPS, { name: 'a', namespace: 'apps' }, 'merge', {})

  await expect(patch).rejects.toMatchObject({ code: 'kube-busy', message: expect.stringContaining('too many requests') })
})
