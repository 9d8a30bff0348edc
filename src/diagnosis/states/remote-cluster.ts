// It applies to another cluster, by a kubeconfig. kustomize-controller (runtime/client/impersonator.go): ReconciliationFailed `unable to read KubeConfig secret …`,
// `KubeConfig secret '…' does not contain a 'value' key …`; helm-controller: RESTClientError `could not get KubeConfig secret '…': …`.
import { shellWord } from '../shell-word.ts'
import { textOf } from '../well-formed.ts'
import { explained, never, person, reconcile, type State } from './case.ts'

const NOT_USABLE = /KubeConfig secret '[^']{1,600}'|^RESTClientError|failed to build kube client/m
const UNREACHED =
  /connection refused|no such host|i\/o timeout|context deadline exceeded|failed to get API group resources|failed to get server groups|EOF\b/i

export const remoteCluster: State = (found) => {
  const { object, said } = found
  const kubeConfig = object.spec?.kubeConfig
  if (kubeConfig === undefined || kubeConfig === null) return undefined
  const secret = textOf(kubeConfig.secretRef?.name)
  const again = reconcile('then let it be tried at once', object)
  if (NOT_USABLE.test(said) && !UNREACHED.test(said))
    return explained(found, {
      state: 'kubeconfig-missing',
      says: `the kubeconfig of the cluster that it applies to cannot be read${secret === '' ? '' : `: Secret ${secret}`}`,
      fixes: [
        person(
          'put it back: the Secret must hold a kubeconfig under the key value',
          ...(secret === '' ? [] : [`kubectl -n ${object.metadata.namespace} get secret ${shellWord(secret)}`]),
        ),
        again,
        never('taking spec.kubeConfig out: it is then applied to this cluster'),
      ],
    })
  if (!UNREACHED.test(said) || /source-controller/.test(said)) return undefined
  return explained(found, {
    state: 'remote-cluster-unreachable',
    says: 'the cluster that it applies to does not answer',
    certainty: 'likely',
    fixes: [
      person('see whether that cluster is up, and whether this one gets there'),
      again,
      never('taking spec.kubeConfig out: it is then applied to this cluster'),
    ],
  })
}
