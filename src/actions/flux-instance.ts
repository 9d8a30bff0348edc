// The FluxInstance that the Flux Operator keeps Flux by: how far the operator is with a version, and how it is made to go back.
// Source of its conditions and revisions: internal/controller/fluxinstance_controller.go of flux-operator.
import semver from 'semver'
import { OpsError } from '../errors.ts'
import { verdict } from '../flux/conditions.ts'
import type { Context, ReadContext } from '../ports/context.ts'
import type { KubeObject, KubeReader } from '../ports/kube.ts'
import { readDeployments } from './cluster-survey.ts'
import { FIELD_MANAGER, requestLine } from './requests.ts'
import { FLUX_INSTANCE, nameOf, parseId } from './resources.ts'
import { shortImage, wantedImages } from './rollout.ts'
import { type Seen, waitFor } from './wait-for.ts'

const withKind = (object: KubeObject): KubeObject => ({
  ...object,
  apiVersion: `${FLUX_INSTANCE.group}/${FLUX_INSTANCE.version}`,
  kind: FLUX_INSTANCE.kind,
})

/** Throws OpsError `object-missing`. */
export async function readInstance(kube: KubeReader, id: string): Promise<KubeObject> {
  const object = await kube.get(FLUX_INSTANCE, parseId(id))
  if (object) return withKind(object)
  throw new OpsError({
    code: 'object-missing',
    message: `FluxInstance ${id} is not in the cluster`,
    hints: ['kubectl get fluxinstances.fluxcd.controlplane.io --all-namespaces'],
  })
}

/** `crds`: names of all CRDs. A kind that is not there is not asked for. */
export const readInstances = async (kube: KubeReader, crds: readonly string[]): Promise<KubeObject[]> =>
  crds.includes(`${FLUX_INSTANCE.plural}.${FLUX_INSTANCE.group}`) ? (await kube.list(FLUX_INSTANCE)).map(withKind) : []

const SWITCH = 'fluxcd.controlplane.io/reconcile'

/** The operator leaves it alone. */
export const isDisabled = (instance: KubeObject): boolean => instance.metadata.annotations?.[SWITCH]?.toLowerCase() === 'disabled'

/** What git or a person has given, without what the cluster adds: it can be applied again. */
export function instanceManifest({ apiVersion, kind, metadata, spec }: KubeObject): KubeObject {
  const { name, namespace, labels } = metadata
  return { apiVersion, kind, metadata: { name, ...(namespace ? { namespace } : {}), ...(labels ? { labels } : {}) }, spec }
}

/** `2.9.2` of `v2.9.2@sha256:…`; undefined before the first. */
const versionIn = (revision: unknown): string | undefined => semver.valid(String(revision ?? '').split('@')[0] ?? '') ?? undefined

export const appliedVersion = (instance: KubeObject): string | undefined => versionIn(instance.status?.lastAppliedRevision)

/** Whether the spec asks for exactly this version. */
export const asksFor = (instance: KubeObject, version: string): boolean => semver.valid(instance.spec?.distribution?.version) === version

/** What is still missing until the operator has this version in place and calls it healthy; undefined when nothing is. */
export function instanceBehind(instance: KubeObject, version: string): string | undefined {
  const label = `FluxInstance ${instance.metadata.namespace}/${instance.metadata.name}`
  const { state, reason, message } = verdict(instance)
  if (!asksFor(instance, version)) return `${label}: asks for ${instance.spec?.distribution?.version ?? 'nothing'}, not for ${version}`
  if (state !== 'ready') return `${label}: ${[state, reason, message].filter((part) => part !== '').join(': ')}`
  const applied = appliedVersion(instance)
  return applied === version ? undefined : `${label}: has applied ${applied ?? 'nothing'}, not ${version}`
}

const DOWNGRADE = /downgrading from .* not supported/

/** The operator will not try again by itself. */
const refused = (instance: KubeObject): string | undefined => {
  const { state, terminal, message } = verdict(instance)
  return state === 'failed' && terminal ? message : undefined
}

/** Every Deployment of Flux has the image of this version: the operator has applied it, healthy or not. */
export async function isInPlace(ctx: ReadContext, version: string): Promise<boolean> {
  const deployments = await readDeployments(ctx.kube, ctx.target.namespace)
  const wanted = wantedImages(deployments, version)
  return (
    deployments.length > 0 &&
    deployments.every((deployment) => {
      const images: { image: string }[] = deployment.spec?.template?.spec?.containers ?? []
      return images.some(({ image }) => shortImage(image) === wanted.get(deployment.metadata.name))
    })
  )
}

interface Goal {
  /** namespace/name. */
  readonly instance: string
  readonly version: string
  readonly token: string
  readonly timeoutMs: number
  /** Called at each look that finds another version asked for. */
  readonly askAgain?: () => Promise<void>
}

const lastSeenOf = (instance: KubeObject, version: string): string =>
  instanceBehind(instance, version) ?? 'applied, the Deployments are not there yet'

/** Waits until the operator has put the version in place; its controllers may not be well yet. Throws OpsError `operator-refused` or `operator-timeout`. */
export async function waitForOperator(ctx: Context, goal: Goal): Promise<{ revision: string }> {
  let asked = false
  const probe = async (): Promise<Seen<{ revision: string }>> => {
    const instance = await readInstance(ctx.kube, goal.instance)
    if (asksFor(instance, goal.version)) {
      if (await isInPlace(ctx, goal.version))
        return { done: true, value: { revision: String(instance.status?.lastAttemptedRevision ?? '') } }
      const why = refused(instance)
      if (why !== undefined) throw refusedBy(goal, why)
      // Its own pause after a failure may be minutes long; while it is at work a request would only make it begin again.
      if (!asked && verdict(instance).state === 'failed') {
        await askOperator(ctx, instance, goal.token)
        asked = true
      }
    } else await goal.askAgain?.()
    return { done: false, lastSeen: lastSeenOf(instance, goal.version) }
  }
  return waitFor(ctx, { ...waiting(goal), probe })
}

const waiting = ({ instance, version, timeoutMs }: Goal) => ({
  waitingFor: `the Flux Operator to apply Flux ${version}`,
  timeoutMs,
  code: 'operator-timeout',
  hints: [`kubectl -n ${parseId(instance).namespace ?? ''} describe fluxinstance ${parseId(instance).name}`, 'then:  flux-ops runs resume'],
})

const refusedBy = ({ instance, version }: Goal, why: string): OpsError =>
  new OpsError({
    code: 'operator-refused',
    message: `the Flux Operator does not install Flux ${version}: ${why}`,
    hints: [`kubectl -n ${parseId(instance).namespace ?? ''} describe fluxinstance ${parseId(instance).name}`],
  })

const askOperator = (ctx: Context, instance: KubeObject, token: string): Promise<unknown> =>
  ctx.kube.patch(
    FLUX_INSTANCE,
    nameOf(instance),
    'merge',
    { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': token } } },
    { fieldManager: FIELD_MANAGER },
  )

export const askLine = (instance: string, token: string): string => requestLine(`FluxInstance ${instance}`, token)

/**
 * The version that ran before, in the FluxInstance itself and not only in git: the way back needs no controller of Flux. The operator refuses to go
 * back a minor by what it remembers of the last one it applied (IsCompatibleVersion in internal/builder/semver.go), so it is made to forget that;
 * whether the API server takes the older CRDs has been checked before. Throws as waitForOperator.
 */
export async function takeBack(ctx: Context, goal: Goal, distribution: unknown): Promise<{ revision: string }> {
  const { version } = goal
  let again = 0 // clock time before which the operator is left to it
  const probe = async (): Promise<Seen<{ revision: string }>> => {
    const instance = await readInstance(ctx.kube, goal.instance)
    const why = refused(instance)
    const settled = asksFor(instance, version) && !isNewer(instance, version)
    if (settled && (await isInPlace(ctx, version)))
      return { done: true, value: { revision: String(instance.status?.lastAttemptedRevision ?? '') } }
    if (settled && why !== undefined && !DOWNGRADE.test(why)) throw refusedBy(goal, why)
    const now = ctx.clock.now().getTime()
    if ((!settled || why !== undefined) && now >= again) {
      if (isNewer(instance, version)) await forget(ctx, instance)
      again = now + ASK_AGAIN_MS
      if (asksFor(instance, version)) await askOperator(ctx, instance, `${goal.token}/${now}`)
      else await ctx.kube.patch(FLUX_INSTANCE, nameOf(instance), 'merge', { spec: { distribution } }, { fieldManager: 'kubectl' })
    }
    return { done: false, lastSeen: lastSeenOf(instance, version) }
  }
  return waitFor(ctx, { ...waiting(goal), probe })
}

/** The condition of the refusal stays until the operator has looked again. */
const ASK_AGAIN_MS = 10_000

const isNewer = (instance: KubeObject, version: string): boolean => {
  const applied = appliedVersion(instance)
  return applied !== undefined && semver.gt(applied, version)
}

const FORGOTTEN = { status: { lastAppliedRevision: null } }

const forget = (ctx: Context, instance: KubeObject): Promise<unknown> =>
  ctx.kube.patch(FLUX_INSTANCE, nameOf(instance), 'merge', FORGOTTEN, { subresource: 'status', fieldManager: 'flux-ops' })

export const takeBackLines = (instance: string, version: string): string[] => [
  `patch FluxInstance ${instance} --subresource status lastAppliedRevision=null, where it names a newer version`,
  `patch FluxInstance ${instance} spec.distribution to that of before (${version})`,
]
