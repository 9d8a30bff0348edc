// A cluster in which some things are broken and everything behind them says that it waits, as the controllers say it. The same seed gives the same storm.
import { edgesOf } from '../../../src/diagnosis/edges.ts'
import type { Snapshot } from '../../../src/diagnosis/snapshot.ts'
import { objectLabel } from '../../../src/flux/kinds.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { AT, not, object, snapshotOf, suspended } from './objects.ts'
import { dice, pick, type Roll } from './storm/dice.ts'
import { breakFleet, fleetOf, inShard, keyOf } from './storm/fleet.ts'
import { failure, SENT } from './storm/notifications.ts'
import { type Plan, type Planted, planOf, touches } from './storm/plan.ts'
import { isReady, spread } from './storm/spread.ts'
import { tenant } from './storm/tenant.ts'
import type { Way } from './storm/way.ts'
import { HOSTILE, WAYS } from './storm/ways.ts'

export interface Storm {
  readonly snapshot: Snapshot
  readonly planted: readonly Planted[]
}

const NAMESPACES = 12

/** Kustomizations of their own that wait for each other. */
const circleOf = (roll: Roll, namespace: string, at: number): KubeObject[] => {
  const names = Array.from({ length: 2 + roll(4) }, (_, index) => `circle-${at}-${index}`)
  return names.map((name, index) => {
    const next = names[(index + 1) % names.length] ?? ''
    const spec = { sourceRef: { kind: 'GitRepository', name: 'src' }, dependsOn: [{ name: next }] }
    return not(
      object('Kustomization', `${namespace}/${name}`, spec),
      'DependencyNotReady',
      `dependency '${namespace}/${next}' is not ready`,
    )
  })
}

function plantCircle(roll: Roll, plan: Plan, namespace: string): void {
  const made = circleOf(roll, namespace, plan.planted.length)
  const circle = plan.fleet.sharded ? made.map(inShard) : made
  plan.all.push(...circle)
  for (const one of circle) plan.broken.add(objectLabel(one))
  plan.broken.add(`GitRepository ${namespace}/src`)
  plan.planted.push({ labels: circle.map(objectLabel), state: 'dependency-cycle' })
}

const canBe = ({ needed, sharded, lost, only }: Way, of: KubeObject, plan: Plan): boolean =>
  (needed !== true || plan.needed.has(objectLabel(of))) &&
  (sharded !== true || plan.fleet.sharded) &&
  (lost !== true || plan.fetched.has(objectLabel(of))) &&
  (only === undefined || only(of))

function plant(way: Way, at: number, plan: Plan, hostile: (message: string) => string): void {
  const victim = plan.all[at] as KubeObject
  const label = objectLabel(victim)
  plan.all[at] = way.make(victim, hostile)
  plan.events.push(...(way.told?.(victim, hostile) ?? []))
  plan.broken.add(label)
  if (way.lost === true) plan.lost.add(label)
  plan.planted.push({ labels: [label], state: way.state })
}

interface Chance {
  readonly at: number
  readonly way: Way | undefined
}

const EVERY = Object.entries(WAYS).flatMap(([kind, ways]) => ways.map((way) => ({ kind, way })))

/** Half of the time any object, in one of its ways; or else any way, and an object of its kind: few objects can be in most of the states. */
function chances(roll: Roll, plan: Plan): () => Chance {
  const byKind = new Map<string, number[]>(Object.keys(WAYS).map((kind) => [kind, []]))
  for (const [at, { kind }] of plan.all.entries()) byKind.get(kind)?.push(at)
  const count = plan.all.length
  return () => {
    if (roll(2) === 0) {
      const { kind, way } = pick(roll, EVERY)
      const at = pick(roll, byKind.get(kind) as number[])
      return { at, way: canBe(way, plan.all[at] as KubeObject, plan) ? way : undefined }
    }
    const at = roll(count)
    const of = plan.all[at] as KubeObject
    return {
      at,
      way: pick(
        roll,
        (WAYS[of.kind] ?? []).filter((way) => canBe(way, of, plan)),
      ),
    }
  }
}

function breakSome(roll: Roll, plan: Plan, causes: number): void {
  const hostile = (message: string): string => (roll(3) === 0 ? `${message}${pick(roll, HOSTILE)}` : message)
  const byLabel = new Map(plan.all.map((one) => [objectLabel(one), one]))
  const next = chances(roll, plan)
  while (plan.planted.length < causes) {
    const { at, way } = next()
    const victim = plan.all[at] as KubeObject
    const { namespace = '' } = victim.metadata
    if (roll(12) === 0 && plan.stopped !== keyOf(victim) && !plan.broken.has(`GitRepository ${namespace}/src`))
      plantCircle(roll, plan, namespace)
    else if (way !== undefined && !touches(objectLabel(victim), plan, byLabel)) plant(way, at, plan, hostile)
  }
}

const warning = (roll: Roll, { kind, metadata }: KubeObject, at: number): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: `w${at}`, namespace: metadata.namespace ?? '' },
  reason: pick(roll, ['BuildFailed', 'HealthCheckFailed', 'DependencyNotReady', 'info']),
  message: pick(roll, ['kustomize build failed', 'not found', ...HOSTILE]),
  involvedObject: { kind, namespace: metadata.namespace, name: metadata.name },
  firstTimestamp: AT,
  lastTimestamp: AT,
  count: 1 + roll(20),
})

const BEFORE_CHANGED = '2026-11-22T02:21:00Z'

/** What somebody was warned of once is no trouble of now. */
function warnings(roll: Roll, objects: readonly KubeObject[]): KubeObject[] {
  const well = objects.filter((one) => isReady(one) && roll(10) === 0).map((one, at) => warning(roll, one, at))
  const alerts = objects.filter(({ kind }) => kind === 'Alert' && roll(3) === 0)
  return [...well, ...alerts.map((one) => failure(one, `${SENT}connection refused`, BEFORE_CHANGED))]
}

/** What is no cause, though it is not ready: suspended by a person, or new. */
function noise(roll: Roll, objects: readonly KubeObject[], needed: ReadonlySet<string>): KubeObject[] {
  return objects.map((one) => {
    if (!isReady(one) || needed.has(objectLabel(one)) || roll(20) > 0) return one
    return roll(2) === 0 ? suspended(one) : { ...one, metadata: { ...one.metadata, generation: 2 } }
  })
}

export function storm(seed: number, { objects: count, causes }: { objects: number; causes: number }): Storm {
  const roll = dice(seed)
  const each = Math.ceil(count / NAMESPACES)
  const fleet = fleetOf(roll)
  const made = Array.from({ length: NAMESPACES }, (_, at) => tenant(roll, `team-${at}`, each)).flat()
  const plan = planOf(fleet.sharded ? made.map(inShard) : made, fleet)
  if (fleet.sharded && causes > 0 && roll(4) === 0) breakFleet(roll, plan)
  breakSome(roll, plan, causes)
  const wanted = new Set(plan.all.flatMap((one) => edgesOf(one).map(({ to }) => to)))
  const objects = noise(roll, spread(plan.all, plan.lost), wanted)
  const { deployments, pods, logs } = fleet
  const events = [...warnings(roll, objects), ...plan.events]
  return { snapshot: snapshotOf(objects, { deployments, pods, logs, events }), planted: plan.planted }
}
