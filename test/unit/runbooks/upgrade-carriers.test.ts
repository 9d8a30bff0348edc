// OCI self-management: git → Kustomization cluster → OCIRepository flux-manifests → Kustomization flux → the controllers.
import { describe, expect, it } from 'vitest'
import { checks } from '../../../runbooks/upgrade/checks.ts'
import type { CheckResult } from '../../../src/engine/model.ts'
import { type FakeKube, fakeContext } from '../actions/fakes.ts'
import { condition, deployment, flux, type Parts, readyStatus } from '../flux/objects.ts'
import { clone, detached, fakeCluster, HEAD, pinned, sourceOf, URL } from './upgrade-world.ts'

const PIN = 'cluster/flux/flux.yaml'
const by = (name: string) => ({
  labels: { 'kustomize.toolkit.fluxcd.io/name': name, 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' },
})
const oci = (tag: string): string =>
  `kind: OCIRepository\nmetadata: {name: flux-manifests, namespace: flux-system}\nspec:\n  url: oci://ghcr.io/fluxcd/flux-manifests\n  ref: {tag: ${tag}}\n`
const FILES = { 'cluster/bootstrap/kustomization.yaml': pinned('v2.7.3'), [PIN]: oci('v2.7.3') }

/** Kustomization `cluster` is as `parts` say. */
function selfManaged(parts: Parts = {}): FakeKube {
  const kube = fakeCluster()
  for (const [name, tag] of [
    ['source-controller', 'v1.7.3'],
    ['kustomize-controller', 'v1.7.2'],
    ['helm-controller', 'v1.4.3'],
    ['notification-controller', 'v1.7.4'],
  ] as const)
    kube.put('deployments', deployment(name, tag, by('flux')))
  kube.put(
    'ocirepositories',
    flux('OCIRepository', 'flux-manifests', { ...by('cluster'), spec: { url: 'oci://ghcr.io/fluxcd/flux-manifests' } }),
  )
  const own = { path: './', sourceRef: { kind: 'OCIRepository', name: 'flux-manifests' } }
  kube.put('kustomizations', flux('Kustomization', 'flux', { ...by('cluster'), spec: own, status: readyStatus() }))
  const spec = { path: './cluster/flux', sourceRef: { kind: 'GitRepository', name: 'home' }, ...parts.spec }
  const status = { ...readyStatus(), lastAppliedRevision: `main@sha1:${HEAD}`, ...parts.status }
  kube.put('kustomizations', flux('Kustomization', 'cluster', { spec, status }))
  return kube
}

const notReady = (reason: string, revision = HEAD, status: 'False' | 'Unknown' = 'False'): Parts => ({
  status: {
    lastAppliedRevision: `main@sha1:${revision}`,
    conditions: [condition(status, { reason, message: 'told', observedGeneration: 1 })],
  },
})

const git = {
  ...detached,
  head: async () => HEAD,
  branch: async () => 'main',
  upstream: async () => ({ remote: 'origin', branch: 'main', url: URL }),
}

async function probe(id: string, kube: FakeKube, options: { ci?: boolean; files?: Record<string, string> } = {}): Promise<CheckResult> {
  const ctx = fakeContext({ kube, git, files: clone(options.files ?? FILES) })
  const input = { to: '2.9.2', repo: '/repo', backupRecipients: [], timeoutSeconds: 300, ...(options.ci === true && { ci: true }) }
  const check = checks.find((each) => each.id === id)
  if (check === undefined) throw new Error(`no check ${id}`)
  return check.probe(ctx, input)
}

describe('sync-not-suspended', () => {
  it('passes where all that carries the version from git to Flux goes on', async () => {
    expect(await probe('sync-not-suspended', selfManaged())).toMatchObject({ status: 'pass' })
  })

  it('names the Kustomization that applies the OCIRepository which Flux applies itself from', async () => {
    const result = await probe('sync-not-suspended', selfManaged({ spec: { suspend: true } }))

    expect(result).toMatchObject({ status: 'fail', items: [{ where: 'Kustomization flux-system/cluster' }] })
  })
})

describe.each([false, true])('repository-applied, in a pull request: %s', (ci) => {
  it.each(['ArtifactFailed', 'BuildFailed', 'ReconciliationFailed'])('names what carries the version and fails with %s', async (reason) => {
    const result = await probe('repository-applied', selfManaged(notReady(reason)), { ci })

    expect(result).toMatchObject({
      status: 'fail',
      items: [{ where: 'Kustomization flux-system/cluster', what: `is failed: ${reason}: told` }],
    })
  })

  it('lets a failed health check be: what it was given is applied', async () => {
    expect(await probe('repository-applied', selfManaged(notReady('HealthCheckFailed', 'b'.repeat(40))), { ci })).toMatchObject({
      status: 'pass',
    })
  })

  it('waits for one that is about to apply the commit, not for one that looks at it once more', async () => {
    const early = await probe('repository-applied', selfManaged(notReady('Progressing', 'b'.repeat(40), 'Unknown')), { ci })
    const again = await probe('repository-applied', selfManaged(notReady('Progressing', HEAD, 'Unknown')), { ci })

    expect([early.status, again.status]).toEqual(['fail', 'pass'])
  })

  it('leaves one that carries nothing of Flux to objects-ready', async () => {
    const kube = selfManaged()
    const spec = { path: './cluster/apps', sourceRef: { kind: 'GitRepository', name: 'home' } }
    kube.put('gitrepositories', sourceOf('home', 'main', HEAD))
    kube.put('kustomizations', flux('Kustomization', 'apps', { spec, status: { ...readyStatus(), ...notReady('BuildFailed').status } }))

    expect(await probe('repository-applied', kube, { ci })).toMatchObject({ status: 'pass' })
  })
})

describe('pins-found', () => {
  it('names the pin that stands in no folder that the cluster applies', async () => {
    const result = await probe('pins-found', selfManaged({ spec: { path: './clusters/flux' } }))

    expect(result).toMatchObject({ status: 'fail', items: [{ where: `${PIN}:5`, what: expect.stringContaining('in no folder') }] })
  })

  it('asks only for the pin of this cluster, where another one of the repository has an OCIRepository of the same name', async () => {
    const files = { ...FILES, 'staging/flux/flux.yaml': oci('v2.6.4') }

    expect(await probe('pins-found', selfManaged(), { files })).toMatchObject({
      status: 'pass',
      detail: expect.not.stringContaining('staging'),
    })
  })

  it('asks for a pin in a folder that is pulled in from beside the one that is applied', async () => {
    const files = {
      'cluster/bootstrap/kustomization.yaml': pinned('v2.7.3'),
      'cluster/flux/kustomization.yaml': 'resources:\n  - ../../base/flux\n',
      'base/flux/flux.yaml': oci('v2.7.3'),
    }

    expect(await probe('pins-found', selfManaged(), { files })).toMatchObject({ status: 'pass' })
  })
})
