// The repository of style `operator-helm`: the operator and the FluxInstance each a HelmRelease, applications by namespace.
import { OPERATOR_CHARTS, OPERATOR_VERSION } from '../registry/operator-artifacts.ts'
import { chartRepository } from './applications.ts'
import { type RepositoryContent, type RepositoryFacts, secretManifest } from './content.ts'
import { namespacedApps } from './namespaced-apps.ts'
import { AGE_SECRET } from './operator-content.ts'
import { instanceValues } from './operator-helm-values.ts'
import { clusterApps, resources } from './pin-flux.ts'

const ROOT = 'kubernetes/main'
const APPS = `${ROOT}/apps`
const FLUX = `${APPS}/flux-system`
const CHARTS = 'home-charts'
/** Name of the GitRepository and of the Kustomization that the FluxInstance makes. */
export const SYNC = 'home-kubernetes'
export const INSTANCE_RELEASE_FILE = `${FLUX}/flux-instance/app/helmrelease.yaml`

const chartSource = (name: string, host: string): string => `---
apiVersion: source.toolkit.fluxcd.io/v1beta2
kind: OCIRepository
metadata:
  name: ${name}
spec:
  interval: 1h
  url: oci://${host}/${OPERATOR_CHARTS}/${name}
  insecure: true
  ref:
    tag: ${OPERATOR_VERSION}
`

const release = (name: string, values: string): string => `---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: ${name}
spec:
  chartRef:
    kind: OCIRepository
    name: ${name}
  interval: 1h
  values:
${values}`

const appFolder = `---
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: flux-system
resources:
  - ./ocirepository.yaml
  - ./helmrelease.yaml
`

const ks = (name: string, dependsOn?: string): string => `---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: ${name}
  namespace: flux-system
spec:
  interval: 1h
  path: ./${FLUX}/${name}/app
  prune: true
  sourceRef:
    kind: GitRepository
    name: ${SYNC}
${dependsOn === undefined ? '' : `  dependsOn:\n    - name: ${dependsOn}\n`}`

const application = (name: string, host: string, values: string, dependsOn?: string): Record<string, string> => ({
  [`${FLUX}/${name}/app/ocirepository.yaml`]: chartSource(name, host),
  [`${FLUX}/${name}/app/helmrelease.yaml`]: release(name, values),
  [`${FLUX}/${name}/app/kustomization.yaml`]: appFolder,
  [`${FLUX}/${name}/ks.yaml`]: ks(name, dependsOn),
})

const OPERATOR_VALUES = '    serviceMonitor:\n      create: true\n'

const readme = `# home-kubernetes

Flux is installed by the Flux Operator: the HelmRelease \`flux-instance\` makes the FluxInstance. \`${ROOT}/flux\` is what the cluster follows.
`

const sopsRules = (recipient: string): string => `creation_rules:
  - path_regex: kubernetes/.*\\.sops\\.ya?ml$
    encrypted_regex: ^(data|stringData)$
    age: ${recipient}
`

/** `recipient` is the public half of the age key. */
export function operatorHelmContent(facts: RepositoryFacts, recipient: string): RepositoryContent {
  const host = facts.registryHost
  const apps = namespacedApps({ root: APPS, source: SYNC, charts: CHARTS, registryHost: host })
  return {
    plain: {
      'README.md': readme,
      '.sops.yaml': sopsRules(recipient),
      '.gitignore': '*.agekey\n',
      [`${ROOT}/flux/apps.yaml`]: clusterApps({ path: `./${APPS}`, source: SYNC, secret: AGE_SECRET }),
      [`${ROOT}/flux/${CHARTS}.yaml`]: chartRepository(CHARTS, host),
      [`${APPS}/kustomization.yaml`]: resources('flux-system', 'storage', 'default', 'monitoring'),
      [`${FLUX}/kustomization.yaml`]: resources('flux-operator/ks.yaml', 'flux-instance/ks.yaml'),
      ...application('flux-operator', host, OPERATOR_VALUES),
      ...application('flux-instance', host, instanceValues(facts, { sync: SYNC, path: `${ROOT}/flux` }), 'flux-operator'),
      ...apps.plain,
    },
    sealed: {
      [`${ROOT}/flux/cluster-secrets.sops.yaml`]: secretManifest({ name: 'cluster-secrets', data: { SECRET_DOMAIN: 'home.arpa' } }),
      ...apps.sealed,
    },
  }
}
