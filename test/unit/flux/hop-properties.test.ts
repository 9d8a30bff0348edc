// The planner against the model of the API server, over every release of the catalogue, every set of components and what a cluster may have
// been through before. The planner is right when the model takes each hop, and when no shorter chain would do.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CrdFacts, release, releases } from '../../../src/flux/catalogue/index.ts'
import { type HopPlan, planHops } from '../../../src/flux/hops.ts'
import { COMPONENTS, type Component } from '../../../src/flux/kinds.ts'
import { promotions, rollbackVerdict } from '../../../src/flux/rollbacks.ts'
import { ApiServerModel } from './api-server-model.ts'

const ALL = releases()
const RUNS = { numRuns: 500 }

/** A release that was applied, with these components, and which of the stored versions somebody trimmed then. */
interface Life {
  readonly steps: readonly { readonly at: number; readonly components: readonly Component[]; readonly migrated: boolean }[]
}

const components = fc.subarray([...COMPONENTS], { minLength: 1 })
const life: fc.Arbitrary<Life> = fc.record({
  steps: fc.array(fc.record({ at: fc.nat(ALL.length - 1), components, migrated: fc.boolean() }), { minLength: 1, maxLength: 5 }),
})

interface Lived {
  readonly from: string
  readonly components: readonly Component[]
  readonly server: ApiServerModel
}

const of =
  (applied: readonly Component[]) =>
  (crd: CrdFacts): boolean =>
    applied.includes(crd.component)

/** Installs and upgrades in the order of releases; what the API server refuses is tried again after a migration, and else left out. */
function live({ steps }: Life): Lived | undefined {
  const server = new ApiServerModel([])
  let last: Lived | undefined
  for (const step of [...steps].sort((one, other) => one.at - other.at)) {
    const version = ALL[step.at] ?? ''
    if (server.apply(version, of(step.components)).length > 0) {
      server.migrateAll()
      if (server.apply(version, of(step.components)).length > 0) continue
    }
    if (step.migrated) server.migrateAll()
    last = { from: version, components: step.components, server }
  }
  return last
}

/** What the model refuses of a plan, hop by hop, migrating nothing that the plan does not name. */
function carryOut(server: ApiServerModel, plan: HopPlan, applied: (crd: CrdFacts) => boolean): string[] {
  if (plan.kind !== 'hops') throw new Error(`no hops: ${JSON.stringify(plan)}`)
  return plan.hops.flatMap((hop) => {
    for (const { crd, to } of hop.migrateBefore) server.migrate(crd, to)
    const refused = server.apply(hop.to, applied)
    for (const { crd, to } of hop.migrateAfter) if (server.crds.has(crd)) server.migrate(crd, to)
    return refused.map((crd) => `${hop.to}: ${crd}`)
  })
}

/** Length of the shortest chain of any releases that the model takes when everything is migrated before each; undefined over `most`. */
function shortest(start: ApiServerModel, from: string, to: string, applied: (crd: CrdFacts) => boolean, most: number): number | undefined {
  const between = ALL.slice(ALL.indexOf(from) + 1, ALL.indexOf(to))
  let reached: { at: number; server: ApiServerModel }[] = [{ at: 0, server: start }]
  for (let length = 1; length <= most; length++) {
    const tried = (server: ApiServerModel, version: string): ApiServerModel | undefined => {
      const copy = new ApiServerModel(server.installed())
      copy.migrateAll()
      return copy.apply(version, applied).length === 0 ? copy : undefined
    }
    if (reached.some(({ server }) => tried(server, to))) return length
    reached = reached.flatMap(({ at, server }) =>
      between.slice(at).flatMap((version, index) => {
        const next = tried(server, version)
        return next ? [{ at: at + index + 1, server: next }] : []
      }),
    )
  }
  return undefined
}

// The components of the upgrade may be others than those before: some of their CRDs are then missing, or are there and not applied.
const journey = fc.record({ life, to: fc.nat(ALL.length - 1), next: fc.option(components, { nil: undefined }) })

/** Runs `test` on every life that ends before its target. */
const onJourneys = (test: (lived: Lived, to: string) => void, runs = RUNS): void =>
  fc.assert(
    fc.property(journey, ({ life: lead, to, next }) => {
      const lived = live(lead)
      fc.pre(lived !== undefined && ALL.indexOf(lived.from) < to)
      if (lived) test({ ...lived, components: next ?? lived.components }, ALL[to] ?? '')
    }),
    runs,
  )

const withComponents = ({ from, server, components: applied }: Lived, to: string): HopPlan =>
  planHops({ from, to, crds: server.installed(), components: applied })

describe('the hop planner, whatever a cluster has been through', () => {
  it('names no hop that the API server refuses, the components being known', () => {
    onJourneys((lived, to) => {
      const plan = withComponents(lived, to)

      if (plan.kind === 'hops') expect(carryOut(lived.server, plan, of(lived.components))).toEqual([])
    })
  })

  it.each([
    ['no CRD is made that is missing', () => false],
    ['every missing CRD of a component that is there is made', (has: Set<Component>, crd: CrdFacts) => has.has(crd.component)],
  ])('names no hop that the API server refuses, the components not being known and %s', (_name, made) => {
    onJourneys((lived, to) => {
      const { from, server } = lived
      const has = new Set(release(from).crds.flatMap((crd) => (server.crds.has(crd.name) ? [crd.component] : [])))
      const plan = planHops({ from, to, crds: server.installed() })

      if (plan.kind === 'hops') expect(carryOut(server, plan, (crd) => server.crds.has(crd.name) || made(has, crd))).toEqual([])
    })
  })

  it('names a chain than which none is shorter, over all releases and not the newest of each minor only', () => {
    onJourneys(
      (lived, to) => {
        const plan = withComponents(lived, to)

        const length = shortest(lived.server, lived.from, to, of(lived.components), 4)
        expect(plan.kind === 'hops' ? plan.hops.length : plan.kind).toBe(length ?? 'refused')
      },
      { numRuns: 200 },
    )
  })

  it('says of every stop which kinds need it and what becomes of them', () => {
    onJourneys((lived, to) => {
      const plan = withComponents(lived, to)

      const stops = plan.kind === 'hops' ? plan.hops.slice(0, -1) : []
      for (const stop of stops) {
        expect(stop.because.some(({ stored, becomes }) => stored !== becomes)).toBe(true)
        expect(stop.because.every(({ crd, stored }) => !release(to).crds.some((each) => each.name === crd && has(each, stored)))).toBe(true)
      }
    })
  })

  it('migrates before a hop only what the API server would refuse otherwise', () => {
    onJourneys((lived, to) => {
      const plan = withComponents(lived, to)

      const first = plan.kind === 'hops' ? plan.hops[0] : undefined
      if (first) expect(first.migrateBefore.map(({ crd }) => crd).sort()).toEqual(lived.server.apply(first.to, of(lived.components)).sort())
    })
  })

  it('refuses a way back and has nothing to do where it is', () => {
    fc.assert(
      fc.property(journey, ({ life: lead, to }) => {
        const lived = live(lead)
        fc.pre(lived !== undefined && ALL.indexOf(lived.from) >= to)
        if (!lived) return

        const plan = withComponents(lived, ALL[to] ?? '')

        const expected = lived.from === ALL[to] ? 'nothing' : 'downgrade'
        expect(plan.kind === 'refused' ? plan.code : plan.kind).toBe(expected)
      }),
    )
  })
})

const has = (crd: CrdFacts, version: string): boolean => crd.versions.some((each) => each.name === version)

const OWNERS = new Map(ALL.flatMap((version) => release(version).crds.map((crd) => [crd.name, crd.component])))

describe('the way back, whatever a cluster has been through', () => {
  const applied = (server: ApiServerModel) => (crd: CrdFacts) => server.crds.has(crd.name)

  it("is the API server's own answer for every older release", () => {
    onJourneys(({ from, server }) => {
      for (const old of ALL.slice(0, ALL.indexOf(from))) {
        const refused = new ApiServerModel(server.installed()).apply(old, applied(server))

        const told = rollbackVerdict(from, old, server.installed())
        expect(told.accepted ? [] : told.blockers.map(({ crd }) => crd).sort()).toEqual(refused.sort())
      }
    })
  })

  it('names as the oldest release that can be put back the oldest one that the API server takes', () => {
    onJourneys(({ from, server }) => {
      const taken = ALL.find((version) => new ApiServerModel(server.installed()).apply(version, applied(server)).length === 0)
      for (const old of ALL.slice(0, ALL.indexOf(from))) {
        const told = rollbackVerdict(from, old, server.installed())

        if (!told.accepted) expect(told.blockers.map(({ lowest }) => lowest)).toEqual(told.blockers.map(() => taken))
      }
    })
  })

  it('is closed by a single hop exactly where that hop has a point of no return', () => {
    onJourneys((lived, to) => {
      const before = lived.server.installed().filter((crd) => release(to).crds.some((each) => each.name === crd.name))
      const mine = before.filter((crd) => lived.components.some((each) => OWNERS.get(crd.name) === each))
      const plan = withComponents(lived, to)
      if (plan.kind !== 'hops' || plan.hops.length > 1) return

      carryOut(lived.server, plan, of(lived.components))

      const live = lived.server.installed().filter((crd) => mine.some((each) => each.name === crd.name))
      expect(promotions(lived.from, to, mine).length === 0).toBe(rollbackVerdict(to, lived.from, live).accepted)
    })
  })
})
