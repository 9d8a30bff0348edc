// Every fact, and which of them an upgrade meets: facts are about controller versions, so the catalogue tells which releases have them.
import semver from 'semver'
import { controllersOf } from '../../installed.ts'
import { release } from '../index.ts'
import { FACTS_2_3 } from './minor-2-3.ts'
import { FACTS_2_5 } from './minor-2-5.ts'
import { FACTS_2_6 } from './minor-2-6.ts'
import { FACTS_2_7 } from './minor-2-7.ts'
import { FACTS_2_8 } from './minor-2-8.ts'
import { FACTS_2_9 } from './minor-2-9.ts'
import type { FactFinding, FactRange, FactWorld, ReleaseFact } from './types.ts'

export * from './types.ts'

export const FACTS: readonly ReleaseFact[] = [...FACTS_2_3, ...FACTS_2_5, ...FACTS_2_6, ...FACTS_2_7, ...FACTS_2_8, ...FACTS_2_9]

/** Whether a Flux release runs a controller of the range. */
export function hasFact({ component, from, until }: FactRange, version: string): boolean {
  const tag = release(version).controllers.find((each) => each.component === component)?.tag
  return tag !== undefined && semver.gte(tag, from) && (until === undefined || semver.lt(tag, until))
}

/** The facts that an upgrade from `from` meets on its way: `stops` are the releases that will run, the target last. */
export function factsOnTheWay(from: string, stops: readonly string[]): ReleaseFact[] {
  const target = stops.at(-1)
  return FACTS.filter(({ range, lasting }) => {
    const enters = !hasFact(range, from) && stops.some((stop) => hasFact(range, stop))
    return enters || (lasting === true && target !== undefined && hasFact(range, target))
  })
}

export interface JudgedFact {
  readonly fact: ReleaseFact
  readonly finding: FactFinding
}

/** What a fact says of this cluster; one about a controller that does not run here concerns nothing. */
export function judge(world: FactWorld, facts: readonly ReleaseFact[]): JudgedFact[] {
  const running = new Set(controllersOf(world.deployments).map((each) => each.component))
  return facts.map((fact) => ({ fact, finding: running.has(fact.range.component) ? fact.concerns(world) : { objects: [] } }))
}
