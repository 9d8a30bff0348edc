import { describe, expect, it } from 'vitest'
import { syncNotSuspended } from '../../../runbooks/upgrade/checks/cluster.ts'
import { distributionHasTarget, operatorNewEnough } from '../../../runbooks/upgrade/checks/operator.ts'
import { installStyleKnown, pinsFound } from '../../../runbooks/upgrade/checks/repository.ts'
import { stopsExportable } from '../../../runbooks/upgrade/checks/stops.ts'
import { makePlan } from '../../../runbooks/upgrade/plan.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { crdObject, FakeKube, fakeContext } from '../actions/fakes.ts'
import { deployment, flux } from '../flux/objects.ts'

const URL = 'https://git.test/x'
const input = { to: '2.9.2', repo: '/repo', backupRecipients: [], timeoutSeconds: 300 }
const git = {
  root: async () => '/repo',
  head: async () => 'a'.repeat(40),
  branch: async () => 'main',
  upstream: async () => ({ remote: 'origin', branch: 'main', url: URL }),
}
const LABELS = { 'kustomize.toolkit.fluxcd.io/name': 'flux-system', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' }

interface World {
  operator?: string
  artifact?: string
  version?: string
  annotations?: Record<string, string>
}

const operatorImage = (tag: string): KubeObject => {
  const object = deployment('flux-operator', tag)
  object.spec.template.spec.containers[0].image = `ghcr.io/controlplaneio-fluxcd/flux-operator:${tag}`
  return object
}

const world = ({ operator = 'v0.58.1', artifact, version = '2.7.3', annotations = {} }: World = {}) => {
  const kube = new FakeKube()
  for (const [plural, kind, group] of [
    ['kustomizations', 'Kustomization', 'kustomize.toolkit.fluxcd.io'],
    ['gitrepositories', 'GitRepository', 'source.toolkit.fluxcd.io'],
    ['fluxinstances', 'FluxInstance', 'fluxcd.controlplane.io'],
  ] as const)
    kube.put('customresourcedefinitions', crdObject(plural, group, kind, { versions: ['v1', 'v1beta2'], storage: 'v1', stored: ['v1'] }))
  for (const [component, tag] of [
    ['source-controller', 'v1.7.3'],
    ['kustomize-controller', 'v1.7.2'],
  ] as const)
    kube.put('deployments', deployment(component, tag, { labels: { 'fluxcd.controlplane.io/name': 'flux' } }))
  if (operator !== '') kube.put('deployments', operatorImage(operator))
  kube.put('gitrepositories', flux('GitRepository', 'flux-system', { spec: { url: URL, ref: { name: 'refs/heads/main' } } }))
  kube.put(
    'kustomizations',
    flux('Kustomization', 'flux-system', { spec: { path: '.', sourceRef: { kind: 'GitRepository', name: 'flux-system' } } }),
  )
  const distribution = { version, ...(artifact === undefined ? {} : { artifact }) }
  kube.put('fluxinstances', flux('FluxInstance', 'flux', { labels: LABELS, annotations, spec: { distribution } }))
  const text = `kind: FluxInstance\nmetadata:\n  name: flux\n  namespace: flux-system\nspec:\n  distribution:\n    version: ${version}\n`
  return fakeContext({ kube, git, files: new Map([['/repo/flux.yaml', text]]) })
}
const MANIFESTS = 'ghcr.io/controlplaneio-fluxcd/flux-operator-manifests'

describe('stops-exportable', () => {
  it('is not asked where the operator writes the manifests of a stop, and not the flux CLI', async () => {
    expect(await stopsExportable.probe(world(), { ...input, via: ['2.8.8'] })).toMatchObject({
      status: 'skip',
      reason: expect.stringContaining('no manifests are written'),
    })
  })
})

describe('operator-new-enough', () => {
  it('passes with an operator whose image has the target', async () => {
    expect(await operatorNewEnough.probe(world(), input)).toMatchObject({
      status: 'pass',
      detail: 'flux-operator 0.58.1, 0.55.0 is needed',
    })
  })

  it('passes with an older one that fetches its distribution', async () => {
    expect(await operatorNewEnough.probe(world({ operator: 'v0.50.0', artifact: `oci://${MANIFESTS}` }), input)).toMatchObject({
      status: 'pass',
    })
  })

  it('fails with one that does not know the target, and says which does', async () => {
    expect(await operatorNewEnough.probe(world({ operator: 'v0.50.0' }), input)).toMatchObject({
      status: 'fail',
      detail: 'flux-operator 0.50.0 does not know Flux 2.9.2',
      hints: [expect.stringContaining('to 0.55.0 or newer first'), 'runbooks/upgrade/README.md#operator-new-enough'],
    })
  })

  it('fails with one that skips the migration of stored objects', async () => {
    expect(await operatorNewEnough.probe(world({ operator: 'v0.40.0', artifact: `oci://${MANIFESTS}` }), input)).toMatchObject({
      status: 'fail',
      detail: expect.stringContaining('does not migrate stored objects'),
    })
  })

  it.each(['', 'latest'])('is not known when the image of the operator is of tag %j', async (operator) => {
    expect(await operatorNewEnough.probe(world({ operator }), input)).toMatchObject({ status: 'unknown' })
  })
})

describe('distribution-has-target', () => {
  it.each([
    ['is of an operator that had the target', `oci://${MANIFESTS}:v0.58.1`, 'pass'],
    ['is the newest of the publisher', `oci://${MANIFESTS}:latest`, 'pass'],
    ['is of an older operator', `oci://${MANIFESTS}:v0.37.1`, 'fail'],
    ['is the newest of a mirror', 'oci://mirror.test/manifests', 'unknown'],
    ['has a tag that is no version', `oci://${MANIFESTS}:stable`, 'unknown'],
    ['is named by its digest', `oci://${MANIFESTS}@sha256:abc`, 'unknown'],
  ])('gives its answer when the artifact %s', async (_when, artifact, status) => {
    expect(await distributionHasTarget.probe(world({ artifact }), input)).toMatchObject({ status })
  })

  it('says which tag has the target', async () => {
    expect(await distributionHasTarget.probe(world({ artifact: `oci://${MANIFESTS}:v0.37.1` }), input)).toMatchObject({
      hints: [expect.stringContaining('v0.55.0 or newer'), 'runbooks/upgrade/README.md#distribution-has-target'],
    })
  })

  it('is left out where the operator takes the distribution of its image', async () => {
    expect(await distributionHasTarget.probe(world(), input)).toMatchObject({ status: 'skip' })
  })
})

describe('the checks of every style', () => {
  it('name the FluxInstance and what applies it', async () => {
    expect(await installStyleKnown.probe(world(), input)).toMatchObject({
      status: 'pass',
      detail: 'Flux Operator (FluxInstance flux-system/flux, applied by Kustomization flux-system/flux-system)',
    })
  })

  it('leave a range to a person, and say what the operator does with it', async () => {
    expect(await pinsFound.probe(world({ version: '2.x' }), input)).toMatchObject({
      status: 'fail',
      items: [
        { where: 'flux.yaml:7', what: expect.stringMatching(/^2\.x: is a range: the operator goes to the newest release in it by itself/) },
      ],
    })
  })

  it('see that the FluxInstance is switched off', async () => {
    const off = world({ annotations: { 'fluxcd.controlplane.io/reconcile': 'disabled' } })

    expect(await syncNotSuspended.probe(off, input)).toMatchObject({ status: 'fail', items: [{ where: 'FluxInstance flux-system/flux' }] })
    expect(await syncNotSuspended.probe(world(), input)).toMatchObject({ status: 'pass' })
  })

  it('make no plan of a range: there is nothing that a run could change or wait for', async () => {
    await expect(makePlan(world({ version: '2.x' }), input)).rejects.toMatchObject({ code: 'pin-unclear', exit: 'refused' })
  })
})
