// The planner against the real API server, for pairs of minors in the catalogue, with and without the CRDs of image automation.
// Up, the chain is carried out with objects of every kind, from the worst past a cluster can have: all versions of every CRD once stored.
// Down, the verdict on the way back is compared with the server's own.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sideBySide } from '../../src/actions/side-by-side.ts'
import { latestOf, minors, releases } from '../../src/flux/catalogue/index.ts'
import { type Hop, planHops, rollbackVerdict } from '../../src/flux/hops.ts'
import type { InstalledCrd } from '../../src/flux/installed.ts'
import type { KubeObject } from '../../src/ports/kube.ts'
import { withSandbox } from '../../src/sandbox/index.ts'
import { controlPlaneTools, type Scratch, scratch } from '../sandbox/scratch.ts'
import { type CrdDesk, crdDesk, releaseCrds } from './crd-desk.ts'

export interface Pair {
  readonly from: string
  readonly to: string
  /** With the CRDs of image automation. */
  readonly image: boolean
}

/** Newest known release of each minor, oldest first. */
export const HEADS: readonly string[] = minors().map((minor) => latestOf(minor) ?? '')

/** Every ordered pair of them, up and down, with and without image CRDs. */
export const EVERY_PAIR: readonly Pair[] = HEADS.flatMap((from) =>
  HEADS.filter((to) => to !== from).flatMap((to) => [true, false].map((image) => ({ from, to, image }))),
)

const isUp = ({ from, to }: Pair): boolean => HEADS.indexOf(from) < HEADS.indexOf(to)
const nameOf = ({ from, image }: Omit<Pair, 'to'>): string => `m${HEADS.indexOf(from)}${image ? 'i' : ''}`
const keyOf = ({ from, to, image }: Pair): string => `${from} ${to} ${image}`

interface Climb {
  /** Refused at once by the server, before anything is migrated. */
  readonly direct: readonly string[]
  readonly hops: readonly Hop[]
  /** Refused on the way, `release: crd`. */
  readonly onTheWay: readonly string[]
  readonly live: readonly InstalledCrd[]
  readonly inStore: Readonly<Record<string, readonly string[]>>
}

/** What the server refuses when a release is applied over another one of which everything is migrated. */
interface Refusal {
  readonly refused: readonly string[]
  readonly crds: readonly InstalledCrd[]
}

const crdsOf = async (version: string, image: boolean): Promise<KubeObject[]> =>
  (await releaseCrds(version)).filter((crd) => image || crd.spec.group !== 'image.toolkit.fluxcd.io')

async function climb(desk: CrdDesk, pair: Pair): Promise<Climb> {
  const { from, to, image } = pair
  const prefix = `${nameOf(pair)}to${HEADS.indexOf(to)}`
  await desk.install(prefix, await crdsOf(from, image))
  const first = await desk.installed(prefix)
  const versions = (crd: InstalledCrd): string[] => crd.versions.map(({ name }) => name)
  await sideBySide(first, 4, (crd) => desk.remember(prefix, crd.name, versions(crd)))
  const plan = planHops({ from, to, crds: await desk.installed(prefix) })
  const hops = plan.kind === 'hops' ? plan.hops : []
  const direct = await desk.apply(prefix, await crdsOf(to, image), 'dry-run')
  const onTheWay: string[] = []
  for (const hop of hops) {
    await sideBySide(hop.migrateBefore, 4, ({ crd, to: version }) => desk.migrate(prefix, crd, version))
    onTheWay.push(...(await desk.apply(prefix, await crdsOf(hop.to, image), 'apply')).map((crd) => `${hop.to}: ${crd}`))
    await sideBySide(hop.migrateAfter, 4, ({ crd, to: version }) => desk.migrate(prefix, crd, version))
  }
  const reached = { direct, hops, onTheWay, live: await desk.installed(prefix), inStore: await desk.inStore(prefix) }
  await desk.forget(prefix)
  return reached
}

async function tryAll(desk: CrdDesk, start: Omit<Pair, 'to'>, targets: readonly string[]): Promise<[string, Refusal][]> {
  const name = nameOf(start)
  await desk.install(name, await crdsOf(start.from, start.image))
  const crds = await desk.installed(name)
  const found: [string, Refusal][] = []
  for (const to of targets) {
    const refused = await desk.apply(name, await crdsOf(to, start.image), 'dry-run')
    found.push([keyOf({ ...start, to }), { refused, crds }])
  }
  await desk.forget(name)
  return found
}

/** Declares the tests of these pairs: one API server for all of them. */
export function provePairs(pairs: readonly Pair[]): void {
  const up = pairs.filter(isUp)
  const down = pairs.filter((pair) => !isUp(pair))
  const starts = HEADS.flatMap((from) => [true, false].map((image) => ({ from, image })))
  const climbs = new Map<string, Climb>()
  const refusals = new Map<string, Refusal>()
  let sandbox: Scratch
  let desk: CrdDesk

  beforeAll(async () => {
    sandbox = await scratch(controlPlaneTools)
    await sandbox.up()
    desk = await withSandbox(sandbox.ref(), (ctx) => crdDesk(ctx))
    const start = performance.now()
    await sideBySide(up, 3, async (pair) => {
      climbs.set(keyOf(pair), await climb(desk, pair))
      if (climbs.size % 10 === 0)
        console.log(`${climbs.size} of ${up.length} chains after ${((performance.now() - start) / 1000).toFixed(0)} s`)
    })
    await sideBySide(starts, 3, async (start) => {
      const targets = pairs.filter(({ from, image }) => from === start.from && image === start.image).map(({ to }) => to)
      if (targets.length > 0) for (const [key, refusal] of await tryAll(desk, start, targets)) refusals.set(key, refusal)
    })
  }, 40 * 60_000)
  afterAll(async () => {
    desk?.close()
    await sandbox?.remove()
  })

  proveWayUp(up, climbs, refusals)
  proveWayDown(down, refusals)
  proveSameRefusals(up, down, refusals)
  proveNoWay(() => desk)
}

function proveWayUp(up: readonly Pair[], climbs: ReadonlyMap<string, Climb>, refusals: ReadonlyMap<string, Refusal>): void {
  describe('up, on a real API server', () => {
    it.each(up)('the chain from $from to $to is taken, image CRDs: $image', (pair) => {
      const { onTheWay, live, inStore, hops } = climbs.get(keyOf(pair)) as Climb

      expect(hops.at(-1)?.to).toBe(pair.to)
      expect(onTheWay).toEqual([])
      for (const crd of live) {
        const storage = crd.versions.find((version) => version.storage)?.name
        expect(crd.storedVersions).toEqual([storage])
        expect(new Set(inStore[crd.name])).toEqual(new Set(inStore[crd.name]?.length ? [storage] : []))
      }
    })

    it.each(up)('from $from to $to the server refuses at once what is then migrated or stopped for, image CRDs: $image', (pair) => {
      const { direct, hops } = climbs.get(keyOf(pair)) as Climb

      const migrated = hops[0]?.migrateBefore.map(({ crd }) => crd) ?? []
      if (hops.length === 1) expect(migrated.sort()).toEqual(direct)
      else expect(direct).toEqual(expect.arrayContaining(hops[0]?.because.map(({ crd }) => crd) ?? []))
    })

    it.each(up)('from $from to $to there is a stop exactly for the CRDs that no migration helps, image CRDs: $image', (pair) => {
      const { refused, crds } = refusals.get(keyOf(pair)) as Refusal

      const plan = planHops({ from: pair.from, to: pair.to, crds })

      const because = plan.kind === 'hops' && plan.hops.length > 1 ? plan.hops[0]?.because.map(({ crd }) => crd) : []
      expect(because?.sort()).toEqual(refused)
    })
  })
}

function proveWayDown(down: readonly Pair[], refusals: ReadonlyMap<string, Refusal>): void {
  describe('down, on a real API server', () => {
    it.each(down)('the verdict on going from $from back to $to is the same, image CRDs: $image', (pair) => {
      const { refused, crds } = refusals.get(keyOf(pair)) as Refusal

      const told = rollbackVerdict(pair.from, pair.to, crds)

      expect(told.accepted ? [] : told.blockers.map(({ crd }) => crd).sort()).toEqual(refused)
    })
  })
}

/** Where no single step leads: up, a stop is needed; down, there is no way back. */
function proveSameRefusals(up: readonly Pair[], down: readonly Pair[], refusals: ReadonlyMap<string, Refusal>): void {
  it('what the planner refuses to do in one step is what the server refuses, pair by pair', () => {
    const refusedBy = (pairs: readonly Pair[], who: (pair: Pair, seen: Refusal) => boolean): string[] =>
      pairs.filter((pair) => who(pair, refusals.get(keyOf(pair)) as Refusal)).map(keyOf)
    const server = (_pair: Pair, { refused }: Refusal): boolean => refused.length > 0
    const stops = ({ from, to }: Pair, { crds }: Refusal): boolean => {
      const plan = planHops({ from, to, crds })
      return plan.kind !== 'hops' || plan.hops.length > 1
    }
    const noWayBack = ({ from, to }: Pair, { crds }: Refusal): boolean => !rollbackVerdict(from, to, crds).accepted

    const told = [refusedBy(up, stops), refusedBy(down, noWayBack)]
    const real = [refusedBy(up, server), refusedBy(down, server)]

    const said = (pairs: readonly Pair[], index: number): string =>
      `${pairs.length} (in one step ${pairs.length - (told[index]?.length ?? 0)}, refused by the planner ${told[index]?.length}, by the server ${real[index]?.length})`
    console.log(`pairs up ${said(up, 0)}, down ${said(down, 1)}`)
    expect(told).toEqual(real)
    for (const refused of told) expect(refused).not.toEqual([])
  })
}

function proveNoWay(desk: () => CrdDesk): void {
  describe('a CRD that was left behind by an older release', () => {
    it('has no way up where the planner says so: the server refuses every later release', async () => {
      const old = (await crdsOf('2.2.3', true)).filter((crd) => crd.spec.names.kind === 'ImageUpdateAutomation')
      await desk().install('stuck', old)

      const plan = planHops({ from: '2.7.5', to: '2.9.4', crds: await desk().installed('stuck') })

      expect(plan).toMatchObject({ kind: 'refused', code: 'no-path' })
      const refused = await sideBySide(releases().slice(releases().indexOf('2.7.5')), 4, async (version) => {
        const same = (await releaseCrds(version)).filter((crd) => crd.metadata.name === old[0]?.metadata.name)
        return desk().apply('stuck', same, 'dry-run')
      })
      expect(refused.every((names) => names.length === 1)).toBe(true)
    })
  })
}
