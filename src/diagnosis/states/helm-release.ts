// A HelmRelease that its own chart, values or history hold up.
import type { KubeObject } from '../../ports/kube.ts'
import type { Fix } from '../finding.ts'
import { explained, never, person, reconcile, reset, type State } from './case.ts'

interface Way {
  readonly state: string
  readonly pattern: RegExp
  readonly says: (caught: string | undefined) => string
  readonly fixes: (object: KubeObject) => readonly Fix[]
}

const debug = ({ metadata: { name, namespace } }: KubeObject): string => `flux debug helmrelease ${name} -n ${namespace} --show-status`

const WAYS: readonly Way[] = [
  {
    state: 'missing-rollback-target',
    pattern: /^MissingRollbackTarget/m,
    says: () => 'it failed, and there is no earlier release to go back to',
    fixes: (object) => [
      person('correct the values or the chart, in git', debug(object)),
      reset('then let it begin anew', object),
      never('uninstalling it to begin anew: what it keeps goes with it'),
    ],
  },
  {
    state: 'release-too-large',
    // The API server's limit for a Secret, and etcd's for a request.
    pattern:
      /Too long: (?:must have at most|may not be (?:longer|more) than) \d+|[Rr]equest entity too large|etcdserver: request is too large/,
    says: () => 'what Helm keeps of the release is larger than a Secret may be, and it is not installed',
    fixes: (object) => [
      person('leave out of the chart what it does not need (.helmignore), or split it, in git'),
      reset('then let it begin anew', object),
    ],
  },
  {
    state: 'release-crd-missing',
    pattern: /no matches for kind(?: "([^"]{1,253})")?/,
    says: (kind) => `the cluster knows no kind ${kind ?? 'of one of its objects'}, and it is not installed`,
    fixes: (object) => [
      person(
        'have the CRDs applied first, by something that it depends on, in git; after an upgrade of Kubernetes the kind may be gone for good',
      ),
      reset('then let it begin anew', object),
    ],
  },
  {
    state: 'release-not-permitted',
    pattern: /(?:User|user) "?([^"\s]{1,300})"? cannot \S{1,40} resource/,
    says: (account) => `${account} may not do what its release asks for`,
    fixes: (object) => [
      person('have the right given to that account, or name another in spec.serviceAccountName, in git'),
      reset('then let it begin anew', object),
      never('giving it cluster-admin, or taking spec.serviceAccountName out, to get past it'),
    ],
  },
  {
    state: 'release-timeout',
    pattern:
      /(?:Install|Upgrade)Failed .{0,4000}(?:context deadline exceeded|would exceed context deadline|timed out waiting for|timeout waiting for|failed early due to stalled resources)/m,
    says: () => 'what it installed was not ready in time',
    fixes: (object) => [
      person('see why it is not ready: its pods and their events say it', `kubectl -n ${object.metadata.namespace} get pods,events`),
      reset('once it is, let it begin anew', object),
      never('disableWait: it is then called ready whatever becomes of it'),
    ],
  },
  {
    state: 'retries-exhausted',
    pattern: /^RetriesExceeded|retries exhausted/im,
    says: () => 'it failed as often as it may, and is not tried again before it changes',
    fixes: (object) => [
      person('see why it failed, and correct it in git', debug(object)),
      reset('if the reason is gone, let it begin anew', object),
      never('--force, which installs or upgrades whatever the reason is', { does: 'force' }),
    ],
  },
  {
    state: 'values-missing',
    pattern: /^ValuesError .*not found/m,
    says: () => 'values that it takes from a ConfigMap or Secret are not there',
    fixes: () => [
      person('bring them back, or correct spec.valuesFrom, in git'),
      never('an empty one to get past it: it is installed with that'),
    ],
  },
  {
    state: 'values-unusable',
    pattern: /^ValuesError/m,
    says: () => 'values that it takes from a ConfigMap or Secret cannot be read or put together',
    fixes: (object) => [person('correct them where they come from, in git', debug(object))],
  },
  {
    state: 'release-locked',
    pattern: /another operation \(install\/upgrade\/rollback\) is in progress|^PendingRelease/m,
    says: () => 'an operation of Helm was cut short, and its release is still marked as pending',
    fixes: (object) => [
      person('see that nobody else works on it with helm', `helm -n ${object.metadata.namespace} history ${object.metadata.name}`),
      reconcile('helm-controller unlocks it by itself: let it', object),
      never('deleting the Secret of the release', { does: 'drop-release' }),
    ],
  },
  {
    state: 'helm-action-failed',
    pattern: /^(Install|Upgrade|Rollback|Uninstall|Test)Failed/m,
    says: (action = '') => `Helm's ${action.toLowerCase()} failed`,
    fixes: (object) => [person('see why, and correct it in git', debug(object)), reconcile('then let it be tried again', object)],
  },
]

export const helmRelease: State = (found) => {
  const { object, said } = found
  if (object.kind !== 'HelmRelease') return undefined
  for (const { state, pattern, says, fixes } of WAYS) {
    const match = pattern.exec(said)
    if (match !== null) return explained(found, { state, says: says(match[1]), fixes: fixes(object) })
  }
  return undefined
}
