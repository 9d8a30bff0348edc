import { describe, expect, it } from 'vitest'
import { findCrd, kubernetesVerdict, latestOf, release, releases, storageVersion } from '../../../src/flux/catalogue/index.ts'
import { FLUX_KINDS } from '../../../src/flux/kinds.ts'

describe('the catalogue of releases', () => {
  it('gives the same facts with and without v', () => {
    expect(release('v2.9.2')).toEqual(release('2.9.2'))
  })

  it('knows the image tags and default arguments of a release', () => {
    const source = release('2.9.2').controllers.find((controller) => controller.component === 'source-controller')

    expect(source).toMatchObject({ image: 'fluxcd/source-controller', tag: 'v1.9.3' })
    expect(source?.args).toContain('--storage-path=/data')
  })

  it('has one storage version for each CRD of each release', () => {
    const wrong = releases().flatMap((version) =>
      release(version).crds.filter((crd) => crd.versions.filter((each) => each.storage).length !== 1),
    )

    expect(wrong).toEqual([])
  })

  // The table of served and storage versions, read by hand from the CRD files at the tags of the controllers.
  it.each([
    ['2.2.3', 'ImageUpdateAutomation', 'v1beta1*'],
    ['2.3.0', 'ImageUpdateAutomation', 'v1beta1 v1beta2*'],
    ['2.3.0', 'Bucket', 'v1beta1 v1beta2*'],
    ['2.4.0', 'Bucket', 'v1* v1beta1 v1beta2'],
    ['2.6.4', 'OCIRepository', 'v1* v1beta2'],
    ['2.7.5', 'HelmRelease', 'v2* v2beta2'],
    ['2.7.5', 'ImagePolicy', 'v1* v1beta2'],
    ['2.8.8', 'Receiver', 'v1* v1beta2'],
    ['2.9.2', 'ImagePolicy', 'v1*'],
    ['2.9.2', 'Alert', 'v1beta3*'],
  ])('knows that %s has %s at %s', (version, kind, expected) => {
    const crd = release(version).crds.find((each) => each.kind === kind)

    const text = crd?.versions.map((each) => (each.storage ? `${each.name}*` : each.name)).sort()

    expect(text?.join(' ')).toBe(expected)
  })

  it('agrees with the table of kinds on the newest release', () => {
    const facts = release(releases().at(-1) ?? '')

    const told = FLUX_KINDS.map(({ group, kind, plural, component, hasStatus, reconcilable }) => {
      const crd = findCrd(facts, group, kind)
      const version = crd?.versions.find((each) => each.name === storageVersion(crd))
      return {
        kind,
        plural: crd?.plural === plural,
        component: crd?.component === component,
        status: version?.conditions === hasStatus,
        handles: version?.handles === reconcilable,
      }
    })

    expect(told.filter((each) => !(each.plural && each.component && each.status && each.handles))).toEqual([])
    expect(facts.crds.length).toBe(FLUX_KINDS.length)
  })

  it('names near releases for one it does not know', () => {
    expect(() => release('2.9.99')).toThrow(
      expect.objectContaining({ code: 'flux-version-unknown', exit: 'usage', hints: ['known near it: 2.9.2, 2.9.3, 2.9.4'] }),
    )
  })

  it('refuses what is no full version and says how to write it', () => {
    expect(() => release('2.9')).toThrow(
      expect.objectContaining({ code: 'flux-version-invalid', hints: ['write it in full: the newest known of 2.9 is 2.9.4'] }),
    )
  })

  it.each(['', 'latest', '__proto__', 'constructor', '2.9.2; rm -rf /', 'v'.repeat(10000)])('refuses %j without a crash', (version) => {
    expect(() => release(version)).toThrow(expect.objectContaining({ exit: 'usage' }))
  })

  it('knows the newest release of a minor', () => {
    expect(latestOf('2.7')).toBe('2.7.5')
    expect(latestOf('1.0')).toBeUndefined()
  })
})

describe('the Kubernetes range', () => {
  it.each([
    ['2.9.2', 'v1.34.4', 'tested'],
    ['2.9.2', 'v1.36.0+k3s1', 'tested'],
    ['2.9.2', 'v1.33.9-gke.100', 'too-old'],
    ['2.7.3', 'v1.35.0', 'too-new'],
    ['2.2.3', 'v1.28.0', 'unknown'],
    ['2.9.2', 'banana', 'unknown'],
  ])('of Flux %s takes Kubernetes %s as %s', (version, kubernetes, status) => {
    expect(kubernetesVerdict(version, kubernetes).status).toBe(status)
  })
})
