// A cluster and a clone as fakes have them: Flux of a release, pinned in a repository that the cluster follows.

import { release } from '../../../src/flux/catalogue/index.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { crdObject, FakeKube } from '../actions/fakes.ts'
import { deployment, flux, readyStatus } from '../flux/objects.ts'

export const URL = 'https://git.test/home.git'
export const HEAD = 'a'.repeat(40)
const CORE = ['source-controller', 'kustomize-controller', 'helm-controller', 'notification-controller']

export interface WorldParts {
  readonly flux?: string
  /** Of GitRepository flux-system/home. */
  readonly branch?: string
  readonly artifact?: string
  readonly applied?: string
  /** Kind -> status.storedVersions; elsewhere the storage version. */
  readonly stored?: Readonly<Record<string, string[]>>
}

const revision = (commit: string, branch: string): string => `${branch}@sha1:${commit}`

export function fakeCluster(parts: WorldParts = {}): FakeKube {
  const { flux: version = '2.7.3', branch = 'main', artifact = HEAD, applied = HEAD, stored = {} } = parts
  const kube = new FakeKube()
  const facts = release(version)
  for (const crd of facts.crds.filter((each) => CORE.includes(each.component))) {
    const storage = crd.versions.find((each) => each.storage)?.name ?? ''
    const versions = { versions: crd.versions.map((each) => each.name), storage, stored: stored[crd.kind] ?? [storage] }
    kube.put('customresourcedefinitions', crdObject(crd.plural, crd.group, crd.kind, versions))
  }
  for (const { component, tag } of facts.controllers.filter((each) => CORE.includes(each.component)))
    kube.put('deployments', deployment(component, tag))
  kube.put('gitrepositories', sourceOf('home', branch, artifact))
  const spec = { path: './cluster/flux', sourceRef: { kind: 'GitRepository', name: 'home' } }
  kube.put(
    'kustomizations',
    flux('Kustomization', 'cluster', { spec, status: { ...readyStatus(), lastAppliedRevision: revision(applied, branch) } }),
  )
  return kube
}

export const sourceOf = (name: string, branch: string, commit: string): KubeObject =>
  flux('GitRepository', name, {
    spec: { url: URL, ref: { branch } },
    status: { ...readyStatus(), ...(commit === '' ? {} : { artifact: { revision: revision(commit, branch) } }) },
  })

export const pinned = (version: string): string => `resources:\n  - https://github.com/fluxcd/flux2/manifests/install?ref=${version}\n`

/** A clone in /repo; paths without it. */
export const clone = (files: Readonly<Record<string, string>>): Map<string, string> =>
  new Map(Object.entries(files).map(([path, text]) => [`/repo/${path}`, text]))

/** Git of a build: HEAD is detached, its commit in no branch of the cluster. */
export const detached = {
  root: async () => '/repo',
  head: async () => 'b'.repeat(40),
  branch: async () => undefined,
  upstream: async () => undefined,
  remotes: async () => [{ name: 'origin', url: URL }],
  status: async () => ({ entries: [] as { code: string; path: string }[] }),
}
