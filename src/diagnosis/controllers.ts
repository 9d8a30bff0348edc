// The controllers themselves: without them nothing else that is said can be trusted to be of now.

import type { Component } from '../flux/kinds.ts'
import { objectLabel } from '../flux/kinds.ts'
import { controllersOf } from '../flux/running.ts'
import type { KubeObject } from '../ports/kube.ts'
import { endings, logEvidence, podEvidence, podsOf, stuckContainers } from './controller-pods.ts'
import { cutShortReleases } from './cut-short-releases.ts'
import type { Evidence, Explanation, Fix } from './finding.ts'
import { numberOf, partsOf, textOf as text } from './well-formed.ts'
import type { World } from './world.ts'
import { conditionsOf, eventTime } from './world.ts'

export interface DownController {
  readonly component: Component
  readonly label: string
  readonly since: string | null
  readonly explanation: Explanation
  /** No Deployment of it is there. */
  readonly isMissing?: boolean
  /** An older pod of it runs: nothing waits for it. */
  readonly stillRuns: boolean
}

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

const STOPPED: readonly Fix[] = [{ rank: 'never', says: 'restarting it again and again: what ends it ends it anew', commands: [] }]

/** What a container says that is asked for a flag it does not know, or for a value that it cannot read (pflag): its last line. */
const BAD_FLAG = /unknown (?:shorthand )?flag: ['"]?([\w.-]{1,100})|invalid argument .{1,300} for ["'](?:-\w, )?(--[\w.-]{1,100})/

function badFlag(deployment: KubeObject, evidence: readonly Evidence[]): Found | undefined {
  const match = evidence.map(({ text: said }) => BAD_FLAG.exec(said)).find((one) => one !== null)
  if (match === undefined) return undefined
  const flag = match?.[1] ?? match?.[2] ?? ''
  const { metadata } = deployment
  return {
    state: 'controller-bad-flag',
    says: `${metadata.name} does not start: it does not take ${flag}`,
    fixes: [
      {
        rank: 'person',
        says: `take ${flag} out of its arguments, or correct it, where its Deployment is patched in git`,
        commands: [
          `kubectl -n ${metadata.namespace} get deployment ${metadata.name} -o jsonpath='{.spec.template.spec.containers[*].args}'`,
        ],
      },
      ...STOPPED,
    ],
  }
}

/** `limit 1Gi`, as its Deployment has it. */
function memoryLimit({ spec }: KubeObject): string {
  const limits = partsOf(spec?.template?.spec?.containers).flatMap(({ resources }) => text(resources?.limits?.memory) || [])
  return limits.length === 0 ? 'no limit of its own' : `limit ${limits.join(', ')}`
}

function whyEnds(deployment: KubeObject, pods: readonly KubeObject[], evidence: readonly Evidence[]): Found | undefined {
  const { metadata } = deployment
  const reasons = endings(pods)
  if (reasons.includes('OOMKilled'))
    return {
      state: 'controller-out-of-memory',
      says: `${metadata.name} was killed for want of memory, and does not run (${memoryLimit(deployment)})`,
      fixes: [
        look(deployment),
        { rank: 'person', says: 'give it more memory, in git, where its Deployment is patched', commands: [] },
        ...STOPPED,
      ],
    }
  const flag = badFlag(deployment, evidence)
  if (flag !== undefined) return flag
  if (reasons.length === 0) return undefined
  return {
    state: 'controller-crash-looping',
    says: `${metadata.name} ends again and again, and does not run`,
    fixes: [look(deployment), ...STOPPED],
  }
}

function whyDown(deployment: KubeObject, pods: readonly KubeObject[], evidence: readonly Evidence[]): Found | undefined {
  const { metadata, spec, status } = deployment
  if (numberOf(spec?.replicas, 1) === 0)
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
  const why = whyEnds(deployment, pods, evidence)
  if (numberOf(status?.availableReplicas, 0) === 0)
    return why ?? { state: 'controller-down', says: `${metadata.name} does not run`, fixes: [look(deployment)] }
  if (pods.length < 2 || stuckContainers(pods).length === 0) return undefined
  return {
    state: 'controller-rollout-stuck',
    says: `a new pod of ${metadata.name} does not start, and the one before still does its work${why === undefined ? '' : `: ${why.says}`}`,
    fixes: why?.fixes ?? [look(deployment)],
  }
}

function evidenceOf(deployment: KubeObject, pods: readonly KubeObject[], world: World): Evidence[] {
  const available = conditionsOf(deployment).find(({ type }) => type === 'Available')
  const events = pods.flatMap((pod) => world.events(`Pod ${pod.metadata.namespace}/${pod.metadata.name}`)).slice(0, 1)
  return [
    ...(available === undefined || available.status === 'True'
      ? []
      : [
          {
            kind: 'condition' as const,
            what: `Available=${available.status} ${available.reason}`,
            text: available.message,
            at: available.at,
          },
        ]),
    ...pods.flatMap(podEvidence),
    ...logEvidence(pods, world.snapshot.logs ?? []),
    ...events.map((event) => ({
      kind: 'event' as const,
      what: `Event ${text(event.reason)}`,
      text: text(event.message),
      at: eventTime(event) || null,
      ...(event.count > 1 ? { repeated: { times: event.count, last: eventTime(event) || null } } : {}),
    })),
  ]
}

export function downControllers(world: World): DownController[] {
  const { deployments, pods } = world.snapshot
  return deployments.flatMap((deployment) => {
    const [controller] = controllersOf([deployment])
    const own = podsOf(deployment, pods)
    const evidence = evidenceOf(deployment, own, world)
    const found = controller === undefined ? undefined : whyDown(deployment, own, evidence)
    if (controller === undefined || found === undefined) return []
    const available = conditionsOf(deployment).find(({ type }) => type === 'Available')
    const stillRuns = found.state === 'controller-rollout-stuck'
    const locked = controller.component === 'helm-controller' && !stillRuns ? cutShortReleases(world) : undefined
    const explanation: Explanation = {
      ...found,
      fixes: [...found.fixes, ...(locked?.fixes ?? [])],
      certainty: 'certain',
      evidence: [...evidence, ...(locked?.evidence ?? [])],
    }
    const since = stillRuns ? null : (available?.at ?? null)
    return [{ component: controller.component, label: objectLabel({ ...deployment, kind: 'Deployment' }), since, explanation, stillRuns }]
  })
}
