import { describe, expect, it } from 'vitest'
import { findChartPins } from '../../../src/flux/chart-pins.ts'
import type { RepoFile } from '../../../src/flux/files.ts'
import { applyPin } from '../../../src/flux/pins.ts'
import { helmSteps } from '../../../src/flux/style-helm.ts'
import { type ClusterEvidence, detectStyle } from '../../../src/flux/styles.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { deployment, flux } from './objects.ts'

const URL = 'https://git.test/home-ops'
const BY = { 'kustomize.toolkit.fluxcd.io/name': 'flux-system', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' }
const OWNED = { 'meta.helm.sh/release-name': 'flux2', 'meta.helm.sh/release-namespace': 'flux-system' }
const history = { history: [{ chartVersion: '2.17.3+0123abcd', status: 'deployed' }] }
const byRef = (parts: Record<string, unknown> = {}): KubeObject =>
  flux('HelmRelease', 'flux2', { labels: BY, spec: { chartRef: { kind: 'OCIRepository', name: 'flux2' }, ...parts }, status: history })
const byChart = flux('HelmRelease', 'flux2', {
  labels: BY,
  spec: { chart: { spec: { chart: 'flux2', version: '2.17.3', sourceRef: { kind: 'HelmRepository', name: 'community' } } } },
})
const cluster = (parts: Partial<ClusterEvidence> = {}): ClusterEvidence => ({
  deployments: [deployment('source-controller', 'v1.7.3', { annotations: OWNED, labels: { 'app.kubernetes.io/managed-by': 'Helm' } })],
  kustomizations: [
    flux('Kustomization', 'flux-system', { spec: { path: './clusters/prod', sourceRef: { kind: 'GitRepository', name: 'flux-system' } } }),
  ],
  gitRepositories: [flux('GitRepository', 'flux-system', { spec: { url: URL, ref: { branch: 'main' } } })],
  ociRepositories: [flux('OCIRepository', 'flux2', { spec: { url: 'oci://registry.test/charts/flux2', insecure: true } })],
  helmRepositories: [flux('HelmRepository', 'community', { spec: { type: 'oci', url: 'oci://registry.test/charts/' } })],
  helmReleases: [byRef()],
  fluxInstances: [],
  ...parts,
})
const oci = (path: string, ref = 'tag: "2.17.3" # of the chart'): RepoFile => ({
  path,
  text: `kind: OCIRepository\nmetadata:\n  name: flux2\n  namespace: flux-system\nspec:\n  url: oci://registry.test/charts/flux2\n  ref:\n    ${ref}\n`,
})
const release = (version: string): RepoFile => ({
  path: 'clusters/prod/flux2.yaml',
  text: `kind: HelmRelease\nmetadata:\n  name: flux2\nspec:\n  chart:\n    spec:\n      chart: flux2\n      version: ${version}\n      sourceRef:\n        kind: HelmRepository\n        name: community\n`,
})
const HERE = oci('clusters/prod/flux2.yaml')
const styleOf = (evidence: ClusterEvidence, ...files: RepoFile[]) => detectStyle(evidence, { files, remotes: [URL] })

describe('a Flux that the Helm chart keeps', () => {
  it('is pinned by the OCIRepository in git that its HelmRelease refers to', () => {
    expect(styleOf(cluster(), HERE, oci('clusters/staging/flux2.yaml'))).toMatchObject({
      style: 'helm',
      release: 'flux-system/flux2',
      source: { kind: 'OCIRepository', id: 'flux-system/flux2', url: 'oci://registry.test/charts/flux2', insecure: true },
      pin: { kind: 'helm-chart', file: HERE.path, line: 8, version: '2.17.3' },
      runs: '2.17.3',
      appliers: [
        { kind: 'HelmRelease', id: 'flux-system/flux2' },
        { kind: 'Kustomization', id: 'flux-system/flux-system' },
      ],
    })
  })

  it('is pinned by the HelmRelease itself where the chart comes from a HelmRepository', () => {
    expect(styleOf(cluster({ helmReleases: [byChart] }), release('2.17.3'))).toMatchObject({
      style: 'helm',
      source: { kind: 'HelmRepository', id: 'flux-system/community', url: 'oci://registry.test/charts/flux2', insecure: false },
      pin: { kind: 'helm-chart', file: 'clusters/prod/flux2.yaml', line: 8, version: '2.17.3' },
    })
  })

  it.each([
    ['a range', "version: '2.x'", /is a range/],
    ['a variable', `version: \${CHART}`, /filled in by a variable/],
  ])('needs a person where its version is %s', (_what, line, why) => {
    const [pin] = findChartPins([release(line.slice('version: '.length))])

    expect(pin).toMatchObject({ kind: 'needs-person', why: expect.stringMatching(why) })
  })

  it.each([
    ['a digest', 'digest: sha256:00', /pinned by digest/],
    ['a range', 'semver: 2.x', /is a range/],
  ])('needs a person where its source follows %s', (_what, ref, why) => {
    expect(styleOf(cluster(), oci('clusters/prod/flux2.yaml', ref))).toMatchObject({
      style: 'helm',
      pin: { kind: 'needs-person', why: expect.stringMatching(why) },
    })
  })

  it('is changed in the characters of the version alone', () => {
    const [pin] = findChartPins([HERE])

    expect(pin && applyPin(HERE.text, pin, '2.19.2')).toBe(HERE.text.replace('2.17.3', '2.19.2'))
  })

  it('is installed by hand where no HelmRelease manages its release', () => {
    const style = styleOf(cluster({ helmReleases: [], ociRepositories: [] }))

    expect(style).toMatchObject({ style: 'helm-by-hand', release: { name: 'flux2', namespace: 'flux-system' } })
    expect(style.style === 'helm-by-hand' && helmSteps(style, '2.9.2').join('\n')).toContain(
      'helm upgrade flux2 fluxcd-community/flux2 --namespace flux-system --version CHART --reset-then-reuse-values --wait',
    )
  })

  it.each([
    ['the repository has the chart and the cluster no HelmRelease of it', cluster({ helmReleases: [] }), [HERE], /is not its/],
    [
      'nothing of this repository applies the HelmRelease',
      cluster({ helmReleases: [{ ...byRef(), metadata: { name: 'flux2', namespace: 'flux-system' } }] }),
      [HERE],
      /no Kustomization/,
    ],
    ['no file says the version', cluster(), [], /no file/],
    ['two files say it', cluster(), [HERE, oci('clusters/prod/other.yaml')], /more than one file/],
    [
      'gotk files are applied as well',
      cluster(),
      [
        HERE,
        {
          path: 'clusters/prod/flux-system/gotk-components.yaml',
          text: '# Manifest generated by flux\n# Flux Version: v2.7.3\n# Components: source-controller\n',
        },
        { path: 'clusters/prod/flux-system/gotk-sync.yaml', text: '' },
      ],
      /gotk/,
    ],
  ])('is mixed where %s', (_what, evidence, files, hint) => {
    const style = styleOf(evidence, ...files)

    expect(style).toMatchObject({ style: 'mixed', hints: [expect.stringMatching(hint)] })
  })
})
