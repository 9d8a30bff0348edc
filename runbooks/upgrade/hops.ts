// The part of a plan that differs from hop to hop. Of a single hop there is nothing to tell apart: then the plan has no hops.
import { type Hop, promotions } from '../../src/flux/hops.ts'
import type { InstalledCrd } from '../../src/flux/installed.ts'
import type { RemovedApis } from './inspect.ts'
import type { PlannedHop, PlannedPin, UpgradePlan } from './plan-schema.ts'
import { writtenAs } from './steps/pin.ts'

const isBefore = (one: PlannedPin, other: PlannedPin): boolean =>
  one.file === other.file && one.line === other.line && one.column < other.column

/** Pure: the pins once they are at `to`. What stands behind another pin on one line moves with its length. */
export function pinsAt(pins: readonly PlannedPin[], to: string): PlannedPin[] {
  return pins.map((pin) => {
    const text = writtenAs(pin, to)
    const moved = pins
      .filter((other) => isBefore(other, pin))
      .reduce((sum, other) => sum + writtenAs(other, to).length - other.text.length, 0)
    const column = pin.kind === 'gotk-components' ? pin.column : pin.column + moved
    return { ...pin, column, endColumn: column + text.length, text, version: to }
  })
}

export type ChainPart = Pick<UpgradePlan, 'why' | 'promotions' | 'hops'>

const lastOfEach = (all: UpgradePlan['promotions']): UpgradePlan['promotions'] =>
  all.filter((each, index) => all.findLastIndex((other) => other.crd === each.crd) === index)

/** `pins`: as they stand now. `applied`: the CRDs that the manifests will hold. */
export function chainPart(
  chain: readonly Hop[],
  apis: RemovedApis,
  pins: readonly PlannedPin[],
  applied: readonly InstalledCrd[],
): ChainPart {
  let now = pins
  const hops = chain.map((hop, index): PlannedHop => {
    const { from, to, why, warnings, migrateBefore } = hop
    const changes = [...(apis.hops[index]?.rewrites ?? [])]
    const planned = {
      from,
      to,
      why,
      warnings: [...warnings],
      migrateBefore: migrateBefore.map(({ crd, drops, to: version }) => ({ crd, drops: [...drops], to: version })),
      migrate: { paths: changes.length > 0 ? [...apis.tree] : [], changes },
      pins: [...now],
      promotions: promotions(from, to, applied),
    }
    now = pinsAt(now, to)
    return planned
  })
  const [first, second] = hops
  if (first && !second) return { why: first.why, promotions: first.promotions }
  return { why: hops.map((hop) => hop.why).join('; '), promotions: lastOfEach(hops.flatMap((hop) => hop.promotions)), hops }
}
