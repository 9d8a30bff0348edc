// Values of the HelmRelease that makes the FluxInstance: sync, and the performance tunings that people carry over to the operator.
import type { RepositoryFacts } from './content.ts'
import { AGE_SECRET, distributionArtifact, PULL_SECRET } from './operator-content.ts'

const args = (...values: string[]): string =>
  values
    .map(
      (value) =>
        `              - op: add\n                path: /spec/template/spec/containers/0/args/-\n                value: ${value}\n`,
    )
    .join('')

const patch = (comment: string, kind: string, name: string, text: string): string => `          - # ${comment}
            patch: |
${text}            target:
              kind: ${kind}
              name: ${name}
`

const MEMORY = `              apiVersion: apps/v1
              kind: Deployment
              metadata:
                name: all
              spec:
                template:
                  spec:
                    containers:
                      - name: manager
                        resources:
                          limits:
                            memory: 1Gi
`
const IN_MEMORY = `              - op: replace
                path: /spec/template/spec/volumes/0
                value:
                  name: temp
                  emptyDir:
                    medium: Memory
`
const decryption = `              - op: add
                path: /spec/decryption
                value:
                  provider: sops
                  secretRef:
                    name: ${AGE_SECRET}
`
const MAIN = '(kustomize-controller|helm-controller|source-controller)'

const patches = (sync: string): string =>
  [
    patch('Increase the number of workers', 'Deployment', MAIN, args('--concurrent=10', '--requeue-dependency=5s')),
    patch('Increase memory limits', 'Deployment', MAIN, MEMORY),
    patch('Enable in-memory kustomize builds', 'Deployment', 'kustomize-controller', args('--concurrent=20') + IN_MEMORY),
    patch(
      'Enable Helm repositories caching',
      'Deployment',
      'source-controller',
      args('--helm-cache-max-size=10', '--helm-cache-ttl=60m', '--helm-cache-purge-interval=5m'),
    ),
    patch(
      'Flux near OOM detection for Helm',
      'Deployment',
      'helm-controller',
      args('--feature-gates=OOMWatch=true', '--oom-watch-memory-threshold=95', '--oom-watch-interval=500ms'),
    ),
    patch('What the sync applies holds encrypted files', 'Kustomization', sync, decryption),
  ].join('')

/** Below `values:`, indented by four. */
export const instanceValues = (
  { fluxVersion, gitUrl, registryHost }: RepositoryFacts,
  at: { sync: string; path: string },
): string => `    instance:
      distribution:
        artifact: ${distributionArtifact(registryHost)}
        version: ${fluxVersion}
      cluster:
        networkPolicy: false
      components:
        - source-controller
        - kustomize-controller
        - helm-controller
        - notification-controller
      sync:
        kind: GitRepository
        name: ${at.sync}
        url: "${gitUrl}"
        ref: "refs/heads/main"
        path: ${at.path}
        pullSecret: ${PULL_SECRET}
      commonMetadata:
        labels:
          app.kubernetes.io/name: flux
      kustomize:
        patches:
${patches(at.sync)}`
