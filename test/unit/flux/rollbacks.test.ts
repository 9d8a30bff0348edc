import { describe, expect, it } from 'vitest'
import { latestOf, minors } from '../../../src/flux/catalogue/index.ts'
import { promotions, rollbackVerdict } from '../../../src/flux/rollbacks.ts'
import { ApiServerModel } from './api-server-model.ts'
import { crdsOf } from './objects.ts'

const HEADS = minors().map((minor) => latestOf(minor) ?? '')
const PAIRS = HEADS.flatMap((from) => HEADS.map((to) => [from, to] as const)).filter(([from, to]) => from !== to)

describe('the verdict on going back', () => {
  it.each(PAIRS.filter(([from, to]) => HEADS.indexOf(from) > HEADS.indexOf(to)))("from %s to %s is the API server's own", (from, to) => {
    const crds = crdsOf(from)

    const refused = new ApiServerModel(crds).apply(to)

    const told = rollbackVerdict(from, to, crds)
    expect(told.accepted ? [] : told.blockers.map((blocker) => blocker.crd).sort()).toEqual(refused.sort())
  })

  it.each([
    ['2.9.2', '2.8.8', true],
    ['2.9.2', '2.7.3', true],
    ['2.7.3', '2.6.4', false],
    ['2.6.4', '2.5.1', false],
    ['2.4.0', '2.3.0', false],
    ['2.3.0', '2.2.3', false],
    ['2.5.1', '2.4.0', true],
  ])('from %s to %s is %s', (from, to, accepted) => {
    expect(rollbackVerdict(from, to, crdsOf(from)).accepted).toBe(accepted)
  })

  it('names the CRD, the stored version, the oldest release that can be and what to do', () => {
    const told = rollbackVerdict('2.7.3', '2.6.4', crdsOf('2.7.3'))

    expect(told.accepted ? [] : told.blockers).toContainEqual({
      crd: 'imagepolicies.image.toolkit.fluxcd.io',
      stored: ['v1'],
      lowest: '2.7.0',
      todo: 'the oldest release that can be put back is 2.7.0; repair forward, or restore the backup into a new cluster',
    })
  })

  it('counts every stored version, not the last one', () => {
    const crds = crdsOf('2.6.4', { stored: { OCIRepository: ['v1', 'v1beta2'] } })

    expect(rollbackVerdict('2.6.4', '2.5.1', crds).accepted).toBe(false)
  })

  it('is not stopped by a CRD that the old release does not have', () => {
    const watcher = crdsOf('2.9.2').filter((crd) => crd.kind === 'ArtifactGenerator')

    expect(rollbackVerdict('2.9.2', '2.6.4', watcher).accepted).toBe(true)
  })
})

describe('the point of no return', () => {
  it('is crossed where a release stores a version that the one before does not have', () => {
    const kinds = promotions('2.6.4', '2.7.5', crdsOf('2.6.4')).map((each) => each.crd.split('.')[0])

    expect(kinds).toEqual(['imageupdateautomations', 'imagepolicies', 'imagerepositories'])
  })

  it('is not crossed from 2.7 to 2.9', () => {
    expect(promotions('2.7.3', '2.9.2', crdsOf('2.7.3'))).toEqual([])
  })

  it('agrees with the verdict on going back for all pairs', () => {
    const disagree = PAIRS.filter(([from, to]) => HEADS.indexOf(from) < HEADS.indexOf(to)).filter(([from, to]) => {
      const server = new ApiServerModel(crdsOf(from))
      for (const [name, crd] of server.crds) server.migrate(name, crd.storage)
      if (server.apply(to).length > 0) return false
      const live = crdsOf(to).map((crd) => ({ ...crd, storedVersions: [...(server.crds.get(crd.name)?.stored ?? crd.storedVersions)] }))
      return (promotions(from, to, crdsOf(from)).length === 0) !== rollbackVerdict(to, from, live).accepted
    })

    expect(disagree).toEqual([])
  })
})
