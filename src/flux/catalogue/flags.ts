// Which command-line flags and feature gates each controller version knows, as read from its source by scripts/controller-flags.ts.
// Where that source could not be had the versions around it may tell: no patch release of Flux has taken a flag or a gate away (seen in the
// tags v1.4.0 to v1.9.1 of source-controller and v1.4.0 to v1.9.4 of kustomize-controller), so one that an older patch of the same minor has is
// still there, and one that both neighbours have is there in between. Anything else is not known.
import semver from 'semver'
import type { Component } from '../kinds.ts'
import data from './flags.json' with { type: 'json' }

interface Entry {
  readonly flags: number
  readonly gates: number
  readonly source: string
  /** Packages that could not be had: they may define more flags. */
  readonly lacks?: readonly string[]
}

interface Stored {
  readonly flags: readonly (readonly string[])[]
  readonly gates: readonly Readonly<Record<string, boolean>>[]
  readonly controllers: Readonly<Partial<Record<Component, Readonly<Record<string, Entry>>>>>
}

const STORED = data as unknown as Stored

export type Knows = 'yes' | 'no' | 'unknown'
export type Option = 'flag' | 'gate'

const entriesOf = (component: Component): Readonly<Record<string, Entry>> => STORED.controllers[component] ?? {}

const lists = (entry: Entry | undefined, option: Option, name: string): boolean =>
  entry !== undefined &&
  (option === 'flag' ? STORED.flags[entry.flags]?.includes(name) : Object.hasOwn(STORED.gates[entry.gates] ?? {}, name)) === true

/** Whether a controller version (`v1.9.3`) takes a flag (without dashes) or a feature gate. Unknown for one newer than all that are known. */
export function knows(component: Component, tag: string, option: Option, name: string): Knows {
  const entries = entriesOf(component)
  const own = entries[tag]
  if (lists(own, option, name)) return 'yes'
  if (own !== undefined && own.lacks === undefined) return 'no'
  if (semver.valid(tag) === null) return 'unknown'

  const known = Object.keys(entries).sort(semver.compare)
  const having = known.filter((each) => lists(entries[each], option, name))
  const before = having.filter((each) => semver.lt(each, tag))
  const samePatch = before.some((each) => semver.satisfies(tag, `~${each.slice(1)}`))
  return samePatch || (before.length > 0 && having.some((each) => semver.gt(each, tag))) ? 'yes' : 'unknown'
}

/** What a gate is without being set; undefined when that is not known. */
export function gateDefault(component: Component, tag: string, name: string): boolean | undefined {
  const entry = entriesOf(component)[tag]
  return entry && STORED.gates[entry.gates]?.[name]
}

/** Module and version that the facts of a controller version were read from. */
export const sourceOfFlags = (component: Component, tag: string): string | undefined => entriesOf(component)[tag]?.source
