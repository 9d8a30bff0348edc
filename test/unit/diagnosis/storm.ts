// A cluster in which some things are broken and everything behind them says that it waits, as the controllers say it. The same seed gives the same storm.
import { edgesOf } from '../../../src/diagnosis/edges.ts'
import type { Snapshot } from '../../../src/diagnosis/snapshot.ts'
import { objectLabel } from '../../../src/flux/kinds.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { not, object, snapshotOf, stalled, suspended } from './objects.ts'

export interface Storm {
  readonly snapshot: Snapshot
  /** Labels of what was broken; of a circle all of its members. */
  readonly planted: readonly (readonly string[])[]
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
  const found: KubeObject[] = [object('GitRepository', `${namespace}/src`), object('HelmRepository', `${namespace}/charts`)]
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

const OF: Readonly<Record<string, readonly ((of: KubeObject) => KubeObject)[]>> = {
  GitRepository: [
    (of) =>
      not(of, 'GitOperationFailed', 'failed to checkout and determine revision: unable to clone: dial tcp: connect: connection refused'),
    (of) => not(of, 'GitOperationFailed', 'unable to list remote: ssh: handshake failed: knownhosts: key mismatch'),
  ],
  HelmRepository: [(of) => not(of, 'Failed', 'failed to fetch Helm repository index: dial tcp: lookup charts.example: no such host')],
  HelmChart: [
    (of) =>
      not(
        of,
        'InvalidChartReference',
        "invalid chart reference: failed to get chart version for remote reference: no 'web' chart with version matching '9.x' found",
      ),
  ],
  Kustomization: [
    (of) => not(of, 'BuildFailed', 'kustomize build failed: accumulating resources: no such file'),
    (of) => not(of, 'ArtifactFailed', 'kustomization path not found: stat apps: no such file or directory'),
    (of) =>
      not(
        of,
        'ReconciliationFailed',
        'Job/default/migrate dry-run failed (Invalid): Job.batch "migrate" is invalid: spec.template: field is immutable',
      ),
    (of) =>
      not(of, 'HealthCheckFailed', "health check failed after 30s: timeout waiting for: [Deployment/default/web status: 'InProgress']"),
    (of) => not(of, 'DependencyNotReady', "dependency 'x/gone' not found", []),
  ],
  HelmRelease: [
    (of) =>
      not(of, 'UpgradeFailed', 'Helm upgrade failed for release: context deadline exceeded', [
        stalled('RetriesExceeded', 'Failed to upgrade after 1 attempt(s)'),
      ]),
    (of) => not(of, 'ValuesError', "could not resolve Secret chart values reference 'x/y' with key 'values.yaml': secrets \"y\" not found"),
  ],
}

const SAYS: Readonly<Record<string, (of: KubeObject, on: string) => KubeObject>> = {
  dependsOn: (of, on) => not(of, 'DependencyNotReady', `dependency '${on.split(' ')[1]}' is not ready`),
  source: (of) =>
    of.kind === 'HelmChart'
      ? not(of, 'NoSourceArtifact', "no artifact available for HelmRepository source 'charts'")
      : not(of, 'ArtifactFailed', 'Source is not ready, artifact not found, retrying in 30s'),
  chart: (of, on) => not(of, 'SourceNotReady', `HelmChart '${on.split(' ')[1]}' is not ready: does not have an artifact`),
}

const isReady = ({ status }: KubeObject): boolean => status.conditions[0].status === 'True'

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

function breakSome(roll: Roll, objects: KubeObject[], causes: number): { objects: KubeObject[]; planted: string[][] } {
  const byLabel = new Map(objects.map((one) => [objectLabel(one), one]))
  const broken = new Set<string>()
  const planted: string[][] = []
  const all = [...objects]
  while (planted.length < causes) {
    const at = roll(all.length)
    const victim = all[at] as KubeObject
    const label = objectLabel(victim)
    if (roll(8) === 0 && !broken.has(`GitRepository ${victim.metadata.namespace}/src`)) {
      const circle = circleOf(roll, victim.metadata.namespace ?? '', planted.length)
      all.push(...circle)
      for (const one of circle) broken.add(objectLabel(one))
      broken.add(`GitRepository ${victim.metadata.namespace}/src`)
      planted.push(circle.map(objectLabel))
      continue
    }
    // What waits for another broken one says that, and nothing of its own.
    const touches =
      broken.has(label) || needsAny(label, broken, byLabel) || [...broken].some((one) => needsAny(one, new Set([label]), byLabel))
    if (touches) continue
    const how = pick(roll, OF[victim.kind] ?? [])
    const done = how(victim)
    if (/gone/.test(done.status.conditions[0].message))
      done.spec = { ...done.spec, dependsOn: [...(done.spec.dependsOn ?? []), { name: 'gone' }] }
    all[at] = done
    broken.add(label)
    planted.push([label])
  }
  return { objects: all, planted }
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
  const made = Array.from({ length: NAMESPACES }, (_, at) => namespaceOf(roll, `team-${at}`, each)).flat()
  const { objects, planted } = breakSome(roll, made, causes)
  const needed = new Set(objects.flatMap((one) => edgesOf(one).map(({ to }) => to)))
  return { snapshot: snapshotOf(noise(roll, spread(objects), needed)), planted }
}
