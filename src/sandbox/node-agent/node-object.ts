// The Node that this agent is: registered, ready, and with the address under which the API server asks for logs.
import type { KubeHttp } from '../kube-http.ts'
import { KubeHttpError } from '../kube-http.ts'
import { NODE_CAPACITY } from './pod-env.ts'

export const NODE_NAME = 'sandbox'

export async function registerNode(client: KubeHttp, kubeletPort: number): Promise<void> {
  const labels = { 'kubernetes.io/hostname': NODE_NAME, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' }
  const annotations = {
    'flux-ops.dev/stand-in': 'node agent of a flux-ops sandbox: Flux controllers are real processes, other pods are only reported',
  }
  try {
    await client.call('POST', '/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: NODE_NAME, labels, annotations } })
  } catch (error) {
    if (!(error instanceof KubeHttpError && error.status === 409)) throw error
  }
  // Admission taints a new node as not ready, and nobody here would take the taint off.
  await client.call('PATCH', `/api/v1/nodes/${NODE_NAME}`, { spec: { taints: null } }, 'application/merge-patch+json')
  await client.call('PATCH', `/api/v1/nodes/${NODE_NAME}/status`, { status: nodeStatus(kubeletPort) }, 'application/merge-patch+json')
}

function nodeStatus(kubeletPort: number): unknown {
  const now = new Date().toISOString()
  const condition = (type: string, status: string, reason: string) => ({
    type,
    status,
    reason,
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  })
  return {
    capacity: NODE_CAPACITY,
    allocatable: NODE_CAPACITY,
    addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
    daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } },
    conditions: [
      condition('Ready', 'True', 'KubeletReady'),
      condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory'),
      condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure'),
      condition('PIDPressure', 'False', 'KubeletHasSufficientPID'),
    ],
    nodeInfo: {
      machineID: '',
      systemUUID: '',
      bootID: '',
      kernelVersion: '',
      osImage: 'flux-ops sandbox',
      containerRuntimeVersion: 'process://1',
      kubeletVersion: 'v1.34.4',
      kubeProxyVersion: '',
      operatingSystem: 'linux',
      architecture: 'amd64',
    },
  }
}
