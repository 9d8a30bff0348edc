// The HelmRelease that keeps Flux: how far helm-controller is with a chart, and what Helm remembers of it. helm-controller replaces itself on the
// way: what it was at then is taken up by its successor, which unlocks a release that was left pending.
import { gunzipSync } from 'node:zlib'
import semver from 'semver'
import { parseAllDocuments } from 'yaml'
import * as z from 'zod'
import { OpsError } from '../errors.ts'
import { verdict } from '../flux/conditions.ts'
import type { Context, ReadContext } from '../ports/context.ts'
import type { KubeObject, KubeReader } from '../ports/kube.ts'
import { isInPlace } from './flux-instance.ts'
import { FIELD_MANAGER } from './requests.ts'
import { nameOf, parseId, resourceOfObject, SECRET } from './resources.ts'
import { assertNoneCrashed } from './rollout.ts'
import { readFluxObject } from './sync-source.ts'
import { type Seen, waitFor } from './wait-for.ts'

export const readRelease = (ctx: ReadContext, id: string): Promise<KubeObject> => readFluxObject(ctx.kube, 'HelmRelease', id)

interface Snapshot {
  readonly name?: string
  readonly namespace?: string
  readonly version?: number
  readonly status?: string
  readonly chartVersion?: string
}

const historyOf = (release: KubeObject): readonly Snapshot[] => release.status?.history ?? []

/** helm-controller adds the digest of an OCI artifact as build metadata: it is the same chart. */
const sameChart = (one: unknown, other: string): boolean => typeof one === 'string' && semver.valid(one) === semver.valid(other)

/** What is still missing until this chart is deployed and called well; undefined when nothing is. */
export function releaseBehind(release: KubeObject, chart: string): string | undefined {
  const label = `HelmRelease ${release.metadata.namespace}/${release.metadata.name}`
  const { state, reason, message } = verdict(release)
  const [newest] = historyOf(release)
  if (!sameChart(newest?.chartVersion, chart))
    return `${label}: has chart ${newest?.chartVersion ?? 'none'}; ${reason || state}: ${message}`
  if (state !== 'ready' || newest?.status !== 'deployed')
    return `${label}: ${newest?.status}, ${[state, reason, message].filter(Boolean).join(': ')}`
  return undefined
}

export interface ReleaseGoal {
  /** namespace/name of the HelmRelease. */
  readonly release: string
  readonly chart: string
  /** Of Flux. */
  readonly version: string
  readonly token: string
  readonly timeoutMs: number
  /** Called at each look that finds it behind. */
  readonly askAgain?: () => Promise<void>
}

const RESET = 'reconcile.fluxcd.io/resetAt'

/** Counters of failures go back to none and the release is tried again: https://fluxcd.io/flux/components/helm/helmreleases/#resetting-remediation-retries */
export const resetLine = (release: string, token: string): string =>
  `annotate HelmRelease ${release} ${RESET}=${token}, where its controller was replaced in the middle and its retries are used up`

const reset = (ctx: Context, release: KubeObject, token: string): Promise<unknown> => {
  const annotations = { 'reconcile.fluxcd.io/requestedAt': token, [RESET]: token }
  return ctx.kube.patch(resourceOfObject(release), nameOf(release), 'merge', { metadata: { annotations } }, { fieldManager: FIELD_MANAGER })
}

const wasReset = (release: KubeObject, token: string): boolean => release.metadata.annotations?.[RESET] === token

/** Whether helm-controller has given up on this very chart. */
const gaveUp = (release: KubeObject, chart: string): boolean => {
  const { state, terminal } = verdict(release)
  return state === 'failed' && terminal && sameChart(release.status?.lastAttemptedRevision, chart)
}

/** Throws OpsError `helm-refused`, `helm-timeout`, or `rollout-crashed` early. */
export async function waitForRelease(ctx: Context, goal: ReleaseGoal): Promise<{ chart: string }> {
  const probe = async (): Promise<Seen<{ chart: string }>> => {
    const release = await readRelease(ctx, goal.release)
    const behind = releaseBehind(release, goal.chart)
    if (behind === undefined && (await isInPlace(ctx, goal.version))) return { done: true, value: { chart: goal.chart } }
    // Helm waits for them until its own timeout, and says nothing before.
    await assertNoneCrashed(ctx, goal.version)
    if (gaveUp(release, goal.chart)) {
      if (!wasReset(release, goal.token)) await reset(ctx, release, goal.token)
      else if (release.status?.lastHandledResetAt === goal.token) throw refusedBy(goal, verdict(release).message)
    }
    await goal.askAgain?.()
    return { done: false, lastSeen: behind ?? 'deployed, the Deployments are not there yet' }
  }
  return waitFor(ctx, {
    waitingFor: `helm-controller to deploy chart ${goal.chart}`,
    timeoutMs: goal.timeoutMs,
    code: 'helm-timeout',
    hints: [
      `flux -n ${parseId(goal.release).namespace ?? ''} get helmrelease ${parseId(goal.release).name}`,
      'then:  flux-ops runs resume',
    ],
    probe,
  })
}

const refusedBy = ({ release, chart }: ReleaseGoal, why: string): OpsError =>
  new OpsError({
    code: 'helm-refused',
    message: `helm-controller does not deploy chart ${chart}: ${why}`,
    hints: [`kubectl -n ${parseId(release).namespace ?? ''} describe helmrelease ${parseId(release).name}`],
  })

const Stored = z.object({
  manifest: z.string(),
  config: z.record(z.string(), z.unknown()).nullish(),
  hooks: z.array(z.object({ manifest: z.string() })).nullish(),
})

export interface ReleaseRecord {
  /** All that Helm applied, as one YAML text. */
  readonly manifest: string
  /** Its hooks, each a YAML text. */
  readonly hooks: readonly string[]
  /** The values that were given to the chart, from wherever they came. May hold secrets. */
  readonly values: Readonly<Record<string, unknown>>
  readonly namespace: string
}

/** Helm keeps a release in one object of at most 1 MiB; what unpacks to more than this is none of Helm's. */
const LARGEST = 64 * 1024 * 1024

const unpacked = (encoded: string): unknown =>
  JSON.parse(
    gunzipSync(Buffer.from(Buffer.from(encoded, 'base64').toString('utf8'), 'base64'), { maxOutputLength: LARGEST }).toString('utf8'),
  )

/** What Helm keeps of the release that is deployed (storage driver `secret`). Throws OpsError `release-record-missing` or `release-record-unreadable`. */
export const readRecord = async (ctx: ReadContext, id: string): Promise<ReleaseRecord> => recordOf(ctx.kube, await readRelease(ctx, id))

export async function recordOf(kube: KubeReader, release: KubeObject): Promise<ReleaseRecord> {
  const history = historyOf(release)
  const deployed = history.find((each) => each.status === 'deployed') ?? history[0]
  const secret = `sh.helm.release.v1.${deployed?.name}.v${deployed?.version}`
  const namespace = String(release.status?.storageNamespace ?? release.metadata.namespace ?? '')
  const found = deployed && (await kube.get(SECRET, { name: secret, namespace }))
  if (!found) {
    throw new OpsError({
      code: 'release-record-missing',
      message: `Secret ${namespace}/${secret}, by which Helm remembers what it deployed, is not there`,
      hints: [`helm -n ${namespace} history ${deployed?.name ?? release.metadata.name}`],
    })
  }
  try {
    const { manifest, config, hooks } = Stored.parse(unpacked(String(found.data?.release ?? '')))
    return { manifest, hooks: (hooks ?? []).map((hook) => hook.manifest), values: config ?? {}, namespace: deployed.namespace ?? namespace }
  } catch {
    // What is wrong with it could quote it: it may hold secrets.
    throw new OpsError({
      code: 'release-record-unreadable',
      message: `Secret ${namespace}/${secret} is no record of Helm that can be read`,
    })
  }
}

const CLUSTER_SCOPED = new Set([
  'CustomResourceDefinition',
  'Namespace',
  'ClusterRole',
  'ClusterRoleBinding',
  'PriorityClass',
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
  'SecurityContextConstraints',
])

/** Pure: what Helm applied, to be applied by kubectl: into the namespace of the release, without Secrets. */
export function recordedManifests({ manifest, namespace }: Pick<ReleaseRecord, 'manifest' | 'namespace'>): string {
  const objects = parseAllDocuments(manifest).map((document) => document.toJS({ maxAliasCount: 0 }) as KubeObject | null)
  const kept = objects.filter((object): object is KubeObject => object?.kind !== undefined && object.kind !== 'Secret')
  const placed = kept.map((object) =>
    CLUSTER_SCOPED.has(object.kind)
      ? object
      : { ...object, metadata: { ...object.metadata, namespace: object.metadata.namespace ?? namespace } },
  )
  return placed.map((object) => `${JSON.stringify(object)}\n`).join('---\n')
}
