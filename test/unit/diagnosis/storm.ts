// A cluster in which some things are broken and everything behind them says that it waits, as the controllers say it. The same seed gives the same storm.
import { edgesOf } from '../../../src/diagnosis/edges.ts'
import type { Snapshot } from '../../../src/diagnosis/snapshot.ts'
import { objectLabel } from '../../../src/flux/kinds.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { AT, not, object, snapshotOf, suspended } from './objects.ts'
import { DOWN, HOSTILE, WAYS, type Way } from './storm-ways.ts'

export interface Planted {
  /** Of what was broken; of a circle all of its members. */
  readonly labels: readonly string[]
  readonly state: string
}

export interface Storm {
  readonly snapshot: Snapshot
  readonly planted: readonly Planted[]
}

/** mulberry32: small, and the same everywhere. */
function dice(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

type Roll = ReturnType<typeof dice>

const NAMESPACES = 12

const pick = <T>(roll: Roll, from: readonly T[]): T => from[roll(from.length)] as T

/** Up to three of those before it, most often none: layers come about by themselves. */
const behind = (roll: Roll, before: readonly string[]): object[] =>
  before.length === 0 || roll(3) === 0 ? [] : Array.from({ length: 1 + roll(3) }, () => ({ name: pick(roll, before) }))

const distinct = (names: readonly object[]): object[] => [...new Map(names.map((one) => [JSON.stringify(one), one])).values()]

function namespaceOf(roll: Roll, namespace: string, count: number): KubeObject[] {
  const alone = ['OCIRepository', 'Bucket', 'ImageRepository', 'Receiver'].map((kind) => object(kind, `${namespace}/alone`))
  const found: KubeObject[] = [object('GitRepository', `${namespace}/src`), object('HelmRepository', `${namespace}/charts`), ...alone]
  const [kustomizations, releases]: [string[], string[]] = [[], []]
  while (found.length < count) {
    const name = `o${found.length}`
    if (roll(3) > 0) {
      const spec = { sourceRef: { kind: 'GitRepository', name: 'src' }, dependsOn: distinct(behind(roll, kustomizations)) }
      found.push(object('Kustomization', `${namespace}/${name}`, spec))
      kustomizations.push(name)
    } else {
      const source = { kind: 'HelmRepository', name: 'charts' }
      found.push(object('HelmChart', `${namespace}/${namespace}-${name}`, { sourceRef: source }))
      const chart = { spec: { chart: name, sourceRef: source } }
      found.push(object('HelmRelease', `${namespace}/${name}`, { chart, dependsOn: distinct(behind(roll, releases)) }))
      releases.push(name)
    }
  }
  return found
}

const SAYS: Readonly<Record<string, (of: KubeObject, on: string) => KubeObject>> = {
  dependsOn: (of, on) => not(of, 'DependencyNotReady', `dependency '${on.split(' ')[1]}' is not ready`),
  source: (of) =>
    of.kind === 'HelmChart'
      ? not(of, 'NoSourceArtifact', "no artifact available for HelmRepository source 'charts'")
      : not(of, 'ArtifactFailed', 'Source is not ready, artifact not found, retrying in 30s'),
  chart: (of, on) => not(of, 'SourceNotReady', `HelmChart '${on.split(' ')[1]}' is not ready: does not have an artifact`),
}

const isReady = ({ metadata, status }: KubeObject): boolean => status?.conditions?.[0]?.status === 'True' && metadata.generation === 1

/** In the order in which they were made nothing needs what comes behind it. */
function spread(objects: readonly KubeObject[]): KubeObject[] {
  const now = new Map<string, KubeObject>()
  return objects.map((one) => {
    // The source is asked first, as the controllers do.
    const edges = [...edgesOf(one)].sort((a, b) => Number(a.via === 'dependsOn') - Number(b.via === 'dependsOn'))
    const shut = isReady(one) ? edges.find(({ to }) => now.has(to) && !isReady(now.get(to) as KubeObject)) : undefined
    const said = shut === undefined ? one : (SAYS[shut.via]?.(one, shut.to) ?? one)
    now.set(objectLabel(one), said)
    return said
  })
}

/** Whether one of them is needed by it, by way of others. */
function needsAny(label: string, some: ReadonlySet<string>, byLabel: ReadonlyMap<string, KubeObject>): boolean {
  const queue = [label]
  const seen = new Set(queue)
  for (const at of queue)
    for (const { to } of edgesOf(byLabel.get(at) ?? ({} as KubeObject)))
      if (some.has(to)) return true
      else if (!seen.has(to)) {
        seen.add(to)
        queue.push(to)
      }
  return false
}

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

interface Plan {
  all: KubeObject[]
  readonly broken: Set<string>
  readonly planted: Planted[]
  readonly needed: ReadonlySet<string>
  readonly fleet: Fleet
  /** Kustomizations of this shard are looked at by nobody. */
  stopped?: string
}

/** What waits for another broken one says that, and nothing of its own. */
function touches(label: string, { all, broken }: Plan, byLabel = new Map(all.map((one) => [objectLabel(one), one]))): boolean {
  return broken.has(label) || needsAny(label, broken, byLabel) || [...broken].some((one) => needsAny(one, new Set([label]), byLabel))
}

function plantCircle(roll: Roll, plan: Plan, namespace: string): void {
  const made = circleOf(roll, namespace, plan.planted.length)
  const circle = plan.fleet.sharded ? made.map(inShard) : made
  plan.all.push(...circle)
  for (const one of circle) plan.broken.add(objectLabel(one))
  plan.broken.add(`GitRepository ${namespace}/src`)
  plan.planted.push({ labels: circle.map(objectLabel), state: 'dependency-cycle' })
}

const canBe = ({ needed, sharded }: Way, label: string, plan: Plan): boolean =>
  (needed !== true || plan.needed.has(label)) && (sharded !== true || plan.fleet.sharded)

function breakSome(roll: Roll, plan: Plan, causes: number): void {
  const hostile = (message: string): string => (roll(3) === 0 ? `${message}${pick(roll, HOSTILE)}` : message)
  const byLabel = new Map(plan.all.map((one) => [objectLabel(one), one]))
  while (plan.planted.length < causes) {
    const at = roll(plan.all.length)
    const victim = plan.all[at] as KubeObject
    const label = objectLabel(victim)
    const { namespace = '' } = victim.metadata
    if (roll(12) === 0 && plan.stopped !== keyOf(victim) && !plan.broken.has(`GitRepository ${namespace}/src`)) {
      plantCircle(roll, plan, namespace)
      continue
    }
    const ways = (WAYS[victim.kind] ?? []).filter((way) => canBe(way, label, plan))
    if (ways.length === 0 || touches(label, plan, byLabel)) continue
    const way = pick(roll, ways)
    plan.all[at] = way.make(victim, hostile)
    plan.broken.add(label)
    plan.planted.push({ labels: [label], state: way.state })
  }
}

const SHARD = 'sharding.fluxcd.io/key'

interface Fleet {
  readonly sharded: boolean
  deployments: KubeObject[]
  pods: KubeObject[]
}

const deployment = (component: string, key?: string): KubeObject => {
  const name = key === undefined || key === '' ? component : `${component}-${key}`
  const args = key === undefined ? [] : [key === '' ? `--watch-label-selector=!${SHARD}` : `--watch-label-selector=${SHARD}=${key}`]
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'flux-system' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: { spec: { containers: [{ image: `ghcr.io/fluxcd/${component}:v1.0.0`, args }] } },
    },
    status: { availableReplicas: 1 },
  }
}

const WHOLE = ['source-controller', 'helm-controller', 'notification-controller', 'image-reflector-controller']
const KEYS = ['', 's1', 's2']

/** In a third of the storms the Deployments were not seen; in the others kustomize-controller is split in three. */
const fleetOf = (roll: Roll): Fleet => {
  const sharded = roll(3) > 0
  const split = KEYS.map((key) => deployment('kustomize-controller', key))
  return { sharded, deployments: sharded ? [...WHOLE.map((name) => deployment(name)), ...split] : [], pods: [] }
}

/** Tenants by shard. */
const keyOf = ({ metadata }: KubeObject): string => KEYS[Number(metadata.namespace?.split('-')[1]) % KEYS.length] ?? ''

const inShard = (one: KubeObject): KubeObject =>
  one.kind !== 'Kustomization' || keyOf(one) === '' ? one : { ...one, metadata: { ...one.metadata, labels: { [SHARD]: keyOf(one) } } }

/** Nobody has looked at it since it was changed. */
const leftAlone = (one: KubeObject): KubeObject => ({ ...one, metadata: { ...one.metadata, generation: 2 } })

/** Takes a controller down, and leaves its objects as they are then. */
function stopOne(roll: Roll, plan: Plan): void {
  const isOf = pick<(one: KubeObject) => boolean>(roll, [
    ...KEYS.map((key) => (one: KubeObject) => one.kind === 'Kustomization' && keyOf(one) === key),
    ({ kind }) => kind === 'ImageRepository',
  ])
  const ours = plan.all.filter(isOf)
  const name =
    ours[0]?.kind === 'ImageRepository'
      ? 'image-reflector-controller'
      : `kustomize-controller${ours[0] && keyOf(ours[0]) ? `-${keyOf(ours[0])}` : ''}`
  const label = `Deployment flux-system/${name}`
  if (ours[0]?.kind === 'Kustomization') plan.stopped = keyOf(ours[0])
  for (const one of ours) plan.broken.add(objectLabel(one))
  plan.all = plan.all.map((one) => (isOf(one) ? leftAlone(one) : one))
  const others = plan.fleet.deployments.filter(({ metadata }) => metadata.name !== name)
  if (name === 'image-reflector-controller' && roll(2) === 0) {
    plan.fleet.deployments = others
    plan.planted.push({ labels: [label], state: 'controller-missing' })
    return
  }
  const { state, make } = pick(roll, DOWN)
  const { deployment: stopped, pods } = make(plan.fleet.deployments.find(({ metadata }) => metadata.name === name) as KubeObject)
  Object.assign(plan.fleet, { deployments: [...others, stopped], pods })
  plan.planted.push({ labels: [label], state })
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
  const made = Array.from({ length: NAMESPACES }, (_, at) => namespaceOf(roll, `team-${at}`, each)).flat()
  const all = fleet.sharded ? made.map(inShard) : made
  const needed = new Set(all.flatMap((one) => edgesOf(one).map(({ to }) => to)))
  const plan: Plan = { all, broken: new Set(), planted: [], needed, fleet }
  if (fleet.sharded && causes > 0 && roll(4) === 0) stopOne(roll, plan)
  breakSome(roll, plan, causes)
  const wanted = new Set(plan.all.flatMap((one) => edgesOf(one).map(({ to }) => to)))
  const objects = noise(roll, spread(plan.all), wanted)
  // What somebody was warned of once is no trouble of now.
  const events = objects.filter((one) => isReady(one) && roll(10) === 0).map((one, at) => warning(roll, one, at))
  return { snapshot: snapshotOf(objects, { deployments: fleet.deployments, pods: fleet.pods, events }), planted: plan.planted }
}
