// The Flux Operator as Flux itself installs it: a chart from an OCI registry and the HelmRelease of it.
import type { ClusterSurvey } from '../../src/actions/cluster-survey.ts'
import { parseArguments, runningControllers } from '../../src/flux/controller-args.ts'
import { KEPT } from '../../src/flux/operator-move/instance.ts'
import type { KubeObject } from '../../src/ports/kube.ts'
import type { MoveInput } from './input.ts'
import { apiVersionOf } from './inspect.ts'

export const OPERATOR = 'flux-operator'

/** With tenant lockdown a HelmRelease without an account gets one that may not install anything: then it is that of helm-controller itself. */
const isLockedDown = ({ deployments }: Pick<ClusterSurvey, 'deployments'>): boolean =>
  runningControllers(deployments).some(
    ({ component, args }) => component === 'helm-controller' && parseArguments(args).some(({ flag }) => flag === 'default-service-account'),
  )

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
        ...(isLockedDown(cluster) ? { serviceAccountName: 'helm-controller' } : {}),
        chartRef: { kind: 'OCIRepository', name: OPERATOR },
        ...(input.monitors ? { values: { serviceMonitor: { create: true } } } : {}),
      },
    },
  ]
}
