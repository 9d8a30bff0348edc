// The repository of style `bootstrap`, as it is before `flux bootstrap git` adds its own two files: patches at the place where the CLI keeps them.
import { DASHBOARDS } from '../registry/fill.ts'
import { chartRepository, dashboardsSource, HELLO_SECRET, helloApp, namespaceManifest, volumesApp } from './applications.ts'
import { type FileTexts, type RepositoryContent, type RepositoryFacts, secretManifest } from './content.ts'

export const CLUSTER_PATH = 'clusters/prod'
const CHARTS = 'home-charts'

const patches = `# gotk-components.yaml and gotk-sync.yaml belong to flux bootstrap; what is ours stands here.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - gotk-components.yaml
  - gotk-sync.yaml
patches:
  - target:
      kind: Deployment
      name: (kustomize-controller|helm-controller|source-controller)
    patch: |
      - op: add
        path: /spec/template/spec/containers/0/args/-
        value: --concurrent=8
      - op: add
        path: /spec/template/spec/containers/0/args/-
        value: --requeue-dependency=1s
  # the repository holds encrypted files
  - target:
      kind: Kustomization
      name: flux-system
    patch: |
      - op: add
        path: /spec/decryption
        value:
          provider: sops
          secretRef:
            name: sops-age
`

interface LayerInput {
  readonly name: string
  readonly path: string
  readonly dependsOn?: string
  readonly source?: string
  readonly extra?: string
}

const layer = ({ name, path, dependsOn, source = 'GitRepository/flux-system', extra = '' }: LayerInput): string => {
  const [kind, sourceName] = source.split('/')
  return `---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: ${name}
  namespace: flux-system
spec:
  interval: 10m
  retryInterval: 1m
  timeout: 3m
  path: ${path}
  prune: true
  wait: true
  sourceRef:
    kind: ${kind}
    name: ${sourceName}
${dependsOn === undefined ? '' : `  dependsOn:\n    - name: ${dependsOn}\n`}${extra}`
}

const sealedLayer = `  decryption:
    provider: sops
    secretRef:
      name: sops-age
  postBuild:
    substituteFrom:
      - kind: Secret
        name: cluster-secrets
`

const sopsRules = (recipient: string): string => `creation_rules:
  - path_regex: .*\\.sops\\.ya?ml$
    encrypted_regex: ^(data|stringData)$
    age: ${recipient}
`

const gotkFiles: FileTexts = {
  [`${CLUSTER_PATH}/flux-system/gotk-components.yaml`]: '',
  [`${CLUSTER_PATH}/flux-system/gotk-sync.yaml`]: '',
  [`${CLUSTER_PATH}/flux-system/kustomization.yaml`]: patches,
}

const clusterFiles = (facts: RepositoryFacts): FileTexts => ({
  [`${CLUSTER_PATH}/infrastructure.yaml`]: layer({ name: 'infrastructure', path: './infrastructure', extra: sealedLayer }),
  [`${CLUSTER_PATH}/apps.yaml`]: layer({ name: 'apps', path: './apps', dependsOn: 'infrastructure', extra: sealedLayer }),
  [`${CLUSTER_PATH}/dashboards.yaml`]: `${dashboardsSource(facts.registryHost)}${layer({
    name: 'dashboards',
    path: './',
    dependsOn: 'apps',
    source: `OCIRepository/${DASHBOARDS.repository.split('/')[1]}`,
    extra: '  targetNamespace: monitoring\n',
  })}`,
})

/** A cluster below `clusters/prod` whose Flux is set up by the files of `flux`. `recipient` is the public half of the age key. */
export function prodContent(facts: RepositoryFacts, recipient: string, flux: FileTexts, readme: string): RepositoryContent {
  return {
    plain: {
      'README.md': `# home-ops\n\n${readme}\n`,
      '.sops.yaml': sopsRules(recipient),
      '.gitignore': '*.agekey\n',
      ...flux,
      ...clusterFiles(facts),
      'infrastructure/namespaces.yaml': namespaceManifest('storage') + namespaceManifest('monitoring'),
      'infrastructure/home-charts.yaml': chartRepository(CHARTS, facts.registryHost),
      ...volumesApp('infrastructure/volumes'),
      ...helloApp('apps/hello', CHARTS),
    },
    sealed: {
      [`${CLUSTER_PATH}/cluster-secrets.sops.yaml`]: secretManifest({ name: 'cluster-secrets', data: { SECRET_DOMAIN: 'home.arpa' } }),
      'apps/hello/secret.sops.yaml': secretManifest(HELLO_SECRET),
    },
  }
}

export const bootstrapContent = (facts: RepositoryFacts, recipient: string): RepositoryContent =>
  prodContent(facts, recipient, gotkFiles, 'Made with `flux bootstrap git`: `clusters/prod` is what the cluster follows.')
