// The parts of a Pod that the node agent reads and writes. Everything else passes by untouched.
import type { ObjectMeta } from '../../ports/kube.ts'

export interface Pod {
  apiVersion: string
  kind: string
  metadata: ObjectMeta & { uid: string; namespace: string; deletionGracePeriodSeconds?: number }
  spec: PodSpec
  status?: PodStatus
}

export interface PodSpec {
  nodeName?: string
  serviceAccountName?: string
  restartPolicy?: string
  terminationGracePeriodSeconds?: number
  schedulingGates?: unknown[]
  containers: Container[]
  initContainers?: Container[]
}

export interface Container {
  name: string
  image: string
  args?: string[]
  env?: EnvVar[]
  resources?: { limits?: Record<string, string>; requests?: Record<string, string> }
  ports?: { name?: string; containerPort: number }[]
  readinessProbe?: { httpGet?: { path?: string; port: string | number } }
  volumeMounts?: { name: string; mountPath: string }[]
}

export interface EnvVar {
  name: string
  value?: string
  valueFrom?: {
    fieldRef?: { fieldPath: string }
    resourceFieldRef?: { containerName?: string; resource: string; divisor?: string }
    configMapKeyRef?: KeyRef
    secretKeyRef?: KeyRef
  }
}
export interface KeyRef {
  name: string
  key: string
  optional?: boolean
}

export interface ContainerState {
  waiting?: { reason: string; message?: string }
  running?: { startedAt: string }
  terminated?: { exitCode: number; reason: string; message?: string; startedAt: string; finishedAt: string; signal?: number }
}

export interface ContainerView {
  state: ContainerState
  lastState: ContainerState
  ready: boolean
  restartCount: number
}

export interface Condition {
  type: string
  status: 'True' | 'False'
  lastTransitionTime: string
  reason?: string
  message?: string
}

export interface PodStatus {
  phase?: string
  conditions?: Condition[]
  podIP?: string
  startTime?: string
  containerStatuses?: (ContainerView & { name: string; image: string; imageID: string; started: boolean })[]
  [field: string]: unknown
}
