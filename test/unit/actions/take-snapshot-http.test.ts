import { describe, expect, test } from 'vitest'
import { takeSnapshot } from '../../../src/actions/take-snapshot.ts'
import { systemClock } from '../../../src/adapters/clock.ts'
import { diagnose } from '../../../src/diagnosis/diagnose.ts'
import type { Snapshot } from '../../../src/diagnosis/snapshot.ts'
import type { KubeReader } from '../../../src/ports/kube.ts'
import { fakeApi, status } from '../adapters/kube-api.ts'
import { not, object } from '../diagnosis/objects.ts'
import { ALL_KINDS } from './snapshot-desk.ts'

const takeOver = (kube: KubeReader): Promise<Snapshot> => takeSnapshot({ kube, clock: systemClock }, 'flux-system')

const told = ({ unseen }: Snapshot): string[] => unseen.map(({ what }) => what)

describe('over HTTP', () => {
  const list = { body: { kind: 'List', items: [], metadata: {} } }
  const discovery = {
    kind: 'APIGroupDiscoveryList',
    items: [...new Set(ALL_KINDS.map(({ group }) => group))].map((group) => ({
      metadata: { name: group },
      versions: [
        {
          version: ALL_KINDS.find((one) => one.group === group)?.version,
          freshness: 'Current',
          resources: ALL_KINDS.filter((one) => one.group === group).map(({ plural, kind }) => ({
            resource: plural,
            responseKind: { kind },
            scope: 'Namespaced',
          })),
        },
      ],
    })),
  }

  test('a snapshot of all fifteen kinds takes 21 requests', async () => {
    const api = await fakeApi(({ url }) => {
      if (url === '/version') return { body: { gitVersion: 'v1.34.4' } }
      return url === '/apis' ? { body: discovery } : list
    })
    const { seen, kube } = api

    await takeOver(kube)
    await api.close()

    expect(ALL_KINDS).toHaveLength(15)
    expect(seen).toHaveLength(21)
    expect(seen.every(({ method }) => method === 'GET')).toBe(true)
  })

  test('each kind is asked for in one answer, and warnings in pages', async () => {
    const api = await fakeApi(({ url }) => {
      if (url === '/version') return { body: { gitVersion: 'v1.34.4' } }
      return url === '/apis' ? { body: discovery } : list
    })

    await takeOver(api.kube)
    await api.close()

    const limits = (part: string): (string | null)[] =>
      api.seen.filter(({ url }) => url.includes(part)).map(({ url }) => new URL(url, 'http://a').searchParams.get('limit'))
    expect(limits('/kustomizations')).toEqual(['10000'])
    expect(limits('/events')).toEqual(['500'])
  })

  test('a server that turns requests away for now is asked again when it says, and everything is seen', async () => {
    const times: number[] = []
    const api = await fakeApi(({ url }) => {
      if (url === '/version') return { body: { gitVersion: 'v1.34.4' } }
      if (url === '/apis') return { body: discovery }
      if (!url.includes('/kustomizations')) return list
      times.push(performance.now())
      return times.length > 1
        ? list
        : { ...(status(429, 'TooManyRequests', 'too many requests, please try again later') as object), headers: { 'retry-after': '1' } }
    })

    const snapshot = await takeOver(api.kube)
    await api.close()

    expect(times).toHaveLength(2)
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(990)
    expect(told(snapshot)).toEqual(['the controllers'])
  })

  test('who may see neither version nor kinds is asked nothing of that again, and sees the rest', async () => {
    const api = await fakeApi(({ url }) => {
      if (url === '/version' || url === '/apis') return status(403, 'Forbidden', `cannot get path "${url}"`)
      // Nothing is served but what Flux has had from the beginning, in an old version.
      if (url.includes('fluxcd.io/') && !url.includes('/v1beta2/gitrepositories'))
        return status(404, 'NotFound', 'the server could not find it')
      return list
    })

    const snapshot = await takeOver(api.kube)
    await api.close()

    expect(snapshot.cluster.version).toBe('unknown')
    expect(snapshot.unseen[0]).toMatchObject({ what: 'which kinds are served', why: expect.stringMatching(/not found: OCIRepository, /) })
    expect(snapshot.unseen[0]?.why).not.toContain('GitRepository')
    expect(api.seen.filter(({ url }) => url === '/apis')).toHaveLength(1)
  })

  test('a server that breaks off behind its first lists is diagnosed as far as it was seen', async () => {
    const source = not(object('GitRepository', 'flux-system/home-ops'), 'GitOperationFailed', 'connection refused')
    const api = await fakeApi(
      ({ url }) => {
        if (url === '/version') return { body: { gitVersion: 'v1.34.4' } }
        if (url === '/apis') return { body: discovery }
        return url.includes('/gitrepositories') ? { body: { items: [source] } } : 'drop'
      },
      { patienceMs: 300 },
    )

    const snapshot = await takeOver(api.kube)
    await api.close()

    expect(diagnose(snapshot).causes).toMatchObject([{ object: 'GitRepository flux-system/home-ops' }])
    expect(told(snapshot)).not.toContain('GitRepository')
    expect(told(snapshot)).toHaveLength(14 + 4)
  })
})
