// A plan is for one world. Each way in which the world moves on is refused before the first write.
import { describe, expect, it } from 'vitest'
import { assertFresh } from '../../../runbooks/upgrade/fresh.ts'
import type { UpgradePlan } from '../../../runbooks/upgrade/plan-schema.ts'
import type { Context } from '../../../src/ports/context.ts'
import { fakeContext } from '../actions/fakes.ts'
import { detached, fakeCluster, HEAD, type WorldParts } from './upgrade-world.ts'

const CRD = 'ocirepositories.source.toolkit.fluxcd.io'
const plan = {
  clusterUid: 'uid-1',
  context: 'test',
  namespace: 'flux-system',
  from: '2.7.3',
  to: '2.9.2',
  repo: { root: '/repo', head: HEAD, remote: 'origin', branch: 'main', url: 'https://git.test/home', source: 'flux-system/home' },
  stored: Object.fromEntries(fakeStored()),
  storage: [],
} as unknown as UpgradePlan

function fakeStored(): [string, string[]][] {
  return [...fakeCluster().objects.values()]
    .filter((object) => object.kind === 'CustomResourceDefinition')
    .map((object) => [object.metadata.name, object.status?.storedVersions])
}

const world = (parts: WorldParts = {}, head = HEAD): Context =>
  fakeContext({ kube: fakeCluster(parts), git: { ...detached, head: async () => head, commitsWithTrailer: async () => [] } })

const fresh = (ctx: Context, over: Partial<UpgradePlan> = {}): Promise<void> => {
  const own = { ...plan, ...over }
  return assertFresh(ctx, own, { plan: own, facts: {}, runId: 'run-1' })
}

describe('a plan that is carried out later', () => {
  it('holds while nothing has moved', async () => {
    await expect(fresh(world())).resolves.toBeUndefined()
  })

  it('holds when what was stored in old versions has been rewritten meanwhile', async () => {
    await expect(fresh(world(), { stored: { ...plan.stored, [CRD]: ['v1beta2', 'v1'] } })).resolves.toBeUndefined()
  })

  it('holds without the stored versions, as plans of before were made', async () => {
    const { stored: _stored, ...old } = plan

    await expect(assertFresh(world(), old, { plan: old, facts: {}, runId: 'run-1' })).resolves.toBeUndefined()
  })

  it.each([
    ['another cluster', { clusterUid: 'uid-2' }, world(), 'wrong-cluster'],
    ['another commit', {}, world({}, 'c'.repeat(40)), 'plan-stale-head'],
    ['another version of Flux', {}, world({ flux: '2.8.8' }), 'plan-stale-version'],
    ['something stored in another version', {}, world({ stored: { OCIRepository: ['v1beta2', 'v1'] } }), 'plan-stale-storage'],
    ['a plan that is for review alone', { forReview: true }, world(), 'plan-for-review'],
  ] as const)('is refused for %s', async (_what, over, ctx, code) => {
    await expect(fresh(ctx, over)).rejects.toMatchObject({ code, exit: 'refused' })
  })

  it('names the CRD and the version that came since', async () => {
    const stale = fresh(world({ stored: { OCIRepository: ['v1beta2', 'v1'] } }))

    await expect(stale).rejects.toThrow(`${CRD}: v1beta2`)
  })

  it('is not stopped by what its own release stores, half-way through', async () => {
    const stored = { ...plan.stored, [CRD]: [] }

    await expect(fresh(world(), { stored })).resolves.toBeUndefined()
  })
})
