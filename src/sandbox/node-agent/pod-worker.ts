// One pod on this node: bound, run, reported, ended. Everything that changes leads to one report; reports never overlap.
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { messageOf } from '../../errors.ts'
import { KubeHttpError } from '../kube-http.ts'
import { endProcess } from '../processes.ts'
import { type ContainerRunner, pretendRunner } from './container-runner.ts'
import { currentTools, type NodeContext } from './node.ts'
import { NODE_NAME } from './node-object.ts'
import { type ContainerPlan, FAIL_ANNOTATION, planContainer, SIMULATED_ANNOTATION, STAND_IN_ANNOTATION } from './plan.ts'
import { podStatus } from './pod-status.ts'
import type { Container, Pod, PodStatus } from './pod-types.ts'
import { processRunner } from './process-runner.ts'

const MERGE = 'application/merge-patch+json'
const LONGEST_GRACE_MS = 10_000

export interface PodWorker {
  pod(): Pod
  update(pod: Pod): void
  /** The pod is gone from the API: its processes go too. */
  end(): Promise<void>
  /** Plan and port of the first Flux controller in it. */
  service(): { controller: string; port: number | undefined; simulated: boolean } | undefined
}

interface Running {
  readonly image: string
  readonly plan: ContainerPlan
  readonly runner: ContainerRunner
}

class Worker implements PodWorker {
  readonly #node: NodeContext
  readonly #onChange: () => void
  readonly #running = new Map<string, Running>()
  #pod: Pod
  #status: PodStatus | undefined
  #ending = false
  #queue: Promise<void> = Promise.resolve()
  #queued = false

  constructor(node: NodeContext, pod: Pod, onChange: () => void) {
    this.#node = node
    this.#pod = pod
    this.#onChange = onChange
  }

  pod(): Pod {
    return this.#pod
  }

  update(pod: Pod): void {
    this.#pod = pod
    this.#wake()
  }

  async end(): Promise<void> {
    this.#ending = true
    await this.#queue
    await this.#stopAll(LONGEST_GRACE_MS)
    await this.#node.records.forget(this.#pod.metadata.uid)
  }

  service(): { controller: string; port: number | undefined; simulated: boolean } | undefined {
    for (const { plan, runner } of this.#running.values()) {
      if (plan.kind === 'process') return { controller: plan.controller, port: runner.httpPort(), simulated: false }
      if (plan.kind === 'simulated') return { controller: plan.controller, port: undefined, simulated: true }
    }
    return undefined
  }

  #wake(): void {
    this.#onChange()
    if (this.#queued || this.#ending) return
    this.#queued = true
    this.#queue = this.#queue.then(() => this.#tryReconcile())
  }

  async #tryReconcile(): Promise<void> {
    this.#queued = false
    try {
      await this.#reconcile()
    } catch (error) {
      if (this.#ending || (error instanceof KubeHttpError && (error.status === 404 || error.status === 409))) return
      this.#node.log(`${this.#pod.metadata.name}: ${messageOf(error)}`)
      await sleep(500)
      this.#wake()
    }
  }

  async #reconcile(): Promise<void> {
    if (this.#ending) return
    if (this.#pod.metadata.deletionTimestamp !== undefined) return await this.#terminate()
    if (this.#pod.spec.nodeName === undefined) return await this.#bind()
    const tools = await currentTools(this.#node.paths)
    for (const container of this.#pod.spec.containers) await this.#run(container, tools)
    await this.#markHonestly()
    await this.#report()
  }

  async #bind(): Promise<void> {
    if ((this.#pod.spec.schedulingGates ?? []).length > 0) return
    const { namespace, name } = this.#pod.metadata
    const target = { apiVersion: 'v1', kind: 'Node', name: NODE_NAME }
    const body = { apiVersion: 'v1', kind: 'Binding', metadata: { name }, target }
    await this.#node.client.call('POST', `/api/v1/namespaces/${namespace}/pods/${name}/binding`, body)
  }

  async #run(container: Container, tools: Readonly<Record<string, string>>): Promise<void> {
    const known = this.#running.get(container.name)
    const plan = this.#plan(container, tools)
    if (known !== undefined && known.image === container.image && isDeepStrictEqual(known.plan, plan)) return
    await known?.runner.stop(LONGEST_GRACE_MS)
    this.#running.set(container.name, { image: container.image, plan, runner: this.#runner(plan, container) })
  }

  #plan(container: Container, tools: Readonly<Record<string, string>>): ContainerPlan {
    const fail = this.#pod.metadata.annotations?.[FAIL_ANNOTATION]
    return planContainer({ image: container.image, fail, restartPolicy: this.#pod.spec.restartPolicy, tools })
  }

  #runner(plan: ContainerPlan, container: Container): ContainerRunner {
    const onChange = (): void => this.#wake()
    if (plan.kind !== 'process') {
      const since = Date.parse(this.#status?.startTime ?? this.#pod.status?.startTime ?? new Date().toISOString())
      return pretendRunner(plan, since, onChange)
    }
    const input = { node: this.#node, pod: this.#pod, container, controller: plan.controller, binary: plan.binary }
    return processRunner(input, onChange)
  }

  /** What the pod's image promises and this node does not do is written on the pod. */
  async #markHonestly(): Promise<void> {
    const plans = [...this.#running.values()].map(({ plan }) => plan)
    const standIns = plans.flatMap((plan) => (plan.kind === 'process' && plan.standIn !== undefined ? [plan.standIn] : []))
    const marks = {
      ...(plans.some((plan) => plan.kind === 'simulated') ? { [SIMULATED_ANNOTATION]: 'true' } : {}),
      ...(standIns.length > 0 ? { [STAND_IN_ANNOTATION]: standIns.join(',') } : {}),
    }
    const { namespace, name, annotations = {} } = this.#pod.metadata
    if (Object.entries(marks).every(([key, value]) => annotations[key] === value)) return
    const patch = { metadata: { annotations: marks } }
    await this.#node.client.call('PATCH', `/api/v1/namespaces/${namespace}/pods/${name}`, patch, MERGE)
  }

  async #report(): Promise<void> {
    const { namespace, name, uid } = this.#pod.metadata
    const containers = Object.fromEntries([...this.#running].map(([container, { runner }]) => [container, runner.view()]))
    const podIP = await this.#node.records.ip(uid)
    const status = this.#status ?? this.#pod.status
    const pod: Pod = status === undefined ? this.#pod : { ...this.#pod, status }
    const next = podStatus({ pod, podIP, containers, now: new Date().toISOString() })
    if (isDeepStrictEqual(next, this.#status)) return
    const path = `/api/v1/namespaces/${namespace}/pods/${name}/status`
    await this.#node.client.call('PATCH', path, { metadata: { uid }, status: next }, MERGE)
    this.#status = next
  }

  async #terminate(): Promise<void> {
    const asked = this.#pod.metadata.deletionGracePeriodSeconds ?? this.#pod.spec.terminationGracePeriodSeconds ?? 30
    await this.#stopAll(Math.min(asked * 1000, LONGEST_GRACE_MS))
    const { namespace, name, uid } = this.#pod.metadata
    const body = { gracePeriodSeconds: 0, preconditions: { uid } }
    await this.#node.client.call('DELETE', `/api/v1/namespaces/${namespace}/pods/${name}`, body)
  }

  async #stopAll(graceMs: number): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ runner }) => runner.stop(graceMs)))
    this.#running.clear()
    // What an earlier agent started for this pod and nobody has adopted yet.
    for (const record of this.#node.records.all().filter(({ uid }) => uid === this.#pod.metadata.uid)) {
      await endProcess(record, graceMs)
      await this.#node.records.drop(record.uid, record.container)
    }
    this.#onChange()
  }
}

export const podWorker = (node: NodeContext, pod: Pod, onChange: () => void): PodWorker => new Worker(node, pod, onChange)
