// The controllers of a storm, and one of them that is down.
import type { SeenLog } from '../../../../src/diagnosis/snapshot.ts'
import { objectLabel } from '../../../../src/flux/kinds.ts'
import type { KubeObject } from '../../../../src/ports/kube.ts'
import { DOWN, type Down, HALF_DOWN } from './controllers.ts'
import { pick, type Roll } from './dice.ts'
import type { Plan } from './plan.ts'

const SHARD = 'sharding.fluxcd.io/key'

export interface Fleet {
  readonly sharded: boolean
  deployments: KubeObject[]
  pods: KubeObject[]
  logs: SeenLog[]
}

const deployment = (component: string, key?: string): KubeObject => {
  const name = key === undefined || key === '' ? component : `${component}-${key}`
  const args = key === undefined ? [] : [key === '' ? `--watch-label-selector=!${SHARD}` : `--watch-label-selector=${SHARD}=${key}`]
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'flux-system' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: { spec: { containers: [{ image: `ghcr.io/fluxcd/${component}:v1.0.0`, args }] } },
    },
    status: { availableReplicas: 1 },
  }
}

const REFLECTOR = 'image-reflector-controller'
const WHOLE = ['source-controller', 'helm-controller', 'notification-controller', 'image-automation-controller', REFLECTOR]
const KEYS = ['', 's1', 's2']

/** In a third of the storms the Deployments were not seen; in the others kustomize-controller is split in three. */
export const fleetOf = (roll: Roll): Fleet => {
  const sharded = roll(3) > 0
  const split = KEYS.map((key) => deployment('kustomize-controller', key))
  return { sharded, deployments: sharded ? [...WHOLE.map((name) => deployment(name)), ...split] : [], pods: [], logs: [] }
}

/** Tenants by shard. */
export const keyOf = ({ metadata }: KubeObject): string => KEYS[Number(metadata.namespace?.split('-')[1]) % KEYS.length] ?? ''

export const inShard = (one: KubeObject): KubeObject =>
  one.kind !== 'Kustomization' || keyOf(one) === '' ? one : { ...one, metadata: { ...one.metadata, labels: { [SHARD]: keyOf(one) } } }

/** Nobody has looked at it since it was changed. */
const leftAlone = (one: KubeObject): KubeObject => ({ ...one, metadata: { ...one.metadata, generation: 2 } })

function put(plan: Plan, name: string, { state, make }: Down): void {
  const isIt = ({ metadata }: KubeObject): boolean => metadata.name === name
  const { fleet } = plan
  const { deployment: made, pods, logs = [] } = make(fleet.deployments.find(isIt) as KubeObject)
  Object.assign(fleet, { deployments: [...fleet.deployments.filter((one) => !isIt(one)), made], pods, logs })
  plan.planted.push({ labels: [`Deployment flux-system/${name}`], state })
}

/** Takes a controller down, and leaves its objects as they are then. */
function stopOne(roll: Roll, plan: Plan): void {
  const key = pick(roll, [...KEYS, undefined])
  const isOf = (one: KubeObject): boolean =>
    key === undefined ? ['ImageRepository', 'ImagePolicy'].includes(one.kind) : one.kind === 'Kustomization' && keyOf(one) === key
  const name = key === undefined ? REFLECTOR : `kustomize-controller${key && `-${key}`}`
  plan.stopped = key
  for (const one of plan.all) if (isOf(one)) plan.broken.add(objectLabel(one))
  plan.all = plan.all.map((one) => (isOf(one) ? leftAlone(one) : one))
  if (key === undefined && roll(2) === 0) {
    plan.fleet.deployments = plan.fleet.deployments.filter(({ metadata }) => metadata.name !== name)
    plan.planted.push({ labels: [`Deployment flux-system/${name}`], state: 'controller-missing' })
  } else put(plan, name, pick(roll, DOWN))
}

export function breakFleet(roll: Roll, plan: Plan): void {
  if (roll(4) === 0) put(plan, pick(roll, plan.fleet.deployments).metadata.name, pick(roll, HALF_DOWN))
  else stopOne(roll, plan)
}
