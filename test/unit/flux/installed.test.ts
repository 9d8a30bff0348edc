import { describe, expect, it } from 'vitest'
import { release, releases } from '../../../src/flux/catalogue/index.ts'
import { installedCrd, installedFlux, parseImage } from '../../../src/flux/installed.ts'
import { crdsOf, deployment } from './objects.ts'

const CORE = ['source-controller', 'kustomize-controller', 'helm-controller', 'notification-controller']
const deploymentsOf = (version: string, only: readonly string[] = CORE) =>
  release(version)
    .controllers.filter((controller) => only.includes(controller.component))
    .map(({ component, tag }) => deployment(component, tag))

describe('the installed release', () => {
  it.each(releases().filter((version) => version !== '2.2.3'))('%s is told by its images', (version) => {
    const facts = release(version)
    const all = facts.controllers.map(({ component, tag }) => deployment(component, tag))

    expect(installedFlux(all, crdsOf(version))).toMatchObject({ status: 'found', version })
  })

  it('is the expected one of several with the same images, else the labelled one, else the newest', () => {
    const deployments = deploymentsOf('2.6.0')
    const crds = crdsOf('2.6.0')
    const labelled = crds.map((crd) => ({ ...crd, release: '2.6.0' }))

    expect(installedFlux(deployments, crds)).toMatchObject({ version: '2.6.1', alike: ['2.6.0'] })
    expect(installedFlux(deployments, crds, '2.6.0')).toMatchObject({ version: '2.6.0', alike: ['2.6.1'] })
    expect(installedFlux(deployments, labelled, '2.6.1')).toMatchObject({ version: '2.6.0' })
  })

  it('names the components that run', () => {
    const told = installedFlux(deploymentsOf('2.9.2'), crdsOf('2.9.2', { image: false }))

    expect(told.status === 'found' && [...told.components].sort()).toEqual([...CORE].sort())
  })

  it('is mixed when CRDs are of another release', () => {
    const told = installedFlux(deploymentsOf('2.9.2'), crdsOf('2.7.3'))

    expect(told).toMatchObject({
      status: 'mixed',
      lines: expect.arrayContaining(['CRD gitrepositories.source.toolkit.fluxcd.io has v1* v1beta2, 2.9.2 has v1*']),
    })
  })

  it('does not mind CRDs left behind by components that do not run', () => {
    const crds = [...crdsOf('2.9.2', { image: false }), ...crdsOf('2.6.4').filter((crd) => crd.group === 'image.toolkit.fluxcd.io')]

    expect(installedFlux(deploymentsOf('2.9.2'), crds)).toMatchObject({ status: 'found', version: '2.9.2' })
  })

  it('is mixed when two controllers are of different releases', () => {
    const deployments = [...deploymentsOf('2.7.3', ['source-controller']), ...deploymentsOf('2.9.2', ['kustomize-controller'])]

    expect(installedFlux(deployments, [])).toMatchObject({
      status: 'mixed',
      lines: [expect.stringContaining('v1.7.3 is of Flux'), expect.stringContaining('v1.9.3 is of Flux')],
    })
  })

  it('is unknown for images of no known release', () => {
    expect(installedFlux([deployment('source-controller', 'v9.9.9')], [])).toMatchObject({
      status: 'unknown',
      lines: ['source-controller v9.9.9 is of no known release'],
    })
  })

  it('is none without controllers', () => {
    expect(installedFlux([deployment('nginx', 'v1')], [])).toEqual({ status: 'none' })
  })

  it.each([
    ['ghcr.io/fluxcd/source-controller:v1.9.3@sha256:abc', { component: 'source-controller', tag: 'v1.9.3' }],
    ['registry:5000/mirror/source-watcher:v2.2.2', { component: 'source-watcher', tag: 'v2.2.2' }],
    ['ghcr.io/fluxcd/source-controller@sha256:abc', undefined],
    ['docker.io/library/nginx:1', undefined],
    ['', undefined],
  ])('reads the image %s', (image, parsed) => {
    expect(parseImage(image)).toEqual(parsed)
  })
})

describe('an installed CRD', () => {
  const object = (group: string, status?: object) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `buckets.${group}`, labels: { 'app.kubernetes.io/version': 'v2.7.3' } },
    spec: { group, names: { kind: 'Bucket', plural: 'buckets' }, versions: [{ name: 'v1', served: true, storage: true, schema: {} }] },
    ...(status ? { status } : {}),
  })

  it('is read with its stored versions and its label', () => {
    expect(installedCrd(object('source.toolkit.fluxcd.io', { storedVersions: ['v1beta2', 'v1'] }))).toEqual({
      name: 'buckets.source.toolkit.fluxcd.io',
      group: 'source.toolkit.fluxcd.io',
      kind: 'Bucket',
      plural: 'buckets',
      versions: [{ name: 'v1', served: true, storage: true }],
      storedVersions: ['v1beta2', 'v1'],
      release: '2.7.3',
    })
  })

  it('may have no stored version yet', () => {
    expect(installedCrd(object('source.toolkit.fluxcd.io', { storedVersions: null }))?.storedVersions).toEqual([])
    expect(installedCrd(object('source.toolkit.fluxcd.io'))?.storedVersions).toEqual([])
  })

  it('of another project is none', () => {
    expect(installedCrd(object('example.org'))).toBeUndefined()
  })
})
