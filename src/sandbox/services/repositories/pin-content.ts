// The whole repository of style `pin`: bootstrap by kustomize from github.com, then self-management from OCI, applications by namespace in two levels.
import { DASHBOARDS } from '../registry/fill.ts'
import { dashboardsSource, HELLO_SECRET, helloApp, namespaceManifest, volumesApp } from './applications.ts'
import { type FileTexts, type RepositoryContent, type RepositoryFacts, secretManifest } from './content.ts'
import { type BootstrapSecrets, bootstrapFiles, bootstrapSecrets } from './pin-bootstrap.ts'
import { CHARTS, fluxFiles } from './pin-flux.ts'

const namespaceFolder = (name: string, ...applications: string[]): FileTexts => ({
  [`cluster/apps/${name}/namespace.yaml`]: namespaceManifest(name),
  [`cluster/apps/${name}/kustomization.yaml`]: [
    'apiVersion: kustomize.config.k8s.io/v1beta1',
    'kind: Kustomization',
    'resources:',
    '  - ./namespace.yaml',
    ...applications.map((application) => `  - ./${application}/ks.yaml`),
    '',
  ].join('\n'),
})

const appKustomization = (namespace: string, app: string, dependsOn?: string): string => `---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: cluster-apps-${app}
  namespace: flux-system
spec:
  path: ./cluster/apps/${namespace}/${app}/app
  sourceRef:
    kind: GitRepository
    name: home-cluster
${dependsOn === undefined ? '' : `  dependsOn:\n    - name: cluster-apps-${dependsOn}\n`}  interval: 30m
  retryInterval: 1m
  timeout: 3m
  prune: true
  wait: true
`

const dashboardsKustomization = `---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: cluster-apps-dashboards
  namespace: flux-system
  labels:
    # dashboards have variables of their own
    substitution.flux.home.arpa/disabled: "true"
spec:
  path: ./
  targetNamespace: monitoring
  sourceRef:
    kind: OCIRepository
    name: ${DASHBOARDS.repository.split('/')[1]}
  dependsOn:
    - name: cluster-apps-hello
  interval: 30m
  retryInterval: 1m
  prune: true
  wait: true
`

const readme = `# home-ops

What runs in the house. \`cluster/bootstrap\` is applied once by hand, \`cluster/flux\` keeps Flux and the sources, \`cluster/apps\` has a folder for each
namespace. Secrets are encrypted with SOPS and age.
`

const sopsRules = (recipient: string): string => `creation_rules:
  - path_regex: cluster/.*\\.sops\\.ya?ml$
    encrypted_regex: ^(data|stringData)$
    age: ${recipient}
`

/** `recipient` is the public half of the age key. */
export function pinContent(facts: RepositoryFacts, secrets: BootstrapSecrets, recipient: string): RepositoryContent {
  return {
    plain: {
      'README.md': readme,
      '.sops.yaml': sopsRules(recipient),
      '.gitignore': '*.agekey\n',
      ...bootstrapFiles(facts),
      ...fluxFiles(facts),
      ...namespaceFolder('storage', 'volumes'),
      'cluster/apps/storage/volumes/ks.yaml': appKustomization('storage', 'volumes'),
      ...volumesApp('cluster/apps/storage/volumes/app'),
      ...namespaceFolder('default', 'hello'),
      'cluster/apps/default/hello/ks.yaml': appKustomization('default', 'hello', 'volumes'),
      ...helloApp('cluster/apps/default/hello/app', CHARTS),
      ...namespaceFolder('monitoring', 'dashboards'),
      'cluster/apps/monitoring/dashboards/ks.yaml': `${dashboardsSource(facts.registryHost)}${dashboardsKustomization}`,
    },
    sealed: {
      ...bootstrapSecrets(secrets),
      'cluster/flux/vars/cluster-secrets.sops.yaml': secretManifest({ name: 'cluster-secrets', data: { SECRET_DOMAIN: 'home.arpa' } }),
      'cluster/apps/default/hello/app/secret.sops.yaml': secretManifest(HELLO_SECRET),
    },
  }
}
