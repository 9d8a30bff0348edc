// A Pod's status from what its containers do. Pure: the time comes in.
import type { Condition, ContainerView, Pod, PodStatus } from './pod-types.ts'

export interface StatusInput {
  readonly pod: Pod
  readonly podIP: string
  readonly containers: Readonly<Record<string, ContainerView>>
  readonly now: string
}

export function podStatus({ pod, podIP, containers, now }: StatusInput): PodStatus {
  const views = pod.spec.containers.map((container) => containers[container.name] ?? PENDING)
  const phase = phaseOf(views, pod.spec.restartPolicy)
  const ready = phase === 'Running' && views.every((view) => view.ready)
  const done = phase === 'Succeeded' || phase === 'Failed'
  const startTime = pod.status?.startTime ?? now
  const condition = (type: string, holds: boolean, reason?: string): Condition => {
    const status = holds ? 'True' : 'False'
    const old = pod.status?.conditions?.find((candidate) => candidate.type === type)
    const since = old?.status === status ? old.lastTransitionTime : now
    return { type, status, lastTransitionTime: since, ...(holds || reason === undefined ? {} : { reason }) }
  }
  const why = done ? 'PodCompleted' : 'ContainersNotReady'
  return {
    phase,
    hostIP: '127.0.0.1',
    hostIPs: [{ ip: '127.0.0.1' }],
    podIP,
    podIPs: [{ ip: podIP }],
    startTime,
    conditions: [
      condition('PodReadyToStartContainers', true),
      condition('Initialized', true),
      condition('Ready', ready, why),
      condition('ContainersReady', ready, why),
      condition('PodScheduled', true),
    ],
    containerStatuses: pod.spec.containers.map((container, index) => containerStatus(container, views[index] ?? PENDING)),
    initContainerStatuses: (pod.spec.initContainers ?? []).map((container) => containerStatus(container, completed(startTime))),
  }
}

export const PENDING: ContainerView = { state: { waiting: { reason: 'ContainerCreating' } }, lastState: {}, ready: false, restartCount: 0 }

export const completed = (at: string): ContainerView => ({
  state: { terminated: { exitCode: 0, reason: 'Completed', startedAt: at, finishedAt: at } },
  lastState: {},
  ready: true,
  restartCount: 0,
})

function containerStatus(container: { name: string; image: string }, view: ContainerView) {
  const { name, image } = container
  return { name, image, imageID: image, started: view.state.running !== undefined, ...view }
}

function phaseOf(views: readonly ContainerView[], restartPolicy: string | undefined): string {
  const ended = views.map((view) => view.state.terminated)
  if (restartPolicy !== undefined && restartPolicy !== 'Always' && ended.every((state) => state !== undefined)) {
    return ended.every((state) => state?.exitCode === 0) ? 'Succeeded' : 'Failed'
  }
  const neverStarted = (view: ContainerView): boolean => view.state.waiting !== undefined && view.restartCount === 0
  return views.some(neverStarted) ? 'Pending' : 'Running'
}
