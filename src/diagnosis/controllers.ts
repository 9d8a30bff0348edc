// The controllers themselves: without them nothing else that is said can be trusted to be of now.

import type { Component } from '../flux/kinds.ts'
import { objectLabel } from '../flux/kinds.ts'
import { controllersOf } from '../flux/running.ts'
import type { KubeObject } from '../ports/kube.ts'
import type { Evidence, Explanation, Fix } from './finding.ts'
import { numberOf, partOf, partsOf, textOf as text } from './well-formed.ts'
import type { World } from './world.ts'
import { conditionsOf, eventTime } from './world.ts'

export interface DownController {
  readonly component: Component
  readonly label: string
  readonly since: string | null
  readonly explanation: Explanation
  /** No Deployment of it is there. */
  readonly isMissing?: boolean
}

interface Container {
  readonly name: string
  readonly restarts: number
  readonly waiting: Record<string, unknown> | undefined
  readonly ended: Record<string, unknown> | undefined
}

const partOrNone = (value: unknown): Record<string, unknown> | undefined =>
  value === undefined || value === null ? undefined : partOf(value)

const containersOf = ({ status }: KubeObject): Container[] =>
  partsOf(status?.containerStatuses).map(({ name, state, lastState, restartCount }) => ({
    name: text(name),
    restarts: numberOf(restartCount, 0),
    waiting: partOrNone(state?.waiting),
    ended: partOrNone(state?.terminated ?? lastState?.terminated),
  }))

/** Of well-formed objects. */
export const podsOf = (deployment: KubeObject, pods: readonly KubeObject[]): KubeObject[] => {
  const labels = Object.entries(partOf(deployment.spec?.selector?.matchLabels))
  if (labels.length === 0) return []
  return pods.filter(({ metadata }) => labels.every(([key, value]) => metadata.labels?.[key] === value))
}

function podEvidence(pod: KubeObject): Evidence[] {
  return containersOf(pod).flatMap(({ name, restarts, waiting, ended }) => {
    const what = `Pod ${pod.metadata.namespace}/${pod.metadata.name}, container ${name}`
    return [
      ...(waiting === undefined
        ? []
        : [{ kind: 'pod' as const, what, text: `${text(waiting.reason)} ${text(waiting.message)}`.trim(), at: null }]),
      ...(ended === undefined
        ? []
        : [
            {
              kind: 'pod' as const,
              what: `${what}, ended ${restarts} times, at last`,
              text: `${text(ended.reason)} (exit ${typeof ended.exitCode === 'number' ? ended.exitCode : '?'}) ${text(ended.message)}`.trim(),
              at: text(ended.finishedAt) || null,
            },
          ]),
    ]
  })
}

const endings = (pods: readonly KubeObject[]): string[] =>
  pods.flatMap((pod) => containersOf(pod).flatMap(({ ended }) => text(ended?.reason) || []))

const look = ({ metadata }: KubeObject): Fix => ({
  rank: 'person',
  says: 'see why it ends',
  commands: [
    `kubectl -n ${metadata.namespace} logs deployment/${metadata.name} --previous --tail 20`,
    `kubectl -n ${metadata.namespace} describe deployment ${metadata.name}`,
  ],
})

interface Found {
  readonly state: string
  readonly says: string
  readonly fixes: readonly Fix[]
}

function whyDown(deployment: KubeObject, pods: readonly KubeObject[]): Found | undefined {
  const { metadata, spec, status } = deployment
  const wanted = numberOf(spec?.replicas, 1)
  if (wanted === 0)
    return {
      state: 'controller-stopped',
      says: `${metadata.name} is scaled to 0: nothing of its kinds is reconciled`,
      fixes: [
        {
          rank: 'person',
          says: 'somebody may have stopped it on purpose; if not, start it',
          commands: [`kubectl -n ${metadata.namespace} scale deployment ${metadata.name} --replicas 1`],
          remedy: { does: 'start' },
        },
      ],
    }
  if (numberOf(status?.availableReplicas, 0) > 0) return undefined
  const reasons = endings(pods)
  if (reasons.includes('OOMKilled'))
    return {
      state: 'controller-out-of-memory',
      says: `${metadata.name} was killed for want of memory, and does not run`,
      fixes: [look(deployment), { rank: 'person', says: 'give it more memory, in git, where its Deployment is patched', commands: [] }],
    }
  if (reasons.length > 0)
    return { state: 'controller-crash-looping', says: `${metadata.name} ends again and again, and does not run`, fixes: [look(deployment)] }
  return { state: 'controller-down', says: `${metadata.name} does not run`, fixes: [look(deployment)] }
}

export function downControllers(world: World): DownController[] {
  const { deployments, pods } = world.snapshot
  return deployments.flatMap((deployment) => {
    const [controller] = controllersOf([deployment])
    const own = podsOf(deployment, pods)
    const found = controller === undefined ? undefined : whyDown(deployment, own)
    if (controller === undefined || found === undefined) return []
    const label = objectLabel({ ...deployment, kind: 'Deployment' })
    const available = conditionsOf(deployment).find(({ type }) => type === 'Available')
    const events = own.flatMap((pod) => world.events(`Pod ${pod.metadata.namespace}/${pod.metadata.name}`)).slice(0, 1)
    const evidence: Evidence[] = [
      ...(available === undefined
        ? []
        : [
            {
              kind: 'condition' as const,
              what: `Available=${available.status} ${available.reason}`,
              text: available.message,
              at: available.at,
            },
          ]),
      ...own.flatMap(podEvidence),
      ...events.map((event) => ({
        kind: 'event' as const,
        what: `Event ${text(event.reason)}`,
        text: text(event.message),
        at: eventTime(event) || null,
        ...(event.count > 1 ? { repeated: { times: event.count, last: eventTime(event) || null } } : {}),
      })),
    ]
    return [
      {
        component: controller.component,
        label,
        since: available?.at ?? null,
        explanation: { ...found, certainty: 'certain' as const, evidence },
      },
    ]
  })
}
