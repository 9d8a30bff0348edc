// The Flux Operator in this cluster, as its release of Flux is to keep it.
import type { ClusterSurvey } from '../../src/actions/cluster-survey.ts'
import { parseArguments, runningControllers } from '../../src/flux/controller-args.ts'
import { operatorObjects as objectsOf } from '../../src/flux/operator-move/operator.ts'
import type { KubeObject } from '../../src/ports/kube.ts'
import type { MoveInput } from './input.ts'
import { apiVersionOf } from './inspect.ts'

const isLockedDown = ({ deployments }: Pick<ClusterSurvey, 'deployments'>): boolean =>
  runningControllers(deployments).some(
    ({ component, args }) => component === 'helm-controller' && parseArguments(args).some(({ flag }) => flag === 'default-service-account'),
  )

export const operatorObjects = (cluster: ClusterSurvey, input: MoveInput, namespace: string): KubeObject[] =>
  objectsOf({
    namespace,
    chart: input.operatorChart,
    version: input.operatorVersion,
    insecure: input.insecureRegistry,
    lockedDown: isLockedDown(cluster),
    values: input.monitors ? { serviceMonitor: { create: true } } : {},
    apis: {
      source: apiVersionOf(cluster, 'OCIRepository') ?? 'source.toolkit.fluxcd.io/v1',
      helm: apiVersionOf(cluster, 'HelmRelease') ?? 'helm.toolkit.fluxcd.io/v2',
    },
  })
