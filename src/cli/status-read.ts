// What of Flux is in the cluster: two round trips, every kind side by side. The `--json` document of `status`; its keys are stable.

import { parseId, SECRET } from '../actions/resources.ts'
import { type OpenWorld, openWorld } from '../adapters/context.ts'
import { createRedactor } from '../adapters/redactor.ts'
import { messageOf, OpsError } from '../errors.ts'
import { BACKUP_ANNOTATION, DRILL_ANNOTATION, type KeySecret, keySecrets, keyWarning } from '../flux/age-backup.ts'
import { type Verdict, verdict } from '../flux/conditions.ts'
import { controllersOf, type InstalledCrd, installedCrd, installedFlux } from '../flux/installed.ts'
import { FLUX_KINDS, type FluxKind } from '../flux/kinds.ts'
import { type Suspension, suspensionOf } from '../flux/suspension.ts'
import type { KubeObject, KubeReader, Resource } from '../ports/kube.ts'
import { allRuns, rolledBack } from './choose-run.ts'
import { openRunStore } from './desk.ts'
import type { Invocation } from './invocation.ts'
import type { ClusterFlags } from './run-flags.ts'
import { type RunLine, runLine } from './run-list.ts'

export interface ControllerStatus {
  readonly name: string
  readonly image: string
  readonly ready: number
  readonly wanted: number
  /** `rolled-out`, `rolling` (not all pods are of this image and ready), or `stopped` (scaled to 0). */
  readonly rollout: 'rolled-out' | 'rolling' | 'stopped'
}

export interface ObjectStatus {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly state: Verdict['state']
  readonly reason: string
  readonly message: string
  readonly since: string | null
}

export interface SuspendedStatus extends Suspension {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  /** What its controller said last. */
  readonly state: 'suspended'
  readonly message: string
}

export interface KindCount {
  readonly kind: string
  readonly total: number
  readonly states: Readonly<Partial<Record<Verdict['state'], number>>>
}

export interface KeyStatus {
  /** `namespace/name` of a Secret that Kustomizations decrypt with. */
  readonly secret: string
  readonly usedBy: readonly string[]
  /** RFC 3339, as annotated. */
  readonly backupAt: string | null
  readonly drillAt: string | null
  /** What is wrong, or could not be known. */
  readonly warning: string | null
}

export interface Status {
  readonly cluster: { readonly context: string; readonly server: string; readonly uid: string; readonly version: string }
  readonly flux: {
    readonly status: 'found' | 'mixed' | 'unknown' | 'none'
    readonly version: string | null
    readonly lines: readonly string[]
  }
  readonly controllers: readonly ControllerStatus[]
  readonly kinds: readonly KindCount[]
  /** Objects that are neither ready, static nor suspended. */
  readonly notReady: readonly ObjectStatus[]
  /** RFC 3339, by the clock of this machine. */
  readonly takenAt: string
  readonly suspended: readonly SuspendedStatus[]
  readonly keys: readonly KeyStatus[]
  readonly runs: readonly RunLine[]
}

const CRD: Resource = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
}
const DEPLOYMENT: Resource = { group: 'apps', version: 'v1', plural: 'deployments', kind: 'Deployment', namespaced: true }

interface KindRead {
  readonly crd: InstalledCrd
  readonly objects: readonly KubeObject[]
}

/** By name rather than all CRDs: a cluster may have hundreds of large ones. */
async function readKind(kube: KubeReader, kind: FluxKind): Promise<KindRead | undefined> {
  const object = await kube.get(CRD, { name: `${kind.plural}.${kind.group}` })
  const crd = object && installedCrd(object)
  const version = crd?.versions.find((one) => one.storage)?.name
  if (!crd || version === undefined) return undefined
  return { crd, objects: await kube.list({ ...kind, version }) }
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

function objectStatus(object: KubeObject): ObjectStatus {
  const { state, reason, message, since } = verdict(object)
  const { name, namespace = '' } = object.metadata
  return { kind: object.kind, namespace, name, state, reason, message, since: since ?? null }
}

/** Items of a list carry no kind by themselves. The forgotten first. */
function suspendedStatus(kinds: readonly KindRead[], now: string): SuspendedStatus[] {
  const found = kinds.flatMap(({ crd, objects }) =>
    objects.flatMap((object) => {
      const named = { ...object, kind: crd.kind }
      const { state, message } = verdict(named)
      const suspension = state === 'suspended' ? suspensionOf(named, now) : undefined
      const { name, namespace = '' } = object.metadata
      return suspension === undefined ? [] : [{ kind: crd.kind, namespace, name, state: 'suspended' as const, message, ...suspension }]
    }),
  )
  return found.sort((a, b) => Number(b.forgotten) - Number(a.forgotten))
}

function countKind(kind: string, objects: readonly ObjectStatus[]): KindCount {
  const states: Partial<Record<Verdict['state'], number>> = {}
  for (const { state } of objects) states[state] = (states[state] ?? 0) + 1
  return { kind, total: objects.length, states }
}

async function readKey(open: OpenWorld, { id, usedBy }: KeySecret): Promise<KeyStatus> {
  const none = { secret: id, usedBy, backupAt: null, drillAt: null }
  try {
    const secret = await open.world.kube.get(SECRET, parseId(id), { metadataOnly: true })
    if (secret === undefined) return { ...none, warning: 'does not exist' }
    const { [BACKUP_ANNOTATION]: backupAt = null, [DRILL_ANNOTATION]: drillAt = null } = secret.metadata.annotations ?? {}
    return { ...none, backupAt, drillAt, warning: keyWarning(secret, open.world.clock.now()) ?? null }
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    return { ...none, warning: `cannot be read: ${messageOf(error)}` }
  }
}

const HEALTHY = new Set<Verdict['state']>(['ready', 'static', 'suspended'])

async function readCluster(open: OpenWorld): Promise<Omit<Status, 'runs'>> {
  const { kube } = open.world
  const [identity, deployments, ...found] = await Promise.all([
    kube.identity(),
    kube.list(DEPLOYMENT, { namespace: open.target.namespace }),
    ...FLUX_KINDS.map((kind) => readKind(kube, kind)),
  ])
  const kinds = found.filter((kind) => kind !== undefined)
  const now = open.world.clock.now().toISOString()
  const installed = installedFlux(
    deployments,
    kinds.map((kind) => kind.crd),
  )
  const byKind = kinds.map(({ crd, objects }) => ({ kind: crd.kind, objects: objects.map(objectStatus) }))
  const all = byKind.flatMap((kind) => kind.objects)
  const { context, server, uid, version } = identity
  const kustomizations = kinds
    .filter(({ crd }) => crd.kind === 'Kustomization')
    .flatMap(({ objects }) => objects.map((object) => ({ ...object, kind: 'Kustomization' })))
  const keys = await Promise.all(keySecrets(kustomizations, deployments).map((key) => readKey(open, key)))
  return {
    cluster: { context, server, uid, version },
    flux: {
      status: installed.status,
      version: installed.status === 'found' ? installed.version : null,
      lines: 'lines' in installed ? installed.lines : [],
    },
    controllers: deployments.flatMap(controllerStatus),
    kinds: byKind.filter(({ objects }) => objects.length > 0).map(({ kind, objects }) => countKind(kind, objects)),
    notReady: all.filter(({ state }) => !HEALTHY.has(state)),
    takenAt: now,
    suspended: suspendedStatus(kinds, now),
    keys,
  }
}

const LAST_RUNS = 3

export async function readStatus(invocation: Invocation, flags: ClusterFlags): Promise<Status> {
  const redactor = createRedactor()
  const runs = openRunStore(invocation, redactor)
  const say = (text: string) => process.stderr.write(`⚠ ${text}\n`)
  const { env, signal, version, decorate } = invocation
  const open = await openWorld({ ...flags, env, runs, redactor, signal, userAgent: `flux-ops/${version}`, onOutage: say, decorate })
  try {
    const cluster = await readCluster(open)
    const known = await allRuns(open.world.runs)
    const ofCluster = known.filter((run) => 'state' in run && run.state.run?.cluster.uid === cluster.cluster.uid)
    const over = rolledBack(known)
    return { ...cluster, runs: ofCluster.slice(0, LAST_RUNS).map((run) => runLine(run, over)) }
  } finally {
    open.close()
  }
}
