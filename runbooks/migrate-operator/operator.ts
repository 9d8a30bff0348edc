// The Flux Operator as Flux itself installs it: a chart from an OCI registry and the HelmRelease of it.
import type { ClusterSurvey } from '../../src/actions/cluster-survey.ts'
import { KEPT } from '../../src/flux/operator-move/instance.ts'
import type { KubeObject } from '../../src/ports/kube.ts'
import type { MoveInput } from './input.ts'
import { apiVersionOf } from './inspect.ts'

export const OPERATOR = 'flux-operator'

export function operatorObjects(cluster: ClusterSurvey, input: MoveInput, namespace: string): KubeObject[] {
  // Pruned with its file it would be uninstalled, and its CRDs with it.
  const metadata = { name: OPERATOR, namespace, annotations: { ...KEPT } }
  return [
    {
      apiVersion: apiVersionOf(cluster, 'OCIRepository') ?? 'source.toolkit.fluxcd.io/v1',
      kind: 'OCIRepository',
      metadata,
      spec: {
        interval: '1h',
        url: input.operatorChart,
        ...(input.insecureRegistry ? { insecure: true } : {}),
        ref: { tag: input.operatorVersion },
      },
    },
    {
      apiVersion: apiVersionOf(cluster, 'HelmRelease') ?? 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata,
      spec: {
        interval: '1h',
        chartRef: { kind: 'OCIRepository', name: OPERATOR },
        ...(input.monitors ? { values: { serviceMonitor: { create: true } } } : {}),
      },
    },
  ]
}
