// 2,000 Flux objects as a large cluster has them: inventories, histories, conditions; and the files of the clone that they come from.
import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { KubeObject } from '../../../src/ports/kube.ts'

const NOW = '2026-11-21T03:00:00Z'

const ready = (reason: string, message: string) => [
  { type: 'Ready', status: 'True', reason, message, lastTransitionTime: NOW, observedGeneration: 1 },
]

const meta = (name: string, labels: Record<string, string> = {}) => ({
  name,
  namespace: 'flux-system',
  labels: {
    'kustomize.toolkit.fluxcd.io/name': 'flux-system',
    'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
    ...labels,
  },
})

/** What an application of a dozen objects leaves in an inventory. */
const inventory = (name: string) => ({
  entries: ['Deployment', 'Service', 'ConfigMap', 'Secret', 'ServiceAccount', 'Role', 'RoleBinding', 'Ingress'].map((kind) => ({
    id: `${name}_${name}_${kind === 'Deployment' ? 'apps' : ''}_${kind}`,
    v: 'v1',
  })),
})

export const head = (url: string, commit: string): KubeObject => ({
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'GitRepository',
  metadata: meta('flux-system'),
  spec: { interval: '1m', url, ref: { branch: 'main' } },
  status: {
    observedGeneration: 1,
    conditions: ready('Succeeded', 'stored artifact'),
    artifact: {
      revision: `main@sha1:${commit}`,
      digest: `sha256:${'0'.repeat(64)}`,
      lastUpdateTime: NOW,
      path: 'gitrepository/flux-system/flux-system/x.tar.gz',
      url: 'http://source-controller/x.tar.gz',
    },
  },
})

export const kustomization = (name: string, path: string, commit: string, crds: readonly string[] = []): KubeObject => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: meta(name),
  spec: {
    interval: '10m',
    path,
    prune: true,
    wait: true,
    timeout: '5m',
    sourceRef: { kind: 'GitRepository', name: 'flux-system' },
    postBuild: { substituteFrom: [{ kind: 'ConfigMap', name: 'cluster-settings' }] },
  },
  status: {
    observedGeneration: 1,
    conditions: ready('ReconciliationSucceeded', `Applied revision: main@sha1:${commit}`),
    lastAppliedRevision: `main@sha1:${commit}`,
    lastAttemptedRevision: `main@sha1:${commit}`,
    inventory: {
      entries: [
        ...crds.map((crd) => ({ id: `_${crd}_apiextensions.k8s.io_CustomResourceDefinition`, v: 'v1' })),
        ...inventory(name).entries,
      ],
    },
  },
})

const repository = (name: string): KubeObject => ({
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'OCIRepository',
  metadata: meta(name),
  spec: { interval: '1h', url: `oci://ghcr.io/example/charts/${name}`, ref: { tag: '1.2.3' } },
  status: { observedGeneration: 1, conditions: ready('Succeeded', 'stored artifact') },
})

const values = (name: string) => ({
  controllers: {
    main: { containers: { app: { image: { repository: `ghcr.io/example/${name}`, tag: '1.2.3' }, env: { TZ: 'UTC', LOG: 'info' } } } },
  },
  service: { app: { controller: 'main', ports: { http: { port: 8080 } } } },
  ingress: {
    app: { className: 'internal', hosts: [{ host: `${name}.example.org`, paths: [{ path: '/', service: { identifier: 'app' } }] }] },
  },
  notes: 'x'.repeat(1500),
})

const release = (name: string, index: number): KubeObject => ({
  apiVersion: 'helm.toolkit.fluxcd.io/v2',
  kind: 'HelmRelease',
  metadata: meta(name),
  spec: {
    interval: '1h',
    chartRef: { kind: 'OCIRepository', name },
    install: { remediation: { retries: 3 } },
    upgrade: { cleanupOnFail: true, remediation: { retries: 3 } },
    ...(index % 50 === 0 ? { postRenderers: [{ kustomize: { patches: [{ patch: 'x', target: { kind: 'Deployment' } }] } }] } : {}),
    values: values(name),
  },
  status: {
    observedGeneration: 1,
    conditions: ready('UpgradeSucceeded', `Helm upgrade succeeded for release ${name}/${name}.v7 with chart app@1.2.3`),
    storageNamespace: 'flux-system',
    history: [3, 2, 1].map((version) => ({
      name,
      namespace: name,
      version,
      chartName: 'app',
      chartVersion: '1.2.3',
      appVersion: '1.2.3',
      configDigest: `sha256:${'1'.repeat(64)}`,
      digest: `sha256:${'2'.repeat(64)}`,
      status: version === 3 ? 'deployed' : 'superseded',
      firstDeployed: NOW,
      lastDeployed: NOW,
    })),
  },
})

const document = (kind: string, name: string): string =>
  `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: ${name}\ndata:\n  text: ${randomBytes(1000).toString('hex')}\n`

/** What Helm keeps of a release: a dozen templates, and a hook. */
export const record = (name: string): KubeObject => {
  const kinds = ['Deployment', 'Service', 'ConfigMap', 'Secret', 'ServiceAccount', 'Role', 'RoleBinding', 'Ingress', 'Job', 'PodMonitor']
  const manifest = kinds.map((kind) => `---\n${document(kind, name)}`).join('')
  const text = JSON.stringify({ name, manifest, hooks: [{ manifest: document('Job', `${name}-hook`) }], config: values(name) })
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'helm.sh/release.v1',
    metadata: { name: `sh.helm.release.v1.${name}.v3`, namespace: 'flux-system', labels: { owner: 'helm', name, status: 'deployed' } },
    data: { release: Buffer.from(gzipSync(text).toString('base64')).toString('base64') },
  }
}

/** A third each of OCIRepositories, Kustomizations and HelmReleases, `count` in all. */
export function applications(count: number, commit: string): KubeObject[] {
  return Array.from({ length: count }, (_, at) => {
    const index = Math.floor(at / 3)
    const name = `app-${String(index).padStart(4, '0')}`
    if (at % 3 === 0) return repository(name)
    return at % 3 === 1 ? kustomization(name, `./apps/${name}`, commit) : release(name, index)
  })
}

/** Path -> text of the clone: one folder an application. */
export function files(objects: readonly KubeObject[]): Map<string, string> {
  const texts = new Map<string, string>()
  for (const { status: _status, ...object } of objects) {
    const folder = object.kind === 'Kustomization' ? 'clusters/prod' : `apps/${object.metadata.name}`
    texts.set(`${folder}/${object.metadata.name}-${object.kind.toLowerCase()}.yaml`, `${JSON.stringify(object, null, 2)}\n`)
  }
  return texts
}
