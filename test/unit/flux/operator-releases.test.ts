import { describe, expect, it } from 'vitest'
import { releases } from '../../../src/flux/catalogue/index.ts'
import { artifactTag, firstOperatorWith, isOfficialArtifact, operatorNeeded } from '../../../src/flux/catalogue/operator.ts'

describe('the Flux Operator that a release needs', () => {
  it('is known for every release of the catalogue', () => {
    expect(releases().filter((version) => firstOperatorWith(version) === undefined)).toEqual([])
  })

  it.each([
    ['2.7.3', '2.9.2', false, '0.55.0'],
    ['2.7.3', '2.9.2', true, '0.41.0'],
    ['2.7.3', '2.7.5', false, '0.35.0'],
    ['2.7.3', '2.7.5', true, '0.1.0'],
    ['2.5.1', '2.6.4', false, '0.41.0'],
  ])('from %s to %s (distribution fetched: %s) is %s', (from, to, artifact, needed) => {
    expect(operatorNeeded(from, to, artifact)).toBe(needed)
  })

  it('is not guessed for a release that nobody knows', () => {
    expect(operatorNeeded('2.9.4', '2.99.0', false)).toBeUndefined()
  })
})

describe('the tag of a distribution', () => {
  it.each([
    ['oci://ghcr.io/controlplaneio-fluxcd/flux-operator-manifests:v0.58.1', 'v0.58.1'],
    ['oci://ghcr.io/controlplaneio-fluxcd/flux-operator-manifests', 'latest'],
    ['oci://127.0.0.1:5000/mirror/manifests:v0.58.1@sha256:abc', 'v0.58.1'],
    ['oci://127.0.0.1:5000/mirror/manifests', 'latest'],
    ['oci://127.0.0.1:5000/mirror/manifests@sha256:abc', undefined],
  ])('of %s is %s', (artifact, tag) => {
    expect(artifactTag(artifact)).toBe(tag)
  })

  it('is only trusted to move at the publisher itself', () => {
    expect(isOfficialArtifact('oci://ghcr.io/controlplaneio-fluxcd/flux-operator-manifests:latest')).toBe(true)
    expect(isOfficialArtifact('oci://mirror.test/controlplaneio-fluxcd/flux-operator-manifests:latest')).toBe(false)
    expect(isOfficialArtifact('oci://ghcr.io/controlplaneio-fluxcd/flux-operator-manifests-of-mine')).toBe(false)
  })
})
