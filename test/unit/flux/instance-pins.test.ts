import { describe, expect, it } from 'vitest'
import { findInstancePins } from '../../../src/flux/instance-pins.ts'
import { applyPin } from '../../../src/flux/pins.ts'

const instance = (version: string): string => `---
# ours
apiVersion: fluxcd.controlplane.io/v1
kind: FluxInstance
metadata:
  name: flux
  namespace: flux-system
spec:
  distribution:
    version: ${version}
    registry: ghcr.io/fluxcd
`
const pinsIn = (text: string, path = 'clusters/prod/instance.yaml') => findInstancePins([{ path, text }])

describe('the version of a FluxInstance', () => {
  it.each([
    ['"2.7.3" # exact', '2.7.3'],
    ['2.7.3', '2.7.3'],
    ["'v2.7.3'", 'v2.7.3'],
  ])('is found where it is written as %s, and edited to the character', (written, text) => {
    const before = instance(written)

    const [pin, ...more] = pinsIn(before)

    expect(more).toEqual([])
    expect(pin).toMatchObject({
      kind: 'flux-instance',
      line: 10,
      text,
      version: '2.7.3',
      object: 'flux-system/flux',
      holder: 'FluxInstance',
    })
    expect(pin && applyPin(before, pin, '2.9.2')).toBe(instance(written.replace('2.7.3', '2.9.2')))
  })

  it.each([
    ['2.x', /^is a range: the operator goes/],
    ['"2.8.x"', /^is a range/],
    ['">=2.7.0 <2.9.0"', /^is a range/],
    ['"2.8"', /^is a range/],
    ['"*"', /^is a range/],
    [`\${FLUX_VERSION}`, /variable/],
    ['newest', /^is no version/],
  ])('is left to a person where it is %s', (written, why) => {
    expect(pinsIn(instance(written))).toMatchObject([{ kind: 'needs-person', why: expect.stringMatching(why) }])
  })

  it('is found in the values of a HelmRelease that leaves its namespace to the kustomization around it', () => {
    const text = `kind: HelmRelease
metadata:
  name: flux-instance
spec:
  values:
    instance:
      distribution:
        artifact: oci://ghcr.io/controlplaneio-fluxcd/flux-operator-manifests:v0.58.1
        version: 2.7.3
`

    const [pin] = pinsIn(text)

    expect(pin).toMatchObject({ kind: 'flux-instance', holder: 'HelmRelease', object: '/flux-instance', line: 9, column: 18 })
    expect(pin && applyPin(text, pin, '2.9.2')).toBe(text.replace('version: 2.7.3', 'version: 2.9.2'))
  })

  it('is found in a file of values', () => {
    expect(pinsIn('instance:\n  distribution:\n    version: "2.7.3"\n')).toMatchObject([{ kind: 'flux-instance', holder: 'values' }])
  })

  it.each([
    ['a FluxInstance without one', 'kind: FluxInstance\nspec:\n  distribution:\n    registry: ghcr.io/fluxcd\n'],
    ['something else with a distribution', 'kind: ConfigMap\ndata:\n  distribution: x\n'],
    ['a template', 'kind: FluxInstance\nspec:\n  {{- with .Values }}\n  distribution: {}\n  {{- end }}\n'],
  ])('is not seen in %s', (_what, text) => {
    expect(pinsIn(text)).toEqual([])
  })

  it('is left to a person where it is an alias', () => {
    const text = 'kind: FluxInstance\nx: &v "2.7.3"\nspec:\n  distribution:\n    version: *v\n'

    expect(pinsIn(text)).toMatchObject([{ kind: 'needs-person', why: expect.stringContaining('alias') }])
  })
})
