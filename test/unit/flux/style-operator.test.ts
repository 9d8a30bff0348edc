import { describe, expect, it } from 'vitest'
import type { RepoFile } from '../../../src/flux/files.ts'
import { type ClusterEvidence, detectStyle } from '../../../src/flux/styles.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { deployment, flux } from './objects.ts'

const URL = 'https://git.test/home-ops'
const by = (group: string, name: string) => ({
  [`${group}.toolkit.fluxcd.io/name`]: name,
  [`${group}.toolkit.fluxcd.io/namespace`]: 'flux-system',
})
const git = flux('GitRepository', 'flux-system', { spec: { url: URL, ref: { name: 'refs/heads/main' } } })
const ks = (name: string, path: string) =>
  flux('Kustomization', name, { spec: { path, sourceRef: { kind: 'GitRepository', name: 'flux-system' } } })
const instance = (labels: Record<string, string>, spec: Record<string, unknown> = {}): KubeObject =>
  flux('FluxInstance', 'flux', { labels, spec: { distribution: { version: '2.7.3', artifact: 'oci://x/y:v0.58.1' }, ...spec } })
const cluster = (parts: Partial<ClusterEvidence>): ClusterEvidence => ({
  deployments: [deployment('source-controller', 'v1.7.3', { labels: { 'fluxcd.controlplane.io/name': 'flux' } })],
  kustomizations: [ks('flux-system', './clusters/prod'), ks('flux-instance', './kubernetes/flux-instance/app')],
  gitRepositories: [git],
  ociRepositories: [],
  helmReleases: [],
  fluxInstances: [instance(by('kustomize', 'flux-system'))],
  ...parts,
})
const manifest = (path: string, version = '2.7.3'): RepoFile => ({
  path,
  text: `kind: FluxInstance\nmetadata:\n  name: flux\n  namespace: flux-system\nspec:\n  distribution:\n    version: ${version}\n`,
})
const release: RepoFile = {
  path: 'kubernetes/flux-instance/app/helmrelease.yaml',
  text: 'kind: HelmRelease\nmetadata:\n  name: flux-instance\nspec:\n  values:\n    instance:\n      distribution:\n        version: 2.7.3\n',
}
const styleOf = (evidence: ClusterEvidence, ...files: RepoFile[]) => detectStyle(evidence, { files, remotes: [URL] })
const HERE = manifest('clusters/prod/flux-system/flux-instance.yaml')

const byRelease = cluster({
  fluxInstances: [instance(by('helm', 'flux-instance'))],
  helmReleases: [flux('HelmRelease', 'flux-instance', { labels: by('kustomize', 'flux-instance') })],
})

describe('a Flux that the Flux Operator keeps', () => {
  it('is pinned by the FluxInstance in git that a Kustomization applies', () => {
    expect(styleOf(cluster({}), HERE)).toMatchObject({
      style: 'operator',
      instance: 'flux-system/flux',
      appliers: [{ kind: 'Kustomization', id: 'flux-system/flux-system' }],
      pin: { kind: 'flux-instance', file: HERE.path, version: '2.7.3' },
      artifact: 'oci://x/y:v0.58.1',
    })
  })

  it('is pinned by the values of the HelmRelease that makes the FluxInstance', () => {
    expect(styleOf(byRelease, release, manifest('examples/instance.yaml'))).toMatchObject({
      style: 'operator',
      appliers: [
        { kind: 'HelmRelease', id: 'flux-system/flux-instance' },
        { kind: 'Kustomization', id: 'flux-system/flux-instance' },
      ],
      pin: { file: release.path },
    })
  })

  it('is pinned by a file of values beside the HelmRelease', () => {
    const values = { path: 'kubernetes/flux-instance/app/helm/values.yaml', text: 'instance:\n  distribution:\n    version: 2.7.3\n' }

    expect(styleOf(byRelease, { ...release, text: 'kind: HelmRelease\nmetadata:\n  name: flux-instance\n' }, values)).toMatchObject({
      style: 'operator',
      pin: { file: values.path, version: '2.7.3' },
    })
  })

  it('is pinned by the file of this cluster, where the repository has those of others', () => {
    expect(styleOf(cluster({}), manifest('clusters/staging/flux-instance.yaml', '2.8.0'), HERE)).toMatchObject({
      style: 'operator',
      pin: { file: HERE.path },
    })
  })

  it('has the components that the FluxInstance names, or the four of the operator', () => {
    const named = cluster({
      fluxInstances: [instance(by('kustomize', 'flux-system'), { components: ['source-controller', 'source-watcher'] })],
    })

    expect(styleOf(named, HERE)).toMatchObject({ components: ['source-controller', 'source-watcher'] })
    expect(styleOf(cluster({}), HERE)).toMatchObject({ components: { length: 4 } })
  })

  it('is told by the chart behind an OCIRepository too', () => {
    const known = cluster({
      ...byRelease,
      fluxInstances: [],
      helmReleases: [flux('HelmRelease', 'flux-instance', { spec: { chartRef: { kind: 'OCIRepository', name: 'flux-instance' } } })],
      ociRepositories: [
        flux('OCIRepository', 'flux-instance', { spec: { url: 'oci://ghcr.io/controlplaneio-fluxcd/charts/flux-instance' } }),
      ],
    })

    expect(styleOf(known)).toMatchObject({
      style: 'mixed',
      cluster: expect.arrayContaining(['HelmRelease flux-system/flux-instance installs chart flux-instance']),
      hints: [expect.stringContaining('its FluxInstance is gone')],
    })
  })

  it.each<[string, ClusterEvidence, RepoFile[], RegExp]>([
    ['nothing of Flux applies the FluxInstance', cluster({ fluxInstances: [instance({})] }), [HERE], /put it into git/],
    [
      'it comes from another repository',
      cluster({ fluxInstances: [instance(by('kustomize', 'other'))] }),
      [HERE],
      /in the clone that it follows/,
    ],
    [
      'its HelmRelease is of no Kustomization here',
      cluster({ ...byRelease, helmReleases: [flux('HelmRelease', 'flux-instance')] }),
      [release],
      /no Kustomization of this repository/,
    ],
    ['no file says the version', cluster({}), [], /no file of this repository/],
    ['two files say the version', cluster({}), [HERE, manifest('clusters/prod/copy.yaml')], /more than one file/],
    ['there are two FluxInstances', cluster({ fluxInstances: [instance({}), instance({})] }), [HERE], /two FluxInstances/],
    [
      'the repository applies gotk files as well',
      cluster({}),
      [
        HERE,
        { path: 'clusters/prod/flux-system/gotk-components.yaml', text: '# Flux Version: v2.7.3\n# Components: source-controller\n' },
        { path: 'clusters/prod/flux-system/gotk-sync.yaml', text: 'kind: GitRepository\n' },
      ],
      /gotk files/,
    ],
  ])('is mixed evidence when %s', (_when, evidence, files, hint) => {
    const style = styleOf(evidence, ...files)

    expect(style).toMatchObject({ style: 'mixed', hints: [expect.stringMatching(hint)] })
    expect(style.style === 'mixed' && style.cluster.length).toBeGreaterThan(0)
  })
})
