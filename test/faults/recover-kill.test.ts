// kill -9 at every moment of a run of `recover fix`, for each way that a remedy writes. Taken up, it ends as the one that was not killed, and nothing is done twice.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../../src/adapters/clock.ts'
import { createRunStore } from '../../src/adapters/run-store.ts'
import { replay } from '../../src/engine/replay.ts'
import { FixDesk } from '../runbooks/recover/desk.ts'
import { exhausted, immutable, undeletable } from '../runbooks/recover/states.ts'
import { stateHome } from './harness/cli.ts'
import { listPoints } from './harness/points.ts'
import { ride } from './harness/ride.ts'
import { sweep } from './harness/sweep.ts'

const HOURS = 3_600_000
const { FLUX_OPS_KILL_ONLY = '', FLUX_OPS_KILL_RELAY = '5' } = process.env

let desk: FixDesk

beforeAll(async () => {
  desk = await FixDesk.open('2.9.2', [exhausted, immutable, undeletable])
  await desk.keep()
}, 400_000)
afterAll(() => desk?.close())

async function stateOf(runId: string): Promise<Record<string, unknown>> {
  const { paths } = desk.recover.sandbox
  const root = `${stateHome(paths)}/flux-ops/runs`
  const store = createRunStore({ root, clock: systemClock, redactor: { clean: (text) => text }, pid: process.pid })
  const stored = await store.read(runId)
  const state = replay(stored.lines, stored.tornBytes)
  const ends = stored.lines.flatMap(({ event }) => (event.type === 'step.finished' ? [event.id] : []))
  return {
    outcome: state.outcome ?? state.phase,
    endedTwice: state.steps.map(({ id }) => id).filter((id) => ends.filter((each) => each === id).length !== 1),
    leaseHolder: await desk.recover.kubectl('-n', 'flux-system', 'get', 'lease', 'flux-ops', '-o', 'jsonpath={.spec.holderIdentity}'),
  }
}

interface Case {
  readonly name: string
  /** What a person has done before; the arguments. */
  readonly args: () => Promise<readonly string[]>
  readonly end: () => Promise<Record<string, unknown>>
}

const confirmed = (typed: string, remedy: string): string[] => [typed, '--with', remedy, '--confirm', typed]

const CASES: readonly Case[] = [
  {
    name: 'a release that begins anew',
    args: async () => {
      await desk.mend(exhausted)
      return [desk.typed(exhausted)]
    },
    end: async () => ({ ready: await desk.ready('helmrelease', desk.place(exhausted).namespace, 'app') }),
  },
  {
    name: 'an object that is made anew',
    args: async () => confirmed(desk.typed(immutable), 'recreate'),
    end: async () => {
      const { namespace } = desk.place(immutable)
      const object = await desk.object('configmap', namespace, 'fixed')
      return { ready: await desk.ready('kustomization', namespace, 'app'), annotations: object?.metadata.annotations ?? {} }
    },
  },
  {
    name: 'a finalizer that is taken off',
    args: async () => confirmed(desk.typed(undeletable), 'drop-finalizers'),
    end: async () => {
      const { namespace } = desk.place(undeletable)
      const left = await desk.object('configmap', namespace, 'kept')
      return { gone: (await desk.object('kustomization', namespace, 'app')) === undefined, kept: left !== undefined }
    },
  },
  {
    name: 'a controller that is started',
    args: async () => {
      await desk.stop('helm-controller')
      return ['Deployment/flux-system/helm-controller']
    },
    end: async () => ({ replicas: (await desk.object('deployment', 'flux-system', 'helm-controller'))?.spec.replicas }),
  },
]

test.each(CASES)('$name: a run that is killed anywhere ends, taken up, as the one that was not', { timeout: 3 * HOURS }, async (one) => {
  const { paths } = desk.recover.sandbox
  const begin = async (): Promise<readonly string[]> => {
    await desk.reset()
    return ['recover', 'fix', ...(await one.args()), '--yes']
  }
  const endOf = async (runId: string): Promise<Record<string, unknown>> => ({ ...(await stateOf(runId)), ...(await one.end()) })
  const { runId, last } = await ride(paths, await begin(), [])
  const end = await endOf(runId)
  expect(end).toMatchObject({ outcome: 'done', endedTwice: [], leaseHolder: '' })

  const only = new RegExp(FLUX_OPS_KILL_ONLY)
  const failures = await sweep({
    paths,
    begin,
    listed: listPoints(last.seen),
    end,
    endOf,
    only,
    relay: Number(FLUX_OPS_KILL_RELAY) || undefined,
  })

  expect(failures).toEqual([])
})
