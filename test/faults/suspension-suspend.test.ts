// Suspending on a real API server with real controllers, by the built program and by the engine.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { World } from '../../src/adapters/context.ts'
import type { Kube } from '../../src/ports/kube.ts'
import { SuspensionDesk } from '../runbooks/suspension/desk.ts'

let desk: SuspensionDesk

beforeAll(async () => {
  desk = await SuspensionDesk.open('2.7.3')
})
afterAll(() => desk?.close())
beforeEach(() => desk.free('src', 'a', 'b', 'c'))

const BY = 'flux-ops.dev/suspended-by'
const REASON = 'flux-ops.dev/suspended-reason'
const RUN = 'flux-ops.dev/suspended-run'

const input = (...names: string[]) => ({ objects: names.map((name) => desk.name(name)), reason: 'disk is moved' })

describe('suspend', () => {
  test('leaves who, why and until when at the object, and status and recover show it', async () => {
    const said = await desk.flux('suspend', desk.name('c'), '--reason', 'disk is moved', '--for', '4h', '--yes')

    expect(said.code).toBe(0)
    const { suspend, notes } = await desk.look('c')
    expect(suspend).toBe(true)
    expect(notes).toMatchObject({ [BY]: expect.stringMatching(/^tester@/), [REASON]: 'disk is moved' })
    const until = Date.parse(notes['flux-ops.dev/suspended-until'] ?? '')
    expect(until - Date.parse(notes['flux-ops.dev/suspended-at'] ?? '')).toBeGreaterThan(3.9 * 3_600_000)
    const line = `Kustomization ${desk.place.namespace}/c  for under a minute, by ${notes[BY]}: disk is moved; until ${notes['flux-ops.dev/suspended-until']}`
    expect((await desk.flux('status')).stdout).toContain(line)
    expect((await desk.flux('recover')).stdout).toContain(line)
  })

  test('stays when its manifest is applied again', async () => {
    await desk.flux('suspend', desk.name('c'), '--reason', 'disk', '--yes')

    await desk.applyAgain()

    expect(await desk.look('c')).toMatchObject({ suspend: true, notes: { [REASON]: 'disk' } })
  })

  test('changes nothing in a dry run', async () => {
    const before = await desk.object('c')

    const { code, stdout } = await desk.flux('suspend', desk.name('c'), '--reason', 'disk', '--dry-run')

    expect(code).toBe(0)
    expect(stdout).toContain(`patch Kustomization ${desk.place.namespace}/c spec.suspend=true`)
    expect((await desk.object('c')).metadata.resourceVersion).toBe(before.metadata.resourceVersion)
  })

  test('chooses by namespace, kind and labels, and only what is not suspended', async () => {
    await desk.kubectl('label', '--overwrite', 'ks/a', 'ks/b', 'tier=batch')
    await desk.set('a', { [BY]: 'bob' })

    const done = await desk.drive({
      runbook: 'suspend',
      input: { kinds: ['ks'], namespaces: [desk.place.namespace], selector: 'tier in (batch)', reason: 'load' },
    })

    expect(done.outcome).toBe('done')
    const { src, a, b, c } = await desk.looks('src', 'a', 'b', 'c')
    expect([src?.suspend, a?.suspend, b?.suspend, c?.suspend]).toEqual([false, true, true, false])
    expect(a?.notes).toEqual({ [BY]: 'bob' })
  })

  test('with everything that fits suspended already has nothing to do, and with nothing that fits is refused', async () => {
    await desk.set('src', { [BY]: 'bob' })

    const already = await desk.flux('suspend', '--kind', 'gitrepo', '--in', desk.place.namespace, '--reason', 'x')
    const none = await desk.flux('suspend', '--kind', 'receiver', '--in', desk.place.namespace, '--reason', 'x', '--yes')

    expect(already).toMatchObject({ code: 0, stderr: expect.stringContaining('1 object is suspended already') })
    expect(none).toMatchObject({ code: 3, text: expect.stringContaining('nothing fits the choice') })
  })

  test('gives owner and reason to what flux has suspended, and keeps its age', async () => {
    await desk.set('c', {}, 'flux')
    const since = (await desk.object('c')).metadata.managedFields?.find(({ manager }) => manager === 'flux')?.time

    await desk.drive({ runbook: 'suspend', input: input('c') })

    expect((await desk.look('c')).notes).toMatchObject({ [BY]: 'tester@here', 'flux-ops.dev/suspended-at': since })
    expect((await desk.diagnosis()).suspended).toMatchObject([{ by: 'tester@here', reason: 'disk is moved', since }])
  })
})

describe('what stands in the way', () => {
  const failed = async (...names: string[]): Promise<string[]> => {
    const done = await desk.drive({ runbook: 'suspend', input: input(...names) })
    expect(done.outcome).toBe('checks-failed')
    return done.state.checks.filter(({ result }) => result.status === 'fail').map(({ id }) => id)
  }

  test('what somebody else suspended for a reason is refused, and taken over when that is said', async () => {
    await desk.set('c', { [BY]: 'bob', [REASON]: 'restore', 'flux-ops.dev/suspended-at': '2026-11-20T00:00:00Z' })

    expect(await failed('c')).toContain('not-suspended-by-others')
    expect((await desk.look('c')).notes[BY]).toBe('bob')
    const waived = await desk.drive({ runbook: 'suspend', input: input('c'), waivers: { 'not-suspended-by-others': 'bob is away' } })

    expect(waived.outcome).toBe('done')
    expect((await desk.look('c')).notes).toMatchObject({ [BY]: 'tester@here', 'flux-ops.dev/suspended-at': '2026-11-20T00:00:00Z' })
  })

  test('what a run holds is refused, with the run to go on with', async () => {
    await desk.set('c', { 'flux-ops.dev/held-by': '20261122-000000-rollback-1a2b' })

    const { code, text } = await desk.flux('suspend', desk.name('c'), '--reason', 'x', '--yes')

    expect(code).toBe(3)
    expect(text).toContain('flux-ops runs resume 20261122-000000-rollback-1a2b')
  })

  test('what git says is told before', async () => {
    await desk.kubectl('patch', 'ks/c', '--type=merge', '--field-manager=kustomize-controller', '-p', '{"spec":{"suspend":false}}')

    const { text } = await desk.flux('suspend', desk.name('c'), '--reason', 'x', '--dry-run')

    expect(text).toContain('git says that it is not suspended')
  })

  test('who waits for it is told before', async () => {
    const { text } = await desk.flux('suspend', desk.name('b'), '--reason', 'x', '--dry-run')

    expect(text).toMatch(/nobody-waits[\s\S]*c depends on it/)
  })

  test('a namespace without Flux is refused, as -n is not that of the object', async () => {
    const { code, text } = await desk.flux('suspend', 'ks/c', '-n', desk.place.namespace, '--reason', 'x', '--yes')

    expect(code).toBe(3)
    expect(text).toContain('-n is the namespace of Flux')
  })

  test('an object that is being deleted is refused', async () => {
    await desk.kubectl('patch', 'ks/c', '--type=json', '-p', '[{"op":"add","path":"/metadata/finalizers/-","value":"example.org/hold"}]')
    await desk.kubectl('delete', 'ks/c', '--wait=false')

    expect(await failed('c')).toContain('can-be-suspended')

    await desk.kubectl('patch', 'ks/c', '--type=merge', '-p', '{"metadata":{"finalizers":null}}')
    await desk.restoreChain()
  })

  test.each([
    [['ks/no-such', '--reason', 'x'], 2, 'does not exist'],
    [['ks/c'], 2, '--reason'],
    [['ks/c', '--reason', 'x', '--for', '4h', '--until', '2027-01-01T00:00:00Z'], 2, '--until'],
    [['ks/c', '--reason', 'x', '--until', '2020-01-01T00:00:00Z'], 2, 'it is over'],
    [['ks/c', '--all', '--reason', 'x'], 2, 'chosen by flags as well'],
    [['ks/c', '--reason', 'a\u001b[31mb'], 2, 'control character'],
    [['media/ks/c', '--reason', 'x'], 2, 'ks/media/c'],
  ])('%j is refused with one clear sentence', async (args, code, sentence) => {
    const said = await desk.flux('suspend', ...args, '--yes')

    expect(said.code).toBe(code)
    expect(said.stderr).toContain(sentence)
  })
})

describe('kinds', () => {
  test.each([
    [
      'Alert',
      'notification.toolkit.fluxcd.io/v1beta3',
      { providerRef: { name: 'p' }, eventSources: [{ kind: 'GitRepository', name: '*' }] },
    ],
    ['Provider', 'notification.toolkit.fluxcd.io/v1beta3', { type: 'generic', address: 'http://127.0.0.1:1' }],
    ['HelmRepository', 'source.toolkit.fluxcd.io/v1', { type: 'oci', url: 'oci://127.0.0.1/x', interval: '1h' }],
    ['HelmChart', 'source.toolkit.fluxcd.io/v1', { chart: 'x', interval: '1h', sourceRef: { kind: 'HelmRepository', name: 'kind' } }],
    ['Bucket', 'source.toolkit.fluxcd.io/v1', { bucketName: 'x', endpoint: '127.0.0.1', interval: '1h' }],
  ])('a %s is suspended and resumed', async (kind, apiVersion, spec) => {
    await desk.recover.apply([{ apiVersion, kind, metadata: { name: 'kind', namespace: desk.place.namespace }, spec }])
    const objects = [`${kind}/${desk.place.namespace}/kind`]

    const suspended = await desk.drive({ runbook: 'suspend', input: { objects, reason: 'x' } })
    const there = await desk.kubectl('get', kind, 'kind', '-o', 'jsonpath={.spec.suspend}')
    await desk.kubectl('patch', kind, 'kind', '--type=merge', '-p', '{"spec":{"suspend":null}}')
    await desk.kubectl('delete', kind, 'kind', '--wait=false')

    expect(suspended.outcome).toBe('done')
    expect(there).toBe('true')
  })
})

describe('what happens meanwhile', () => {
  /** Runs `work` before the first patch of this object. */
  const firstly =
    (name: string, work: () => Promise<unknown>) =>
    (world: World): World => {
      let isFirst = true
      const patch: Kube['patch'] = async (resource, of, ...rest) => {
        if (isFirst && of.name === name) {
          isFirst = false
          await work()
        }
        return world.kube.patch(resource, of, ...rest)
      }
      return { ...world, kube: Object.assign(Object.create(world.kube), { ...world.kube, patch }) }
    }

  test('somebody else suspends it first: it stays theirs, and the run says so', async () => {
    const bob = { [BY]: 'bob', [REASON]: 'mine' }

    const done = await desk.drive({ runbook: 'suspend', input: input('b', 'c'), decorate: firstly('c', () => desk.set('c', bob)) })

    expect(done).toMatchObject({ outcome: 'failed', exit: 'partial', error: { code: 'changed-since-plan' } })
    const { b, c } = await desk.looks('b', 'c')
    expect(c?.notes).toEqual(bob)
    expect(b?.notes[RUN]).toBe(done.runId)
    const back = await desk.drive({ runbook: 'suspend', abandon: done.runId })
    expect(back.outcome).toBe('abandoned')
    expect(await desk.looks('b', 'c')).toMatchObject({ b: { suspend: false, notes: {} }, c: { suspend: true, notes: bob } })
  })

  test('it is deleted and made anew: the new one is left alone', async () => {
    const anew = async (): Promise<void> => {
      await desk.kubectl('delete', 'ks/c')
      await desk.restoreChain()
    }

    const done = await desk.drive({ runbook: 'suspend', input: input('c'), decorate: firstly('c', anew) })

    expect(done).toMatchObject({ outcome: 'failed', error: { code: 'changed-since-plan', message: expect.stringContaining('made anew') } })
    expect((await desk.look('c')).suspend).toBe(false)
  })

  test('its status is written all the time: the suspension goes through', async () => {
    const touch = () => desk.kubectl('annotate', '--overwrite', 'ks/c', 'example.org/touched=now')

    const done = await desk.drive({ runbook: 'suspend', input: input('c'), decorate: firstly('c', touch) })

    expect(done.outcome).toBe('done')
    expect((await desk.look('c')).suspend).toBe(true)
  })
})
