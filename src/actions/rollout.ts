// A rollout is over when only pods of the wanted image are left and all of them are ready; a crash loop ends the wait at once.
import { OpsError } from '../errors.ts'
import { release } from '../flux/catalogue/index.ts'
import { controllersOf } from '../flux/installed.ts'
import type { ReadContext } from '../ports/context.ts'
import type { KubeObject } from '../ports/kube.ts'
import { readDeployments } from './cluster-survey.ts'
import { nameOf, POD } from './resources.ts'
import { type Seen, waitFor } from './wait-for.ts'

interface Container {
  readonly name: string
  readonly image: string
}

export interface RolloutState {
  readonly name: string
  readonly done: boolean
  readonly saw: string
}

const CRASH_RESTARTS = 2
const PULL_FAILURES = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'CreateContainerConfigError',
  'CreateContainerError',
])

/** `source-controller:v1.9.3` of `ghcr.io/fluxcd/source-controller:v1.9.3@sha256:…`: registries and mirrors differ, name and tag do not. */
export const shortImage = (image: string): string => (image.split('@')[0] ?? '').split('/').at(-1) ?? ''

/** Deployment name -> `name:tag` of each controller of a release that the cluster runs. By image: a shard's Deployment has a name of its own. */
export function wantedImages(deployments: readonly KubeObject[], version: string): Map<string, string> {
  const facts = release(version)
  const wanted = new Map<string, string>()
  for (const deployment of deployments) {
    const [runs] = controllersOf([deployment])
    const controller = facts.controllers.find((each) => each.component === runs?.component)
    if (controller) wanted.set(deployment.metadata.name, shortImage(`${controller.image}:${controller.tag}`))
  }
  return wanted
}

const containersOf = (object: KubeObject): Container[] => object.spec?.template?.spec?.containers ?? object.spec?.containers ?? []

const runsImage = (object: KubeObject, image: string): boolean => containersOf(object).some((each) => shortImage(each.image) === image)

/** Evicted and completed pods stay listed until somebody removes them. */
const ENDED = new Set(['Succeeded', 'Failed'])

/** Pure: how far one Deployment is. `pods` are those that its selector matches. */
export function rolloutState(deployment: KubeObject, pods: readonly KubeObject[], image: string): RolloutState {
  const { name, generation } = deployment.metadata
  const status = deployment.status ?? {}
  const wanted = deployment.spec?.replicas ?? 1
  const saw = (text: string): RolloutState => ({ name, done: false, saw: `${name} ${text}` })
  if (!runsImage(deployment, image))
    return saw(
      `is still at ${containersOf(deployment)
        .map((each) => shortImage(each.image))
        .join(', ')}`,
    )
  if ((status.observedGeneration ?? 0) < (generation ?? 0)) return saw('not yet seen by the Deployment controller')
  if ((status.updatedReplicas ?? 0) < wanted) return saw(`${status.updatedReplicas ?? 0} of ${wanted} pods are new`)
  const living = pods.filter((pod) => !ENDED.has(pod.status?.phase))
  const old = living.filter((pod) => !runsImage(pod, image))
  if (old.length > 0) return saw(`${old.length} old ${old.length === 1 ? 'pod' : 'pods'} still there`)
  // The same image, other arguments: Flux applies its own manifests behind ours, and that is a rollout too.
  if (living.length > wanted) return saw(`${living.length - wanted} pod of an earlier template still there`)
  if ((status.availableReplicas ?? 0) < wanted) return saw(`${status.availableReplicas ?? 0} of ${wanted} pods are ready`)
  return { name, done: true, saw: `${name} ready` }
}

/** A container of a pod with the wanted image that will not come up; undefined while there is hope. */
export function brokenContainer(pod: KubeObject, image: string): { container: string; reason: string; message: string } | undefined {
  if (!runsImage(pod, image)) return undefined
  for (const status of pod.status?.containerStatuses ?? []) {
    const waiting = status.state?.waiting
    const message = String(status.lastState?.terminated?.message ?? waiting?.message ?? '')
    if (waiting?.reason === 'CrashLoopBackOff' && (status.restartCount ?? 0) >= CRASH_RESTARTS) {
      return { container: status.name, reason: `${waiting.reason} after ${status.restartCount} restarts`, message }
    }
    if (PULL_FAILURES.has(waiting?.reason))
      return { container: status.name, reason: waiting.reason, message: String(waiting.message ?? '') }
  }
  return undefined
}

const matches = (pod: KubeObject, deployment: KubeObject): boolean =>
  Object.entries(deployment.spec?.selector?.matchLabels ?? {}).every(([key, value]) => pod.metadata.labels?.[key] === value)

/** Waits until every controller that the cluster runs is at `version`. Throws OpsError `rollout-crashed` early, or `rollout-timeout`. */
export async function waitForRollout(ctx: ReadContext, version: string, timeoutMs: number): Promise<string[]> {
  // An image that cannot be pulled may be a passing failure of the registry: it has to last.
  const pullGraceMs = 45_000
  const started = ctx.clock.now().getTime()
  return waitFor<string[]>(ctx, {
    waitingFor: `the controllers of Flux ${version}`,
    timeoutMs,
    code: 'rollout-timeout',
    probe: async () => {
      const patient = ctx.clock.now().getTime() - started < pullGraceMs
      return probeRollout(ctx, version, patient)
    },
  })
}

/** Throws OpsError `rollout-crashed` where a controller at `version` will not come up. */
export async function assertNoneCrashed(ctx: ReadContext, version: string): Promise<void> {
  await probeRollout(ctx, version, true)
}

async function probeRollout(ctx: ReadContext, version: string, patient: boolean): Promise<Seen<string[]>> {
  const namespace = ctx.target.namespace
  const [deployments, pods] = await Promise.all([readDeployments(ctx.kube, namespace), ctx.kube.list(POD, { namespace })])
  const wanted = wantedImages(deployments, version)
  if (wanted.size === 0)
    throw new OpsError({
      code: 'rollout-nothing',
      message: `no Deployment of Flux in namespace ${namespace}`,
      hints: [`kubectl --context ${ctx.target.context} -n ${namespace} get deployments`],
    })
  const states: RolloutState[] = []
  for (const deployment of deployments) {
    const image = wanted.get(deployment.metadata.name)
    if (image === undefined) continue
    const mine = pods.filter((pod) => matches(pod, deployment))
    await failOnBrokenPod(ctx, mine, image, patient)
    states.push(rolloutState(deployment, mine, image))
  }
  const open = states.filter((state) => !state.done)
  if (open.length === 0) return { done: true, value: [...wanted.values()] }
  return { done: false, lastSeen: open.map((state) => state.saw).join(' · ') }
}

/** Throws OpsError `rollout-crashed` where a pod of this Deployment will not come up. `patient`: a pull that fails may be a passing failure. */
export async function failOnBroken(ctx: ReadContext, deployment: KubeObject, pods: readonly KubeObject[], patient: boolean): Promise<void> {
  const mine = pods.filter((pod) => matches(pod, deployment))
  for (const { image } of containersOf(deployment)) await failOnBrokenPod(ctx, mine, shortImage(image), patient)
}

async function failOnBrokenPod(ctx: ReadContext, pods: readonly KubeObject[], image: string, patient: boolean): Promise<void> {
  for (const pod of pods) {
    const broken = brokenContainer(pod, image)
    if (!broken || (patient && PULL_FAILURES.has(broken.reason))) continue
    const lines = await lastLines(ctx, pod, broken.container, broken.message)
    throw new OpsError({
      code: 'rollout-crashed',
      message: [`${image} does not start: pod ${pod.metadata.name}, ${broken.reason}`, ...lines].join('\n'),
      hints: [`kubectl --context ${ctx.target.context} -n ${pod.metadata.namespace} logs ${pod.metadata.name} --previous`],
    })
  }
}

/** The log of the container that died, or what its status says when the log cannot be had. */
async function lastLines(ctx: ReadContext, pod: KubeObject, container: string, message: string): Promise<string[]> {
  const log = await ctx.kube.logs(nameOf(pod), { container, lines: 5, previous: true }).catch(() => '')
  const text = log.trim() === '' ? message : log
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .slice(-5)
    .map((line) => `  ${line}`)
}
