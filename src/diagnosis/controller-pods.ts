// What the pods of a controller tell of it: how its containers ended, and what they wrote at last.
import type { KubeObject } from '../ports/kube.ts'
import type { Evidence } from './finding.ts'
import type { SeenLog } from './snapshot.ts'
import { numberOf, partOf, partsOf, textOf as text } from './well-formed.ts'

export interface Container {
  readonly name: string
  readonly restarts: number
  readonly waiting: Record<string, unknown> | undefined
  readonly ended: Record<string, unknown> | undefined
}

const partOrNone = (value: unknown): Record<string, unknown> | undefined =>
  value === undefined || value === null ? undefined : partOf(value)

export const containersOf = ({ status }: KubeObject): Container[] =>
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

export function podEvidence(pod: KubeObject): Evidence[] {
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

export const endings = (pods: readonly KubeObject[]): string[] =>
  pods.flatMap((pod) => containersOf(pod).flatMap(({ ended }) => text(ended?.reason) || []))

const TELLING = /error|fatal|panic|unknown|invalid|unable|refused|denied|killed/i

/** The line that tells most: the last one that speaks of an error, or else the last. */
export function tellingLine(log: string): string {
  const lines = log.split('\n').filter((line) => line.trim() !== '')
  return text(lines.findLast((line) => TELLING.test(line)) ?? lines.at(-1))
}

export const logEvidence = (pods: readonly KubeObject[], logs: readonly SeenLog[]): Evidence[] =>
  pods.flatMap(({ metadata }) => {
    const own = logs.filter(({ pod }) => pod === `${metadata.namespace}/${metadata.name}`)
    return own.flatMap(({ container, text: log }): Evidence[] => {
      const line = tellingLine(log)
      return line === ''
        ? []
        : [
            {
              kind: 'log',
              what: `Pod ${metadata.namespace}/${metadata.name}, container ${container}, its last words`,
              text: line,
              at: null,
            },
          ]
    })
  })

/** Reasons for which a container waits that do not go by themselves. */
const STUCK = new Set([
  'CrashLoopBackOff',
  'ImagePullBackOff',
  'ErrImagePull',
  'InvalidImageName',
  'CreateContainerError',
  'CreateContainerConfigError',
])

/** Containers of these pods that do not come up. */
export const stuckContainers = (pods: readonly KubeObject[]): Container[] =>
  pods.flatMap(containersOf).filter(({ waiting }) => STUCK.has(text(waiting?.reason)))
