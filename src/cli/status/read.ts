// What of Flux is in the cluster: one snapshot, and beside it the CRDs that tell the release, then the notes on Secrets that hold keys.
import { CRD, parseId, SECRET } from '../../actions/resources.ts'
import { takeSnapshot } from '../../actions/take-snapshot.ts'
import type { World } from '../../adapters/context.ts'
import { type Diagnosis, diagnosisOf } from '../../diagnosis/diagnose.ts'
import { layersOf, type States } from '../../diagnosis/layers.ts'
import type { Snapshot, Unseen } from '../../diagnosis/snapshot.ts'
import type { Suspended } from '../../diagnosis/suspended.ts'
import { isWell, type Sighting, worldOf } from '../../diagnosis/world.ts'
import { messageOf, OpsError } from '../../errors.ts'
import { BACKUP_ANNOTATION, DRILL_ANNOTATION, type KeySecret, keySecrets, keyWarning } from '../../flux/age-backup.ts'
import { controllersOf, type InstalledCrd, installedCrd, installedFlux } from '../../flux/installed.ts'
import { keptBy } from '../../flux/kept-by.ts'
import { FLUX_KINDS } from '../../flux/kinds.ts'
import type { KubeObject, KubeReader } from '../../ports/kube.ts'
import { allRuns, rolledBack } from '../choose-run.ts'
import { type RunLine, runLine } from '../run-list.ts'
import type { ControllerStatus, KeyStatus, KindCount, ObjectStatus, Status, SuspendedStatus } from './shape.ts'

export type StatusWorld = Pick<World, 'kube' | 'clock' | 'runs'>

/** A status, and what it was made from. */
export interface Reading {
  readonly status: Status
  readonly snapshot: Snapshot
  /** Labels of every object that was seen. */
  readonly labels: ReadonlySet<string>
}

export interface Crds {
  readonly crds: readonly InstalledCrd[]
  readonly unseen: readonly Unseen[]
}

/** By name rather than all CRDs: a cluster may have hundreds of large ones. */
export async function readCrds(kube: KubeReader): Promise<Crds> {
  try {
    const objects = await Promise.all(FLUX_KINDS.map(({ plural, group }) => kube.get(CRD, { name: `${plural}.${group}` })))
    return { crds: objects.flatMap((object) => (object && installedCrd(object)) ?? []), unseen: [] }
  } catch (error) {
    if (!(error instanceof OpsError) || error.code !== 'kube-forbidden') throw error
    return { crds: [], unseen: [{ what: CRD.kind, why: messageOf(error) }] }
  }
}

function controllerStatus(deployment: KubeObject): ControllerStatus[] {
  const status = deployment.status ?? {}
  const wanted = Number(deployment.spec?.replicas ?? 1)
  const ready = Number(status.readyReplicas ?? 0)
  const seen = Number(status.observedGeneration ?? 0) >= Number(deployment.metadata.generation ?? 0)
  const settled = seen && Number(status.updatedReplicas ?? 0) === wanted && Number(status.replicas ?? 0) === wanted && ready === wanted
  const rollout = wanted === 0 ? 'stopped' : settled ? 'rolled-out' : 'rolling'
  return controllersOf([deployment]).map(({ image }) => ({ name: deployment.metadata.name, image, ready, wanted, rollout }))
}

function objectStatus({ object, verdict: { state, reason, message, since } }: Sighting): ObjectStatus {
  const { name, namespace = '' } = object.metadata
  return { kind: object.kind, namespace, name, state, reason, message, since: since ?? null }
}

function suspendedStatus({ object, says, ...more }: Suspended): SuspendedStatus {
  const [kind = '', id = ''] = object.split(' ')
  const { namespace = '', name } = parseId(id)
  return { ...more, kind, namespace, name, state: 'suspended', message: says }
}

function kindCounts(sightings: readonly Sighting[]): KindCount[] {
  const known = new Map<string, { total: number; states: Record<string, number> }>()
  for (const { object, verdict } of sightings) {
    const of = known.get(object.kind) ?? { total: 0, states: {} }
    of.total++
    of.states[verdict.state] = (of.states[verdict.state] ?? 0) + 1
    known.set(object.kind, of)
  }
  const order = FLUX_KINDS.map(({ kind }) => kind)
  return [...known]
    .sort(([a], [b]) => order.indexOf(a) - order.indexOf(b))
    .map(([kind, { total, states }]) => ({ kind, total, states: states as States }))
}

async function readKey({ kube, clock }: StatusWorld, { id, usedBy }: KeySecret): Promise<KeyStatus> {
  const none = { secret: id, usedBy, backupAt: null, drillAt: null }
  try {
    const secret = await kube.get(SECRET, parseId(id), { metadataOnly: true })
    if (secret === undefined) return { ...none, warning: 'does not exist' }
    const { [BACKUP_ANNOTATION]: backupAt = null, [DRILL_ANNOTATION]: drillAt = null } = secret.metadata.annotations ?? {}
    return { ...none, backupAt, drillAt, warning: keyWarning(secret, clock.now()) ?? null }
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    return { ...none, warning: `cannot be read: ${messageOf(error)}` }
  }
}

const LAST_RUNS = 3

async function lastRuns({ runs }: StatusWorld, uid: string | null): Promise<RunLine[]> {
  const known = await allRuns(runs)
  const ofCluster = known.filter((run) => uid !== null && 'state' in run && run.state.run?.cluster.uid === uid)
  const over = rolledBack(known)
  return ofCluster.slice(0, LAST_RUNS).map((run) => runLine(run, over))
}

const causesOf = ({ causes }: Diagnosis): Status['causes'] =>
  causes.map(({ object, also, state, says, since, blocks }) => ({ object, also, state, says, since, blocks: blocks.length }))

function fluxOf({ objects, deployments }: Snapshot, crds: readonly InstalledCrd[]): Status['flux'] {
  const installed = installedFlux(deployments, crds)
  return {
    status: installed.status,
    version: installed.status === 'found' ? installed.version : null,
    lines: 'lines' in installed ? installed.lines : [],
    kept: keptBy(objects, deployments),
  }
}

/** `crds`: as they are read, or as they were read before. Throws OpsError where the cluster does not answer. */
export async function readStatus(world: StatusWorld, namespace: string, crds: Promise<Crds> = readCrds(world.kube)): Promise<Reading> {
  const [snapshot, { crds: known, unseen }] = await Promise.all([takeSnapshot(world, namespace), crds])
  const seen = worldOf(snapshot)
  const diagnosis = diagnosisOf(seen)
  const sightings = [...seen.sightings.values()]
  const kustomizations = snapshot.objects.filter(({ kind }) => kind === 'Kustomization')
  const [keys, runs] = await Promise.all([
    Promise.all(keySecrets(kustomizations, snapshot.deployments).map((key) => readKey(world, key))),
    lastRuns(world, snapshot.cluster.uid),
  ])
  const status: Status = {
    takenAt: snapshot.takenAt,
    cluster: snapshot.cluster,
    flux: fluxOf(snapshot, known),
    controllers: snapshot.deployments.flatMap(controllerStatus),
    objects: diagnosis.objects,
    layers: layersOf(seen),
    kinds: kindCounts(sightings),
    causes: causesOf(diagnosis),
    notReady: sightings.filter((sighting) => !isWell(sighting)).map(objectStatus),
    suspended: diagnosis.suspended.map(suspendedStatus),
    keys,
    runs,
    unseen: [...snapshot.unseen, ...unseen],
  }
  return { status, snapshot, labels: new Set(seen.sightings.keys()) }
}
