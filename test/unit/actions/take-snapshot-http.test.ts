import { describe, expect, test } from 'vitest'
import { takeSnapshot } from '../../../src/actions/take-snapshot.ts'
import { systemClock } from '../../../src/adapters/clock.ts'
import { diagnose } from '../../../src/diagnosis/diagnose.ts'
import type { Snapshot } from '../../../src/diagnosis/snapshot.ts'
import type { KubeReader } from '../../../src/ports/kube.ts'
import { fakeApi } from '../adapters/kube-api.ts'
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
          version: 'v1',
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
