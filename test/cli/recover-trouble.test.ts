// `recover` where the API server is in trouble itself, says less than usual, or has objects that are half gone.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FLUX_KINDS } from '../../src/flux/kinds.ts'
import { apiRelay } from '../helpers/api-relay.ts'
import { eventually } from '../sandbox/scratch.ts'
import { ReadingDesk } from './recover-desk.ts'

const kustomization = (namespace: string, name: string, finalizers: string[] = []): object => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name, namespace, finalizers },
  spec: { interval: '1h', prune: false, path: './', sourceRef: { kind: 'GitRepository', name: 'home', namespace: 'flux-system' } },
})

let desk: ReadingDesk

beforeAll(async () => {
  desk = await ReadingDesk.open('2.9.2')
  await desk.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'flux-system' } })
  await desk.apply(kustomization('flux-system', 'here'))
  await desk.failed('flux-system', 'here', 'kustomize build failed')
}, 600_000)

afterAll(() => desk?.close())

describe('objects that are half gone', () => {
  const gone = (name: string): Promise<string> => desk.kubectl('-n', 'flux-system', 'delete', 'kustomization', name, '--wait=false')

  test('are causes where they are held or cannot be cleaned up, and under way where they were deleted just now', async () => {
    const ours = ['finalizers.fluxcd.io']
    await desk.apply(kustomization('flux-system', 'held', ['backup.example/keep']))
    await desk.apply(kustomization('flux-system', 'stuck', ours), kustomization('flux-system', 'going', ours))
    for (const name of ['held', 'stuck', 'going']) await gone(name)
    await desk.failed('flux-system', 'stuck', 'delete failed, errors: denied', 'PruneFailed', '2099-01-01T00:00:00Z')

    const { code, diagnosis } = await desk.diagnosis()

    expect(code).toBe(3)
    expect(diagnosis.causes.map(({ object, state }) => `${object} ${state}`)).toEqual([
      'Kustomization flux-system/held deletion-held',
      'Kustomization flux-system/here build-failed',
      'Kustomization flux-system/stuck deletion-stuck',
    ])
    expect(diagnosis.moving.map(({ object }) => object)).toEqual(['Kustomization flux-system/going'])
  })
})

describe('where the API server does not tell which kinds it serves', () => {
  const kinds = { apiGroups: ['kustomize.toolkit.fluxcd.io'], resources: ['kustomizations'], verbs: ['get', 'list'] }
  let narrow: string
  let nobody: string

  beforeAll(async () => {
    narrow = await desk.account('narrow', [kinds])
    nobody = await desk.account('nobody', [])
    await desk.kubectl('delete', 'clusterrolebinding', 'system:discovery', 'system:public-info-viewer')
    const may = (path: string): Promise<string> =>
      desk
        .kubectl('auth', 'can-i', 'get', path, '--as=system:serviceaccount:flux-system:narrow', '--as-group=system:authenticated')
        .catch(() => 'no')
    await eventually(
      'discovery is forbidden',
      async () => !(await may('/apis')).startsWith('yes') && !(await may('/version')).startsWith('yes'),
    )
  }, 120_000)

  test('what may be read is diagnosed, and the rest is told', async () => {
    const { code, diagnosis } = await desk.diagnosis(narrow)

    expect(code).toBe(3)
    expect(diagnosis.causes.map(({ object }) => object)).toContain('Kustomization flux-system/here')
    expect(diagnosis.cluster.version).toBe('unknown')
    expect(diagnosis.unseen[0]).toEqual({
      what: 'which kinds are served',
      why: expect.stringMatching(
        /^not allowed to get the kinds that are served: .*; each was asked for in the versions that flux-ops knows, all were found$/,
      ),
    })
    expect(diagnosis.unseen.map(({ what }) => what)).toContain('Kustomization outside of flux-system')
  })

  test('whoever may read nothing is told so, kind by kind, and never that all is ready', async () => {
    const { code, stdout } = await desk.recover(nobody)

    expect(code).toBe(3)
    expect(stdout).toMatch(/^\S+: nothing of Flux was seen\n/)
    for (const { kind } of FLUX_KINDS) expect(stdout).toContain(`  ? ${kind}: not allowed to list`)
    expect(stdout).not.toContain('ready')
  })
})

describe('an API server that dies while it is read', () => {
  /** At most six are under way: when the seventh is sent, one was answered, and the server is one that was there. */
  const SEVENTH_CALL = 7

  test('and comes back is waited for, which is said, and everything is read', async () => {
    const before = await desk.diagnosis()
    let back: Promise<void> | undefined
    const onCall = (count: number): Promise<void> | undefined => {
      if (count !== SEVENTH_CALL) return undefined
      return desk.stopApi().then(() => {
        back = desk.startApi()
      })
    }
    const relay = await apiRelay(desk.kubeconfig, { onCall })

    const { code, stdout, stderr } = await desk.recover(relay.kubeconfig).finally(relay.close)
    await back

    expect(code).toBe(before.code)
    expect(stderr).toMatch(/⚠ lost https:\S+: .*; trying again\n/)
    expect(stderr).toMatch(/⚠ https:\S+ is back after \d+ s\n/)
    for (const { object } of before.diagnosis.causes) expect(stdout).toContain(object)
  }, 180_000)

  /** From this call on there is no API server. */
  const withoutApiFrom = async (first: number): Promise<{ code: number | null; stdout: string; stderr: string }> => {
    let stopped: Promise<void> | undefined
    const onCall = (count: number): Promise<void> | undefined => {
      if (count < first) return undefined
      stopped ??= desk.stopApi()
      return stopped
    }
    const relay = await apiRelay(desk.kubeconfig, { onCall })
    const said = await desk.recover(relay.kubeconfig).finally(relay.close)
    await desk.startApi()
    return said
  }

  test('and stays away leaves what was not read unknown, once patience is over, and is never told as ready', async () => {
    const { code, stdout, stderr } = await withoutApiFrom(SEVENTH_CALL)

    expect(code).toBe(3)
    expect(stderr).toMatch(/⚠ lost https:\S+: .*; trying again\n/)
    expect(stdout).toMatch(/^ {2}\? .*cannot reach https:\S+ \(context \S+\) to (?:list|get) .* \(tried for \d\d s\)/m)
    expect(stdout).not.toMatch(/^all .* ready/m)
  }, 180_000)

  test('and stays away before it told anything is an error with a next step', async () => {
    const { code, stdout, stderr } = await withoutApiFrom(1)

    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/✗ cannot reach https:\S+ \(context \S+\) to (?:list|get) .* \(tried for \d+ s\)\n {2}→ look: kubectl --context/)
  }, 180_000)
})
