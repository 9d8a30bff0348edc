import { describe, expect, test } from 'vitest'
import { createLeaseLock, type LeaseLockOptions } from '../../../src/adapters/lease-lock.ts'
import { OpsError } from '../../../src/errors.ts'
import type { Clock } from '../../../src/ports/clock.ts'
import type { Kube, KubeObject } from '../../../src/ports/kube.ts'

interface Sleeper {
  readonly at: number
  wake(): void
}

/** Time that passes only when it is told to. */
const manualClock = () => {
  let now = Date.parse('2026-11-21T03:00:00Z')
  let sleepers: Sleeper[] = []
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  const clock: Clock = {
    now: () => new Date(now),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        sleepers.push({ at: now + ms, wake: resolve })
        signal?.addEventListener('abort', () => reject(signal.reason))
      }),
  }
  const pass = async (ms: number): Promise<void> => {
    for (const end = now + ms; now < end; ) {
      now += 500
      const due = sleepers.filter(({ at }) => at <= now)
      sleepers = sleepers.filter(({ at }) => at > now)
      for (const { wake } of due) wake()
      await settle()
    }
  }
  return { clock, pass }
}

/** One Lease, with the API server's rules for resourceVersion and uid; of a Lease it allows create on update, as kube-apiserver 1.34 does. */
const fakeKube = () => {
  let version = 1
  const state: { lease: KubeObject | undefined; failure: OpsError | undefined; dropAnswer: boolean } = {
    lease: undefined,
    failure: undefined,
    dropAnswer: false,
  }
  const stored = (object: KubeObject): KubeObject => {
    version += 1
    const uid = state.lease?.metadata.uid ?? `uid-${version}`
    state.lease = { ...structuredClone(object), metadata: { ...object.metadata, uid, resourceVersion: String(version) } }
    return structuredClone(state.lease)
  }
  const conflict = () => new OpsError({ code: 'kube-conflict', message: 'conflict' })
  const kube: Pick<Kube, 'get' | 'create' | 'replace'> = {
    get: async () => {
      if (state.failure) throw state.failure
      return structuredClone(state.lease)
    },
    create: async (_resource, object) => {
      if (state.failure) throw state.failure
      if (state.lease) throw conflict()
      return stored(object)
    },
    replace: async (_resource, object) => {
      if (state.failure) throw state.failure
      if (object.metadata.uid !== undefined && object.metadata.uid !== state.lease?.metadata.uid) throw conflict()
      if (!state.lease) return stored(object)
      if (object.metadata.resourceVersion !== state.lease.metadata.resourceVersion) throw conflict()
      const answer = stored(object)
      if (!state.dropAnswer) return answer
      state.dropAnswer = false
      throw conflict()
    },
  }
  return { kube, state }
}

const setup = (change: Partial<LeaseLockOptions> = {}) => {
  const time = manualClock()
  const api = fakeKube()
  const lockOf = (run: string, more: Partial<LeaseLockOptions> = {}) =>
    createLeaseLock({
      kube: api.kube,
      namespace: 'flux-system',
      clock: time.clock,
      owner: { run, host: 'laptop', pid: 10, started: '1' },
      whereabouts: async () => 'alive',
      ...change,
      ...more,
    })
  const spec = () => api.state.lease?.spec as { holderIdentity: string; renewTime: string; leaseTransitions: number }
  return { ...time, ...api, lockOf, spec }
}

const away = new OpsError({ code: 'kube-unreachable', message: 'connection refused' })

describe('the lease', () => {
  test('names its holder, and is given back by clearing it', async () => {
    const { lockOf, state, spec } = setup()

    const handle = await lockOf('run-1').acquire('anna@laptop run-1')
    const during = structuredClone(state.lease)
    await handle.release()

    expect(during).toMatchObject({
      metadata: { name: 'flux-ops', annotations: { 'flux-ops.dev/run': 'run-1' } },
      spec: { holderIdentity: 'anna@laptop run-1', leaseDurationSeconds: 20 },
    })
    expect(during?.spec.renewTime).toMatch(/\.\d{6}Z$/)
    expect(spec().holderIdentity).toBe('')
  })

  test('refuses a second run and says who holds it, since when, and what to do', async () => {
    const { lockOf } = setup()
    await lockOf('run-1').acquire('anna@laptop run-1')

    const second = lockOf('run-2').acquire('ben@desk run-2')

    await expect(second).rejects.toMatchObject({
      code: 'lock-held',
      exit: 'refused',
      message: expect.stringMatching(/anna@laptop run-1 .* since 2026-11-21T03:00:00/),
    })
    await expect(second).rejects.toMatchObject({
      hints: expect.arrayContaining([expect.stringContaining('kubectl -n flux-system get lease')]),
    })
  })

  test('is renewed while the run lives', async () => {
    const { lockOf, pass, spec } = setup()
    const handle = await lockOf('run-1').acquire('anna')

    await pass(60_000)

    expect(() => handle.assertHeld()).not.toThrow()
    expect(Date.parse(spec().renewTime)).toBeGreaterThanOrEqual(Date.parse('2026-11-21T03:00:55Z'))
  })

  test('is taken from a holder that is not heard of any more, after being watched', async () => {
    const { lockOf, pass, state, spec } = setup()
    await lockOf('run-1').acquire('anna')
    const stale = structuredClone(state.lease) as KubeObject
    await pass(4_000)
    state.lease = stale
    stale.spec.renewTime = '2026-11-21T02:00:00.000000Z'

    const taking = lockOf('run-2', { kube: fakeOver(stale, state) }).acquire('ben')
    await pass(12_000)
    await taking

    expect(spec()).toMatchObject({ holderIdentity: 'ben', leaseTransitions: 1 })
  })

  test('is not taken from a holder whose clock is behind but who renews', async () => {
    const { lockOf, pass, state } = setup()
    state.lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'flux-ops', resourceVersion: '7' },
      spec: { holderIdentity: 'anna', renewTime: '2026-11-21T01:00:00.000000Z', leaseDurationSeconds: 20 },
    }

    const taking = lockOf('run-2')
      .acquire('ben')
      .catch((error: unknown) => error)
    await pass(3_000)
    state.lease = { ...state.lease, metadata: { name: 'flux-ops', resourceVersion: '8' } }
    await pass(3_000)

    expect(await taking).toMatchObject({ code: 'lock-held' })
  })

  test('is taken over at once by the same run when its old process on this machine is gone', async () => {
    const { lockOf, spec } = setup({ whereabouts: async () => 'gone' })
    await lockOf('run-1').acquire('anna first')

    await lockOf('run-1', { owner: { run: 'run-1', host: 'laptop', pid: 11, started: '2' } }).acquire('anna again')

    expect(spec().holderIdentity).toBe('anna again')
  })

  test('is not taken over at once by another run, even when the process seems gone', async () => {
    const { lockOf } = setup({ whereabouts: async () => 'gone' })
    await lockOf('run-1').acquire('anna')

    await expect(lockOf('run-2').acquire('ben')).rejects.toMatchObject({ code: 'lock-held' })
  })

  test('is lost when somebody else holds it', async () => {
    const { lockOf, pass, state } = setup()
    const handle = await lockOf('run-1').acquire('anna')
    const lease = state.lease as unknown as KubeObject
    state.lease = {
      ...lease,
      metadata: { ...lease.metadata, annotations: {}, resourceVersion: '99' },
      spec: { holderIdentity: 'eve' },
    }

    await pass(6_000)

    expect(() => handle.assertHeld()).toThrow(expect.objectContaining({ code: 'lock-lost', message: expect.stringContaining('eve') }))
    await handle.release()
    expect(state.lease.spec.holderIdentity).toBe('eve')
  })

  test('is lost when it was deleted', async () => {
    const { lockOf, pass, state } = setup()
    const handle = await lockOf('run-1').acquire('anna')
    state.lease = undefined

    await pass(6_000)

    expect(() => handle.assertHeld()).toThrow(/deleted/)
  })

  test('is not lost by an API server that is away for less than its duration', async () => {
    const { lockOf, pass, state } = setup()
    const handle = await lockOf('run-1').acquire('anna')
    state.failure = away

    await pass(15_000)

    expect(() => handle.assertHeld()).not.toThrow()
  })

  test('does not count as held while nobody could be asked for longer than its duration', async () => {
    const { lockOf, pass, state } = setup()
    const handle = await lockOf('run-1').acquire('anna')
    state.failure = away
    await pass(25_000)

    await expect(handle.ensureHeld?.()).rejects.toMatchObject({ code: 'lock-lost', message: expect.stringContaining('connection refused') })
  })

  test('is held again when the API server is back and nobody took it', async () => {
    const { lockOf, pass, state } = setup()
    const handle = await lockOf('run-1').acquire('anna')
    state.failure = away
    await pass(40_000)
    state.failure = undefined

    await expect(handle.ensureHeld?.()).resolves.toBeUndefined()
  })

  test('is held again when a renewal that hung through an outage goes through at last', async () => {
    const { lockOf, pass, kube, clock } = setup()
    let open = (): void => undefined
    let hanging = false
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const slow: typeof kube = {
      ...kube,
      replace: async (resource, object) => {
        if (hanging) await gate
        return kube.replace(resource, object)
      },
    }
    const handle = await lockOf('run-1', { kube: slow, clock }).acquire('anna')
    hanging = true
    await pass(40_000)
    hanging = false
    open()

    await expect(handle.ensureHeld?.()).resolves.toBeUndefined()
  })

  test('is not lost when the answer to a renewal is lost and the renewal itself is not', async () => {
    const { lockOf, pass, state } = setup()
    const handle = await lockOf('run-1').acquire('anna')
    state.dropAnswer = true

    await pass(12_000)

    expect(() => handle.assertHeld()).not.toThrow()
  })
})

/** A view on the lease that ignores the renewals of its dead holder. */
function fakeOver(lease: KubeObject, state: { lease: KubeObject | undefined }): Pick<Kube, 'get' | 'create' | 'replace'> {
  let current = lease
  return {
    get: async () => structuredClone(current),
    create: async (_resource, object) => object,
    replace: async (_resource, object) => {
      current = object
      state.lease = object
      return object
    },
  }
}
