import { afterEach, describe, expect, test } from 'vitest'
import type { Resource } from '../../../src/ports/kube.ts'
import { type FakeApi, fakeApi, type Reply, type Seen, status } from './kube-api.ts'

const SOURCE = 'source.toolkit.fluxcd.io'
const NOTIFICATION = 'notification.toolkit.fluxcd.io'

let api: FakeApi | undefined

afterEach(async () => {
  await api?.close()
  api = undefined
})

const serve = async (answer: (seen: Seen, count: number) => Reply): Promise<FakeApi> => {
  api = await fakeApi(answer, { patienceMs: 0, firstPatienceMs: 0 })
  return api
}

const texts = (found: readonly Resource[]): string[] =>
  found.map(({ group, version, kind, plural }) => `${kind} ${plural}.${group}/${version}`)

const resource = (plural: string, kind: string, more: object = {}): object => ({
  resource: plural,
  responseKind: { group: '', version: '', kind },
  scope: 'Namespaced',
  subresources: [{ subresource: 'status', responseKind: { kind } }],
  ...more,
})

const version = (name: string, resources: object[] | null | undefined, freshness: string | null = 'Current'): object => ({
  version: name,
  resources,
  freshness,
})

const group = (name: string, ...versions: object[]): object => ({ metadata: { name, creationTimestamp: null }, versions })

const APPS = group('apps', version('v1', [resource('deployments', 'Deployment')]))

const aggregated = (items: unknown, api = 'v2'): Reply => ({
  body: { kind: 'APIGroupDiscoveryList', apiVersion: `apidiscovery.k8s.io/${api}`, metadata: {}, items },
})

const listed = (name: string, ...versions: string[]): object => ({
  name,
  versions: versions.map((each) => ({ groupVersion: `${name}/${each}`, version: each })),
  preferredVersion: { groupVersion: `${name}/${versions[0]}`, version: versions[0] },
})

const groupList = (groups: unknown): Reply => ({ body: { kind: 'APIGroupList', apiVersion: 'v1', groups } })

const resourceList = (...resources: [name: string, kind: string][]): Reply => ({
  body: {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: 'any',
    resources: resources.map(([name, kind]) => ({ name, singularName: '', namespaced: true, kind, verbs: ['list'] })),
  },
})

const notThere: Reply = { status: 404, body: '404 page not found\n', headers: { 'content-type': 'text/plain' } }

describe('a server that tells of everything at once', () => {
  test.each(['v2', 'v2beta1'])('is asked once, and its answer in %s is read', async (apiVersion) => {
    const items = [
      APPS,
      group(
        SOURCE,
        version('v1', [resource('gitrepositories', 'GitRepository')]),
        version('v1beta2', [resource('gitrepositories', 'GitRepository'), resource('buckets', 'Bucket')]),
      ),
    ]
    const { kube, seen } = await serve(() => aggregated(items, apiVersion))

    const found = await kube.kinds([SOURCE, NOTIFICATION])

    expect(texts(found)).toEqual([`GitRepository gitrepositories.${SOURCE}/v1`, `Bucket buckets.${SOURCE}/v1beta2`])
    expect(found.every(({ namespaced }) => namespaced)).toBe(true)
    expect(seen.map(({ url }) => url)).toEqual(['/apis'])
    expect(seen[0]?.headers.accept).toMatch(/v=v2;as=APIGroupDiscoveryList,.*v=v2beta1;as=APIGroupDiscoveryList,application\/json$/)
  })

  test('may leave out what is empty', async () => {
    const { kube } = await serve(() =>
      aggregated([group(SOURCE, version('v1', undefined, null), version('v1beta2', null)), { metadata: { name: NOTIFICATION } }]),
    )

    expect(await kube.kinds([SOURCE, NOTIFICATION])).toEqual([])
  })

  test('may have whatever it likes in groups that were not asked for', async () => {
    const others = [
      null,
      'text',
      { metadata: null },
      { metadata: { name: 'odd' }, versions: 'none' },
      group('stale', version('v1', [], 'Stale')),
    ]
    const { kube, seen } = await serve(() =>
      aggregated([...others, group(SOURCE, version('v1', [resource('gitrepositories', 'GitRepository')]))]),
    )

    expect(texts(await kube.kinds([SOURCE]))).toEqual([`GitRepository gitrepositories.${SOURCE}/v1`])
    expect(seen).toHaveLength(1)
  })

  test('is asked for a version that it calls stale, and what it says now counts, in its place in the order', async () => {
    const items = [
      group(
        SOURCE,
        version('v1', [resource('gone', 'Gone')], 'Stale'),
        version('v1beta2', [resource('gitrepositories', 'GitRepository'), resource('buckets', 'Bucket')]),
      ),
    ]
    const { kube, seen } = await serve(({ url }) =>
      url === '/apis' ? aggregated(items) : resourceList(['gitrepositories', 'GitRepository'], ['gitrepositories/status', 'GitRepository']),
    )

    expect(texts(await kube.kinds([SOURCE]))).toEqual([`GitRepository gitrepositories.${SOURCE}/v1`, `Bucket buckets.${SOURCE}/v1beta2`])
    expect(seen.map(({ url }) => url)).toEqual(['/apis', `/apis/${SOURCE}/v1`])
  })

  test('fails where a stale version cannot be had: what it holds is not known', async () => {
    const { kube } = await serve(({ url }) =>
      url === '/apis' ? aggregated([APPS, group(SOURCE, version('v1', [], 'Stale'))]) : status(503, 'ServiceUnavailable', 'not now'),
    )

    await expect(kube.kinds([SOURCE])).rejects.toMatchObject({ code: 'kube-error', message: expect.stringContaining(`${SOURCE}/v1`) })
  })

  test('fails where one of the groups that were asked for cannot be read', async () => {
    const { kube } = await serve(() => aggregated([APPS, { metadata: { name: SOURCE }, versions: [{ version: 1 }] }]))

    await expect(kube.kinds([SOURCE])).rejects.toMatchObject({ code: 'kube-error' })
  })
})

describe('a server that tells of groups alone', () => {
  test('is asked for every version of ours: a kind may be in no other than an old one', async () => {
    const { kube, seen } = await serve(({ url }) => {
      if (url === '/apis') return groupList([listed('apps', 'v1'), listed(NOTIFICATION, 'v1', 'v1beta3')])
      return url.endsWith('/v1')
        ? resourceList(['receivers', 'Receiver'], ['receivers/status', 'Receiver'])
        : resourceList(['receivers', 'Receiver'], ['alerts', 'Alert'])
    })

    const found = await kube.kinds([SOURCE, NOTIFICATION])

    expect(texts(found)).toEqual([`Receiver receivers.${NOTIFICATION}/v1`, `Alert alerts.${NOTIFICATION}/v1beta3`])
    expect(seen.map(({ url }) => url).sort()).toEqual(['/apis', `/apis/${NOTIFICATION}/v1`, `/apis/${NOTIFICATION}/v1beta3`])
  })

  test('has its preferred version first, wherever it lists it', async () => {
    const preferring = { ...listed(SOURCE, 'v1beta2', 'v1'), preferredVersion: { version: 'v1' } }
    const { kube } = await serve(({ url }) => (url === '/apis' ? groupList([preferring]) : resourceList(['buckets', 'Bucket'])))

    expect(texts(await kube.kinds([SOURCE]))).toEqual([`Bucket buckets.${SOURCE}/v1`])
  })

  test('may have lost a version, or have nothing in it, when it is asked for it', async () => {
    const { kube } = await serve(({ url }) => {
      if (url === '/apis') return groupList([listed(SOURCE, 'v1', 'v1beta2', 'v1beta1')])
      if (url.endsWith('/v1beta2')) return notThere
      return url.endsWith('/v1beta1') ? { body: { kind: 'APIResourceList', resources: null } } : resourceList(['buckets', 'Bucket'])
    })

    expect(texts(await kube.kinds([SOURCE]))).toEqual([`Bucket buckets.${SOURCE}/v1`])
  })

  test.each([
    ['a refusal', status(403, 'Forbidden', 'no'), 'kube-forbidden'],
    ['a failure', status(503, 'ServiceUnavailable', 'not now'), 'kube-error'],
    ['a 404 that no API server says', { status: 404, body: '<html>nothing here</html>' } as Reply, 'kube-error'],
    ['another kind of answer', { body: { kind: 'APIGroup', resources: [] } } as Reply, 'kube-error'],
    ['a broken connection', 'drop' as Reply, 'kube-unreachable'],
  ])('fails as a whole by %s to one of them', async (_title, reply, code) => {
    const { kube } = await serve(({ url }) => {
      if (url === '/apis') return groupList([listed(SOURCE, 'v1', 'v1beta2')])
      return url.endsWith('/v1') ? resourceList(['buckets', 'Bucket']) : reply
    })

    await expect(kube.kinds([SOURCE])).rejects.toMatchObject({ code })
  })
})

describe('no answer is an error, never a cluster without kinds:', () => {
  test.each([
    ['a refusal', status(403, 'Forbidden', 'forbidden: User "x" cannot get path "/apis"'), 'kube-forbidden'],
    ['a failure', status(500, 'InternalError', 'no'), 'kube-error'],
    ['text', { body: 'hello' } as Reply, 'kube-error'],
    ['a page', { body: '<html>log in</html>' } as Reply, 'kube-error'],
    ['nothing', { body: '' } as Reply, 'kube-error'],
    ['null', { body: 'null' } as Reply, 'kube-error'],
    ['another kind', { body: { kind: 'Status', status: 'Success' } } as Reply, 'kube-error'],
    ['groups that are no list', groupList({ a: 1 }), 'kube-error'],
    ['no groups', groupList([]), 'kube-error'],
    ['items that are null', aggregated(null), 'kube-error'],
    ['no items', aggregated([]), 'kube-error'],
    ['the 404 of an API server', notThere, 'kube-error'],
  ])('%s', async (_title, reply, code) => {
    const { kube } = await serve(() => reply)

    await expect(kube.kinds([SOURCE])).rejects.toMatchObject({ code })
  })
})
