import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { latestOf, minorOf, minors, release, releases } from '../../../src/flux/catalogue/index.ts'
import { planHops } from '../../../src/flux/hops.ts'
import type { InstalledCrd } from '../../../src/flux/installed.ts'
import { COMPONENTS } from '../../../src/flux/kinds.ts'
import { ApiServerModel } from './api-server-model.ts'
import { crdsOf } from './objects.ts'

const HEADS = minors().map((minor) => latestOf(minor) ?? '')
const PAIRS = HEADS.flatMap((from) => HEADS.map((to) => [from, to] as const)).filter(([from, to]) => from !== to)

/** Runs a plan against the model; returns what the API server refused. */
function run(crds: readonly InstalledCrd[], plan: ReturnType<typeof planHops>): string[] {
  const server = new ApiServerModel(crds)
  if (plan.kind !== 'hops') throw new Error(`no hops: ${JSON.stringify(plan)}`)

  return plan.hops.flatMap((hop) => {
    for (const { crd, to } of hop.migrateBefore) if (server.crds.has(crd)) server.migrate(crd, to)
    const refused = server.apply(hop.to)
    // What a stop would have made is not there: this model is given what is installed, and no more.
    for (const { crd, to } of hop.migrateAfter) if (server.crds.has(crd)) server.migrate(crd, to)
    return refused
  })
}

const stopsOf = (plan: ReturnType<typeof planHops>): string[] => (plan.kind === 'hops' ? plan.hops.map((hop) => minorOf(hop.to)) : [])

describe('the hop planner', () => {
  it.each(PAIRS.filter(([from, to]) => HEADS.indexOf(from) < HEADS.indexOf(to)))(
    'leads from %s to %s in a way the API server accepts',
    (from, to) => {
      for (const image of [true, false]) {
        const crds = crdsOf(from, { image })

        const refused = run(crds, planHops({ from, to, crds }))

        expect(refused).toEqual([])
      }
    },
  )

  it.each(PAIRS.filter(([from, to]) => HEADS.indexOf(from) < HEADS.indexOf(to)))(
    'needs no more hops from %s to %s than the shortest chain there is',
    (from, to) => {
      const crds = crdsOf(from)
      const reachable = (length: number): boolean => {
        const tries = (server: readonly string[], left: number): boolean => {
          const path = [...server, to]
          const direct = new ApiServerModel(crds)
          const ok = path.every((stop) => {
            for (const [name, crd] of direct.crds) direct.migrate(name, crd.storage)
            return direct.apply(stop).length === 0
          })
          return (
            ok ||
            (left > 0 && releases().some((stop) => !server.includes(stop) && HEADS.includes(stop) && tries([...server, stop], left - 1)))
          )
        }
        return tries([], length - 1)
      }

      const length = stopsOf(planHops({ from, to, crds })).length

      expect(reachable(length)).toBe(true)
      if (length > 1) expect(reachable(length - 1)).toBe(false)
    },
  )

  // The rules found on a real kube-apiserver for all ordered pairs of these minors.
  it.each([
    ['2.3.0', '2.9.2', ['2.7', '2.9']],
    ['2.4.0', '2.9.2', ['2.7', '2.9']],
    ['2.5.1', '2.9.2', ['2.7', '2.9']],
    ['2.6.4', '2.9.2', ['2.7', '2.9']],
    ['2.7.3', '2.9.2', ['2.9']],
    ['2.8.8', '2.9.2', ['2.9']],
    ['2.2.3', '2.9.2', ['2.6', '2.7', '2.9']],
    ['2.2.3', '2.7.5', ['2.6', '2.7']],
    ['2.5.1', '2.8.8', ['2.6', '2.8']],
    ['2.6.4', '2.8.8', ['2.8']],
  ])('leads from %s to %s by way of %j', (from, to, stops) => {
    expect(stopsOf(planHops({ from, to, crds: crdsOf(from) }))).toEqual(stops)
  })

  it('goes from 2.6 to 2.9 at once where the image CRDs are not installed', () => {
    expect(stopsOf(planHops({ from: '2.6.4', to: '2.9.2', crds: crdsOf('2.6.4', { image: false }) }))).toEqual(['2.9'])
  })

  // A stop at 2.6 would make the image CRDs, stored as v1beta2, which 2.9 does not have.
  it('counts the CRDs that a stop makes', () => {
    const crds = crdsOf('2.2.3', { image: false })

    expect(stopsOf(planHops({ from: '2.2.3', to: '2.9.2', crds }))).toEqual(['2.6', '2.9'])
    expect(stopsOf(planHops({ from: '2.2.3', to: '2.9.2', crds, components: COMPONENTS }))).toEqual(['2.7', '2.9'])
  })

  it('leaves CRDs of components out that will not be applied', () => {
    const components = ['source-controller', 'kustomize-controller', 'helm-controller', 'notification-controller'] as const

    expect(stopsOf(planHops({ from: '2.6.4', to: '2.9.2', crds: crdsOf('2.6.4'), components }))).toEqual(['2.9'])
  })

  it('asks for the migration that the first hop needs, and only for that', () => {
    const crds = crdsOf('2.7.3', { stored: { ImagePolicy: ['v1beta2', 'v1'], Kustomization: ['v1'] } })

    const plan = planHops({ from: '2.7.3', to: '2.9.2', crds })

    expect(plan.kind === 'hops' && plan.hops[0]?.migrateBefore).toEqual([
      { crd: 'imagepolicies.image.toolkit.fluxcd.io', drops: ['v1beta2'], to: 'v1' },
    ])
  })

  it('tells what the new storage versions leave behind', () => {
    const plan = planHops({ from: '2.6.4', to: '2.7.5', crds: crdsOf('2.6.4') })

    expect(plan.kind === 'hops' && plan.hops[0]?.migrateAfter.map((migration) => migration.crd)).toEqual([
      'imageupdateautomations.image.toolkit.fluxcd.io',
      'imagepolicies.image.toolkit.fluxcd.io',
      'imagerepositories.image.toolkit.fluxcd.io',
    ])
  })

  it('says why there is a stop, by the kinds that need it', () => {
    const plan = planHops({ from: '2.6.4', to: '2.9.2', crds: crdsOf('2.6.4') })

    expect(plan.kind === 'hops' && plan.hops[0]?.why).toBe(
      'Flux 2.9.2 does not have ImageUpdateAutomation v1beta2, ImagePolicy v1beta2, ImageRepository v1beta2, the version that objects are stored at; 2.7.5 has it and stores ImageUpdateAutomation as v1, ImagePolicy as v1, ImageRepository as v1',
    )
  })

  it('prefers a stop that is tested with the Kubernetes that runs', () => {
    const crds = crdsOf('2.6.4')

    expect(stopsOf(planHops({ from: '2.6.4', to: '2.9.2', crds, kubernetes: 'v1.34.4' }))).toEqual(['2.7', '2.9'])
    expect(stopsOf(planHops({ from: '2.6.4', to: '2.9.2', crds, kubernetes: 'v1.35.1' }))).toEqual(['2.8', '2.9'])
  })

  it('warns of each hop outside the tested Kubernetes range', () => {
    const plan = planHops({ from: '2.5.1', to: '2.9.2', crds: crdsOf('2.5.1'), kubernetes: 'v1.36.0' })

    expect(plan.kind === 'hops' && plan.hops.map((hop) => hop.warnings.length)).toEqual([1, 0])
  })

  it('has nothing to do for the version that runs', () => {
    expect(planHops({ from: 'v2.9.2', to: '2.9.2', crds: crdsOf('2.9.2') })).toEqual({ kind: 'nothing', version: '2.9.2' })
  })

  it('goes on from a release that the catalogue does not know', () => {
    expect(stopsOf(planHops({ from: '2.9.0-rc.1', to: '2.9.2', crds: crdsOf('2.9.0') }))).toEqual(['2.9'])
  })

  it('works on a cluster that has no CRD at all', () => {
    expect(stopsOf(planHops({ from: '2.2.3', to: '2.9.2', crds: [] }))).toEqual(['2.9'])
  })

  it.each([
    ['2.9.2', '2.7.3', 'downgrade'],
    ['2.7.3', '2.99.0', 'version-unknown'],
    ['something', '2.9.2', 'version-unknown'],
  ])('refuses %s to %s as %s', (from, to, code) => {
    expect(planHops({ from, to, crds: [] })).toMatchObject({ kind: 'refused', code })
  })

  it('refuses stored versions that the live CRD itself does not have', () => {
    const crds = crdsOf('2.7.3', { stored: { Bucket: ['v1alpha1', 'v1'] } })

    expect(planHops({ from: '2.7.3', to: '2.9.2', crds })).toMatchObject({
      kind: 'refused',
      code: 'stored-version-unknown',
      reason: expect.stringContaining('v1alpha1'),
    })
  })

  it('refuses when no release leads on, naming the kind', () => {
    const alpha = {
      ...crdsOf('2.2.3')[0],
      versions: [{ name: 'v2alpha1', served: true, storage: true }],
      storedVersions: ['v2alpha1'],
    } as InstalledCrd

    expect(planHops({ from: '2.2.3', to: '2.9.2', crds: [alpha] })).toMatchObject({
      kind: 'refused',
      code: 'no-path',
      reason: expect.stringContaining('HelmRelease v2alpha1'),
    })
  })

  it('is accepted by the API server whatever is stored in whichever CRDs are installed', () => {
    const cluster = fc.constantFrom(...releases()).chain((from) => {
      const crd = release(from).crds.map((each) => {
        const storage = each.versions.find((version) => version.storage)?.name ?? ''
        return fc
          .tuple(fc.boolean(), fc.subarray(each.versions.map((version) => version.name)))
          .map(([here, older]) => ({ name: each.name, here, stored: [...new Set([...older, storage])] }))
      })
      return fc.record({ from: fc.constant(from), to: fc.constantFrom(...releases()), crds: fc.tuple(...crd) })
    })

    fc.assert(
      fc.property(cluster, ({ from, to, crds }) => {
        const installed = crdsOf(from).flatMap((each) => {
          const chosen = crds.find((one) => one.name === each.name)
          return chosen?.here ? [{ ...each, storedVersions: chosen.stored }] : []
        })
        const plan = planHops({ from, to, crds: installed })
        if (plan.kind === 'hops') expect(run(installed, plan)).toEqual([])
        else expect(plan.kind === 'nothing' || plan.code === 'downgrade').toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  describe('with stops that a person chose', () => {
    const crds = crdsOf('2.3.0')
    const versions = (via: readonly string[], from = '2.3.0', to = '2.9.2'): string[] => {
      const plan = planHops({ from, to, crds: crdsOf(from), via })
      return plan.kind === 'hops' ? plan.hops.map((hop) => hop.to) : [plan.kind]
    }

    it('goes through them in order and adds the ones that are missing', () => {
      expect(versions(['v2.7.3'])).toEqual(['2.7.3', '2.9.2'])
      expect(versions(['2.7.3', '2.4.0'])).toEqual(['2.4.0', '2.7.3', '2.9.2'])
      expect(versions(['2.4.0'])).toEqual(['2.4.0', '2.7.5', '2.9.2'])
    })

    it('is accepted by the API server', () => {
      expect(run(crds, planHops({ from: '2.3.0', to: '2.9.2', crds, via: ['2.7.3', '2.4.0'] }))).toEqual([])
    })

    it('says of a stop that nothing needs that it was chosen', () => {
      expect(planHops({ from: '2.7.3', to: '2.9.2', crds: crdsOf('2.7.3'), via: ['2.8.5'] })).toMatchObject({
        hops: [{ to: '2.8.5', why: expect.stringContaining('was chosen') }, { to: '2.9.2' }],
      })
    })

    it.each(['2.9.2', '2.9.4', '2.3.0', '2.2.3', '2.7.99', 'nonsense'])('refuses %s, which no stop can be', (stop) => {
      expect(planHops({ from: '2.3.0', to: '2.9.2', crds, via: [stop] })).toMatchObject({ kind: 'refused', code: 'stop-invalid' })
    })
  })
})
