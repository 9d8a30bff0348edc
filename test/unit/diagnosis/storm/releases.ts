// HelmReleases that their chart, their values or their history hold up, as helm-controller 1.6.2 says it.
import { stalled } from '../objects.ts'
import { common } from './applied.ts'
import { elsewhere, exhausted, FAR, having, says, stalls, type Way } from './way.ts'

const INSTALL = 'Helm install failed for release team-0/app with chart web@0.1.0: '

export const release: readonly Way[] = [
  ...common,
  says(
    'retries-exhausted',
    'UpgradeFailed',
    'Helm upgrade failed for release: no such field',
    stalled('RetriesExceeded', 'Failed to upgrade after 1 attempt(s)'),
  ),
  says('release-timeout', 'UpgradeFailed', 'Helm upgrade failed for release: context deadline exceeded'),
  says(
    'missing-rollback-target',
    'UpgradeFailed',
    'Helm upgrade failed for release: no',
    stalled('MissingRollbackTarget', 'Failed to perform remediation: missing target release for rollback'),
  ),
  says(
    'values-missing',
    'ValuesError',
    "could not resolve Secret chart values reference 'x/y' with key 'values.yaml': secrets \"y\" not found",
  ),
  says('values-unusable', 'ValuesError', "unable to merge value from key 'a': key map has no value"),
  says('release-locked', 'UpgradeFailed', 'Helm upgrade failed: another operation (install/upgrade/rollback) is in progress'),
  says('helm-action-failed', 'InstallFailed', 'Helm install failed for release: template is broken'),
  exhausted(
    'release-too-large',
    'InstallFailed',
    `${INSTALL}create: failed to create: Secret "sh.helm.release.v1.app.v1" is invalid: data: Too long: may not be more than 1048576 bytes`,
  ),
  exhausted(
    'release-crd-missing',
    'InstallFailed',
    `${INSTALL}unable to build kubernetes objects from release manifest: resource mapping not found for name: "app" namespace: "" from "": no matches for kind "Nothing" in version "example.org/v1"\nensure CRDs are installed first`,
  ),
  exhausted(
    'release-not-permitted',
    'InstallFailed',
    `${INSTALL}could not get information about the resource: configmaps "a" is forbidden: User "system:serviceaccount:team-0:tenant" cannot get resource "configmaps" in API group "" in the namespace "team-0"`,
  ),
  having(FAR, says('kubeconfig-missing', 'RESTClientError', `could not get KubeConfig secret 'team-0/far': secrets "far" not found`)),
  having(
    FAR,
    says(
      'remote-cluster-unreachable',
      'InstallFailed',
      `${INSTALL}Kubernetes cluster unreachable: Get "https://far.example/version": dial tcp 192.0.2.1:443: connect: connection refused`,
    ),
  ),
  having(
    (of) => ({ chart: undefined, chartRef: { kind: 'OCIRepository', name: 'alone', namespace: elsewhere(of) } }),
    stalls('access-denied', 'AccessDenied', 'cross-namespace references are not allowed: cannot access OCIRepository team-0/alone'),
  ),
]
