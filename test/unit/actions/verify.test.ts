import { describe, expect, it } from 'vitest'
import { sourceToken } from '../../../src/actions/requests.ts'
import { missingCrds, type Proof, verifyFlux } from '../../../src/actions/verify.ts'
import { type CrdFacts, release } from '../../../src/flux/catalogue/index.ts'
import { FLUX_KINDS } from '../../../src/flux/kinds.ts'
import { baseline } from '../../../src/flux/readiness.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { condition, flux, readyStatus } from '../flux/objects.ts'
import { crdObject, FakeKube, fakeContext } from './fakes.ts'

const COMMIT = 'c'.repeat(40)
const REVISION = `main@sha1:${COMMIT}`
const TOKEN = 'run-1'
const FACTS = release('2.9.2')
const CORE = ['source-controller', 'kustomize-controller', 'helm-controller', 'notification-controller']

const answered = (more: Record<string, unknown> = {}): Record<string, unknown> => ({ ...readyStatus(TOKEN), ...more })
const source = flux('GitRepository', 'home', { status: answered({ artifact: { revision: REVISION } }) })
const apps = flux('Kustomization', 'apps', { status: answered({ lastAppliedRevision: REVISION }) })

const crdOf = (crd: CrdFacts): KubeObject => {
  const storage = crd.versions.find((each) => each.storage)?.name ?? ''
  return crdObject(crd.plural, crd.group, crd.kind, { versions: crd.versions.map((each) => each.name), storage, stored: [storage] })
}

const controller = (component: string, tag: string): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: component, namespace: 'flux-system', generation: 1 },
  spec: {
    selector: { matchLabels: { app: component } },
    template: { spec: { containers: [{ name: 'manager', image: `${component}:${tag}` }] } },
  },
  status: { observedGeneration: 1, updatedReplicas: 1, availableReplicas: 1 },
})

/** A cluster that runs Flux 2.9.2 with these objects. */
function clusterWith(objects: readonly KubeObject[]): FakeKube {
  const kube = new FakeKube()
  const pluralOf = (kind: string): string => FLUX_KINDS.find((each) => each.kind === kind)?.plural ?? ''
  for (const crd of FACTS.crds.filter((each) => CORE.includes(each.component))) kube.put('customresourcedefinitions', crdOf(crd))
  for (const each of FACTS.controllers.filter((one) => CORE.includes(one.component)))
    kube.put('deployments', controller(each.component, each.tag))
  for (const object of objects) kube.put(pluralOf(object.kind), object)
  return kube
}

const proofOf = (before: readonly KubeObject[], more: Partial<Proof> = {}): Proof => ({
  version: '2.9.2',
  baseline: baseline(before),
  token: TOKEN,
  repo: { root: '/repo', head: 'a'.repeat(40), remote: 'origin', branch: 'main', url: 'https://git.test/x', source: 'flux-system/home' },
  trailer: { key: 'Flux-Ops-Run', value: 'run-1' },
  kustomizations: ['flux-system/apps'],
  timeoutMs: 300_000,
  since: '2026-11-21T03:00:00Z',
  ...more,
})

const git = { commitsWithTrailer: async () => [COMMIT], remoteHead: async () => COMMIT }
const contextOf = (kube: FakeKube) => fakeContext({ kube, git })
const before = [flux('GitRepository', 'home', { status: readyStatus() }), flux('Kustomization', 'apps', { status: readyStatus() })]

describe('the proof of an upgrade', () => {
  it('holds when every object has answered the new controllers', async () => {
    const proven = await verifyFlux(contextOf(clusterWith([source, apps])), proofOf(before))

    expect(proven).toMatchObject({ version: '2.9.2', reconciled: 2, revision: REVISION, brokenBefore: [], newcomers: [] })
  })

  it('does not take the answer of the old source-controller for one of the new', async () => {
    const old = flux('GitRepository', 'home', { status: { ...readyStatus(sourceToken('run-1')), artifact: { revision: REVISION } } })

    const proof = verifyFlux(contextOf(clusterWith([old, apps])), proofOf(before))

    await expect(proof).rejects.toMatchObject({ code: 'verify-failed', message: expect.stringContaining('GitRepository flux-system/home') })
  })

  it('fails early on an object that has stalled, and names it', async () => {
    const stalled = condition('True', { type: 'Stalled', reason: 'BuildFailed', message: 'no such file' })
    const ready = condition('False', { reason: 'BuildFailed' })
    const kube = clusterWith([source, flux('Kustomization', 'apps', { status: { observedGeneration: 1, conditions: [stalled, ready] } })])
    const ctx = contextOf(kube)
    const started = ctx.clock.now().getTime()

    await expect(verifyFlux(ctx, proofOf(before))).rejects.toThrow(
      /stalled.*Kustomization flux-system\/apps[\s\S]*BuildFailed: no such file/,
    )

    expect(ctx.clock.now().getTime() - started).toBeLessThan(30_000)
  })

  it('takes an answer to somebody who asked after us', async () => {
    const others = flux('Kustomization', 'apps', { status: { ...readyStatus('2026-11-21T03:11:00.5Z'), lastAppliedRevision: REVISION } })

    const proven = await verifyFlux(contextOf(clusterWith([source, others])), proofOf(before, { askedAt: '2026-11-21T03:10:00Z' }))

    expect(proven.reconciled).toBe(2)
  })

  it('waits for nobody who came after the objects were asked, and tells of those that are not ready', async () => {
    const ready = flux('HelmChart', 'new', { status: readyStatus() })
    const failing = flux('HelmRelease', 'new', {
      status: { observedGeneration: 1, conditions: [condition('False', { reason: 'InstallFailed' })] },
    })

    const proven = await verifyFlux(contextOf(clusterWith([source, apps, ready, failing])), proofOf(before))

    expect(proven.newcomers).toEqual([expect.stringContaining('HelmRelease flux-system/new: InstallFailed')])
  })

  it('does not blame the upgrade for what was failing and is gone', async () => {
    const failed = flux('Kustomization', 'old', { status: { observedGeneration: 1, conditions: [condition('False')] } })

    const proven = await verifyFlux(contextOf(clusterWith([source, apps])), proofOf([...before, failed]))

    expect(proven.brokenBefore).toEqual(['Kustomization flux-system/old: is not there any more'])
  })

  it('tells of an object that was ready and has been suspended since', async () => {
    const held = flux('Kustomization', 'web', { spec: { suspend: true }, status: readyStatus() })

    const proven = await verifyFlux(
      contextOf(clusterWith([source, apps, held])),
      proofOf([...before, flux('Kustomization', 'web', { status: readyStatus() })]),
    )

    expect(proven.suspended).toEqual(['Kustomization flux-system/web: suspended since the run began'])
  })

  it('fails while the OCIRepository that Flux applies itself from is at the old tag', async () => {
    const manifests = flux('OCIRepository', 'manifests', {
      spec: { ref: { tag: 'v2.7.3' } },
      status: answered({ artifact: { revision: 'v2.7.3@sha256:00' } }),
    })
    const self = { source: 'flux-system/manifests', kustomization: 'flux-system/apps' }

    const proof = verifyFlux(contextOf(clusterWith([source, apps, manifests])), proofOf(before, { self }))

    await expect(proof).rejects.toThrow('OCIRepository flux-system/manifests: at v2.7.3@sha256:00, not at v2.9.2')
  })

  it('misses a CRD that the running controllers need', () => {
    const there = FACTS.crds.filter((crd) => crd.kind !== 'HelmChart').map((crd) => ({ ...crd, storedVersions: [] }))

    expect(missingCrds(there, ['source-controller'], '2.9.2')).toEqual(['helmcharts.source.toolkit.fluxcd.io'])
    expect(missingCrds(there, ['helm-controller'], '2.9.2')).toEqual([])
  })

  it('tells warnings of what is well again from those that stand', async () => {
    const event = (name: string, of: Record<string, string>, message: string): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace: 'flux-system' },
      type: 'Warning',
      reason: 'HealthCheckFailed',
      message,
      lastTimestamp: '2026-11-21T03:10:00Z',
      involvedObject: { namespace: 'flux-system', apiVersion: 'kustomize.toolkit.fluxcd.io/v1', ...of },
    })
    const kube = clusterWith([source, apps])
    kube.put('events', event('a', { kind: 'Kustomization', name: 'apps' }, 'context canceled'))
    kube.put('events', event('b', { kind: 'Pod', name: 'source-controller-7d-x', apiVersion: 'v1' }, 'probe failed'))
    kube.put('events', event('c', { kind: 'Kustomization', name: 'other' }, 'timeout'))

    const proven = await verifyFlux(contextOf(kube), proofOf(before))

    expect(proven.warnings).toEqual(['Kustomization flux-system/other: HealthCheckFailed: timeout'])
    expect(proven.passed).toHaveLength(2)
  })
})
