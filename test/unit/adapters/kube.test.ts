import { afterEach, expect, test } from 'vitest'
import { OpsError } from '../../../src/errors.ts'
import { APPS, CONFIG_MAP, type FakeApi, fakeApi, type Reply, type Seen, status } from './kube-api.ts'

let api: FakeApi | undefined

afterEach(async () => {
  await api?.close()
  api = undefined
})

const serve = async (answer: (seen: Seen, count: number) => Reply, options?: Parameters<typeof fakeApi>[1]): Promise<FakeApi> => {
  api = await fakeApi(answer, options)
  return api
}

const failureOf = async (promise: Promise<unknown>): Promise<OpsError> => {
  const error = await promise.then(() => undefined).catch((thrown: unknown) => thrown)
  if (!(error instanceof OpsError)) throw new Error(`expected an OpsError, got ${String(error)}`)
  return error
}

const object = (name: string) => ({ metadata: { name, namespace: 'apps' } })

test('a list is read in pages of 500 until there is no more, and items of built-in kinds get their kind', async () => {
  const { kube, seen } = await serve((one) => ({
    body: one.url.includes('continue=next') ? { items: [object('b')] } : { items: [object('a')], metadata: { continue: 'next' } },
  }))

  const found = await kube.list(CONFIG_MAP)

  expect(found.map((each) => `${each.apiVersion} ${each.kind} ${each.metadata.name}`)).toEqual(['v1 ConfigMap a', 'v1 ConfigMap b'])
  expect(seen.map((one) => one.url)).toEqual(['/api/v1/configmaps?limit=500', '/api/v1/configmaps?limit=500&continue=next'])
})

test('a list starts again when the pages it was reading are compacted away', async () => {
  const { kube } = await serve((one, count) => {
    if (count === 2) return status(410, 'Expired', 'too old')
    return { body: one.url.includes('continue') ? { items: [object('b')] } : { items: [object('a')], metadata: { continue: 'next' } } }
  })

  const found = await kube.list(CONFIG_MAP)

  expect(found.map((each) => each.metadata.name)).toEqual(['a', 'b'])
})

test('a kind that is not served lists as empty', async () => {
  const { kube } = await serve(() => ({ status: 404, body: '404 page not found\n', headers: { 'content-type': 'text/plain' } }))

  expect(await kube.list(APPS)).toEqual([])
})

test('a 404 that no API server says is an error, never an empty list', async () => {
  const { kube } = await serve(() => ({ status: 404, body: '<html>nothing here</html>' }))

  const error = await failureOf(kube.list(APPS))

  expect(error.code).toBe('kube-error')
  expect(error.message).toContain('does not answer like a Kubernetes API server')
})

test('an answer that is not a list is an error, never an empty list', async () => {
  const { kube } = await serve(() => ({ body: { hello: 'world' } }))

  expect((await failureOf(kube.list(APPS))).code).toBe('kube-error')
})

test('an object that does not exist is undefined', async () => {
  const { kube } = await serve(() => status(404, 'NotFound', 'configmaps "a" not found'))

  expect(await kube.get(CONFIG_MAP, { name: 'a', namespace: 'apps' })).toBeUndefined()
})

test('a refusal names the verb, the object and how to look', async () => {
  const { kube } = await serve(() => status(403, 'Forbidden', 'kustomizations "web" is forbidden'))

  const error = await failureOf(kube.patch(APPS, { name: 'web', namespace: 'apps' }, 'merge', {}))

  expect(error.code).toBe('kube-forbidden')
  expect(error.message).toContain('not allowed to patch Kustomization apps/web')
  expect(error.hints.join('\n')).toContain('kubectl --context test auth can-i patch kustomizations.kustomize.toolkit.fluxcd.io -n apps')
})

test.each([
  [409, 'kube-conflict'],
  [422, 'kube-invalid'],
  [400, 'kube-invalid'],
  [401, 'kube-unauthorized'],
])('HTTP %i is %s', async (code, expected) => {
  const { kube } = await serve(() => status(code, 'Whatever', 'no'))

  expect(
    (await failureOf(kube.replace(CONFIG_MAP, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'x' } }))).code,
  ).toBe(expected)
})

test('credentials are fetched anew once when the server does not know them', async () => {
  const fake = await serve((_one, count) => (count === 1 ? status(401, 'Unauthorized', 'who?') : { body: object('a') }))

  const found = await fake.kube.get(CONFIG_MAP, { name: 'a', namespace: 'apps' })

  expect(found?.metadata.name).toBe('a')
  expect(fake.forgotten).toBe(1)
})

test('a read is sent again when the connection breaks', async () => {
  const { kube, seen } = await serve((_one, count) => (count <= 2 ? 'drop' : { body: object('a') }))

  expect((await kube.get(CONFIG_MAP, { name: 'a', namespace: 'apps' }))?.metadata.name).toBe('a')
  expect(seen.length).toBeGreaterThanOrEqual(3)
})

test('a create is not sent again when its answer was lost, and the error says that its effect is not known', async () => {
  const { kube, seen } = await serve(() => 'drop')

  const error = await failureOf(kube.create(CONFIG_MAP, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'x' } }))

  expect(seen).toHaveLength(1)
  expect(error.code).toBe('kube-unreachable')
  expect(error.message).toContain('whether it took effect is not known')
})

test('an apply patch is sent again when its answer was lost', async () => {
  const { kube, seen } = await serve((_one, count) => (count === 1 ? 'drop' : { body: object('a') }))

  await kube.patch(CONFIG_MAP, { name: 'a', namespace: 'x' }, 'apply', { apiVersion: 'v1', kind: 'ConfigMap' }, { force: true })

  expect(seen.length).toBe(2)
  expect(seen[1]?.url).toBe('/api/v1/namespaces/x/configmaps/a?fieldManager=flux-ops&force=true')
  expect(seen[1]?.headers['content-type']).toBe('application/apply-patch+yaml')
})

test('a server that asks to wait is asked again after the time it names', async () => {
  const { kube } = await serve((_one, count) => (count === 1 ? { status: 429, headers: { 'retry-after': '1' } } : { body: object('a') }))
  const started = Date.now()

  await kube.get(CONFIG_MAP, { name: 'a', namespace: 'x' })

  expect(Date.now() - started).toBeGreaterThanOrEqual(900)
})

test('a server where nothing listens is unreachable, and the error says for how long it was tried', async () => {
  const fake = await fakeApi(() => ({}), { firstPatienceMs: 1200 })
  await fake.close()
  const again = await fakeApi(() => ({}))
  await again.close()

  const error = await failureOf(again.kube.get(CONFIG_MAP, { name: 'a', namespace: 'x' }))

  expect(error.code).toBe('kube-unreachable')
  expect(error.message).toContain('nothing listens there')
})

test('a 403 in the first seconds after an outage is asked again, as RBAC is not loaded yet', async () => {
  const { kube, notes } = await serve((_one, count) => {
    if (count === 1) return { body: object('a') }
    if (count === 2) return 'drop'
    return count === 3 ? status(403, 'Forbidden', 'not yet') : { body: object('a') }
  })
  await kube.get(CONFIG_MAP, { name: 'a', namespace: 'x' })

  const found = await kube.get(CONFIG_MAP, { name: 'a', namespace: 'x' })

  expect(found?.metadata.name).toBe('a')
  expect(notes).toHaveLength(2)
})

test('a server that is back is asked again once it is ready: one that has just started says of custom kinds that there are none', async () => {
  let starting = 3
  const { kube, notes } = await serve(
    (_one, count) => {
      if (count === 1) return 'drop'
      return starting > 0 ? { status: 404, body: '404 page not found\n' } : { body: { items: [object('a')] } }
    },
    { readyz: () => (starting-- > 1 ? { status: 500, body: '[-]poststarthook/crd-informer-synced failed' } : { body: 'ok' }) },
  )

  expect(await kube.list(APPS)).toHaveLength(1)
  expect(notes).toEqual([])
})

test('a write that was sent to a server that then went away may have taken effect, whatever the last try met', async () => {
  const { kube } = await serve(() => 'drop', { readyz: () => ({ status: 503 }) })

  const error = await failureOf(
    kube.patch(CONFIG_MAP, { name: 'a', namespace: 'x' }, 'apply', { apiVersion: 'v1', kind: 'ConfigMap' }, { force: true }),
  )

  expect(error.message).toMatch(/it is starting: \/readyz answers 503.*whether it took effect is not known$/)
})

test('a name cannot climb out of its place in the URL', async () => {
  const { kube, seen } = await serve(() => ({ body: object('a') }))

  await kube.get(CONFIG_MAP, { name: 'a/../../secrets/b?x=', namespace: 'x' })
  const error = await failureOf(Promise.resolve().then(() => kube.get(CONFIG_MAP, { name: '..', namespace: 'x' })))

  expect(seen[0]?.url).toBe('/api/v1/namespaces/x/configmaps/a%2F..%2F..%2Fsecrets%2Fb%3Fx%3D')
  expect(error.code).toBe('kube-invalid')
  expect(seen).toHaveLength(1)
})

test('a cluster without the kube-system namespace has no identity', async () => {
  const { kube } = await serve((one) => (one.url === '/version' ? { body: { gitVersion: 'v1.34.4' } } : status(404, 'NotFound', 'no')))

  expect((await failureOf(kube.identity())).code).toBe('kube-error')
})

test('deleting what is gone is done', async () => {
  const { kube } = await serve(() => status(404, 'NotFound', 'gone'))

  await expect(kube.delete(CONFIG_MAP, { name: 'a', namespace: 'x' })).resolves.toBeUndefined()
})

test('a container that has not started has no logs', async () => {
  const { kube } = await serve(() => status(400, 'BadRequest', 'container is waiting to start'))

  expect(await kube.logs({ name: 'p', namespace: 'x' })).toBe('')
})

test('a run that is being stopped can still write once, but waits for nobody', async () => {
  const controller = new AbortController()
  controller.abort('SIGINT')
  api = await fakeApi((one) => (one.method === 'PUT' ? { body: object('a') } : 'drop'), { signal: controller.signal })

  const written = await api.kube.replace(CONFIG_MAP, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'x' } })
  const error = await failureOf(api.kube.get(CONFIG_MAP, { name: 'a', namespace: 'x' }))

  expect(written.metadata.name).toBe('a')
  expect(error.code).toBe('kube-unreachable')
  expect(api.seen).toHaveLength(2)
})
