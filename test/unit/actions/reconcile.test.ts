import { describe, expect, it } from 'vitest'
import { askable, layersOf, reconcileAll, shorten } from '../../../src/actions/reconcile.ts'
import { OpsError } from '../../../src/errors.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { crdObject, FakeKube, fakeContext } from './fakes.ts'

const object = (kind: string, name: string, spec: Record<string, unknown> = {}): KubeObject => {
  const group =
    kind === 'HelmRelease'
      ? 'helm.toolkit.fluxcd.io/v2'
      : kind === 'Kustomization'
        ? 'kustomize.toolkit.fluxcd.io/v1'
        : 'source.toolkit.fluxcd.io/v1'
  return { apiVersion: group, kind, metadata: { name, namespace: 'flux-system' }, spec }
}
const names = (layers: KubeObject[][]): string[][] => layers.map((layer) => layer.map((each) => each.metadata.name).sort())

describe('reconcile order', () => {
  it('asks sources before what applies them, and dependencies before what depends on them', () => {
    const layers = layersOf([
      object('Kustomization', 'apps', { dependsOn: [{ name: 'infra' }] }),
      object('Kustomization', 'infra'),
      object('HelmRelease', 'web', { dependsOn: [{ name: 'db' }] }),
      object('HelmRelease', 'db'),
      object('GitRepository', 'home'),
      object('HelmChart', 'chart'),
    ])

    expect(names(layers)).toEqual([['home'], ['chart'], ['db', 'infra'], ['apps', 'web']])
  })

  it('keeps every object once when dependsOn goes in a circle', () => {
    const layers = layersOf([
      object('Kustomization', 'a', { dependsOn: [{ name: 'b' }] }),
      object('Kustomization', 'b', { dependsOn: [{ name: 'a' }] }),
      object('Kustomization', 'c'),
    ])

    expect(
      layers
        .flat()
        .map((each) => each.metadata.name)
        .sort(),
    ).toEqual(['a', 'b', 'c'])
  })

  it.each([
    ['suspended', object('Kustomization', 'a', { suspend: true })],
    ['static', object('HelmRepository', 'a', { type: 'oci' })],
  ])('does not ask a %s object', (_what, each) => {
    expect(askable(each)).toBe(false)
  })

  it('goes on when an object was deleted after it was listed', async () => {
    const kube = new FakeKube()
    const versions = { versions: ['v1'], storage: 'v1', stored: ['v1'] }
    kube.put('customresourcedefinitions', crdObject('kustomizations', 'kustomize.toolkit.fluxcd.io', 'Kustomization', versions))
    kube.put('kustomizations', object('Kustomization', 'gone'))
    kube.onPatch = () => {
      kube.objects.delete('kustomizations flux-system/gone')
      throw new OpsError({ code: 'kube-error', message: 'not found' })
    }

    const result = await reconcileAll(fakeContext({ kube }), [], { token: 'run-1', timeoutMs: 1000 })

    expect(result).toMatchObject({ requested: 1, late: [], since: '2026-11-21T03:12:00.000Z' })
  })

  it('shortens a long list of names', () => {
    expect(shorten(['a', 'b', 'c'], 2)).toBe('a, b and 1 more')
  })
})
