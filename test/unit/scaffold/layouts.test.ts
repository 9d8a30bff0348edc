// Layouts `overlays` and `oci`, workflows and monitors: folders and names.
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { clusterFile, laidOut, read, reconciled, scaffolded, textsOf } from './desk.ts'

describe('layout oci', () => {
  const file = clusterFile({
    name: 'home',
    path: 'cluster/flux',
    style: 'kustomize',
    flux: { settings: { concurrent: 8 } },
    layout: { kind: 'oci', sampleApp: true, substitutionOptOut: true },
  })

  test('has its whole tree', () => {
    expect(scaffolded(file).files.map(({ path, seal }) => (seal ? `${path} (sealed)` : path))).toEqual([
      '.sops.yaml',
      'cluster/apps/kustomization.yaml',
      'cluster/apps/sample/kustomization.yaml',
      'cluster/apps/sample/namespace.yaml',
      'cluster/apps/sample/sample-app/app/configmap.yaml',
      'cluster/apps/sample/sample-app/app/kustomization.yaml',
      'cluster/apps/sample/sample-app/ks.yaml',
      'cluster/bootstrap/kustomization.yaml',
      'cluster/flux/apps.yaml',
      'cluster/flux/config/cluster.yaml',
      'cluster/flux/config/flux.yaml',
      'cluster/flux/config/kustomization.yaml',
      'cluster/flux/kustomization.yaml',
      'cluster/flux/repositories/helm/kustomization.yaml',
      'cluster/flux/vars/cluster-secrets.sops.yaml (sealed)',
      'cluster/flux/vars/kustomization.yaml',
    ])
  })

  test('names its objects, and pins Flux at both places', () => {
    const texts = laidOut(file)
    const names = ['cluster', 'flux'].flatMap((each) => read(texts[`cluster/flux/config/${each}.yaml`] ?? ''))

    expect(names.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual([
      'GitRepository/home-cluster',
      'Kustomization/cluster-vars',
      'Kustomization/cluster',
      'OCIRepository/flux-manifests',
      'Kustomization/flux',
    ])
    expect(parse(texts['cluster/bootstrap/kustomization.yaml'] ?? '').resources).toEqual([
      'github.com/fluxcd/flux2/manifests/install?ref=v2.9.2',
    ])
    expect(names[3].spec).toMatchObject({ url: 'oci://ghcr.io/fluxcd/flux-manifests', ref: { tag: 'v2.9.2' } })
  })

  test('sets the controllers by the same patches in the pin and in the artifact', () => {
    const texts = laidOut(file)
    const pin = parse(texts['cluster/bootstrap/kustomization.yaml'] ?? '').patches
    const [, { spec }] = read(texts['cluster/flux/config/flux.yaml'] ?? '')

    expect(pin.slice(0, spec.patches.length)).toEqual(spec.patches)
    expect(spec.patches.filter(({ patch }: { patch: string }) => patch.includes('--concurrent=8'))).toHaveLength(3)
  })

  test('gives decryption and variables to Kustomizations below apps, but not to those that say no by label', () => {
    const [{ spec }] = read(laidOut(file)['cluster/flux/apps.yaml'] ?? '')
    const [{ patch, target }] = spec.patches

    expect(target.labelSelector).toBe('substitution.flux.home.arpa/disabled notin (true)')
    expect(parse(patch).spec).toEqual({
      decryption: { provider: 'sops', secretRef: { name: 'sops-age' } },
      postBuild: { substituteFrom: [{ kind: 'Secret', name: 'cluster-secrets' }] },
    })
  })

  test('without a key has no variables, and its sample app none either', () => {
    const texts = textsOf(scaffolded(file, {}, {}))

    expect(Object.keys(texts).filter((path) => /vars|sops/.test(path))).toEqual([])
    expect(Object.entries(texts).filter(([, text]) => /\$\{|substituteFrom|decryption/.test(text))).toEqual([])
  })
})

describe('layout overlays', () => {
  const layout = { kind: 'overlays', sampleApp: true } as const

  test('has its tree: a base, and the overlay that the cluster follows', () => {
    const { files } = scaffolded(clusterFile({ path: 'applications/overlays/prod-eu', layout }))

    expect(files.map(({ path }) => path)).toEqual([
      '.sops.yaml',
      'applications/base/services/README.md',
      'applications/base/services/sample-app/configmap.yaml',
      'applications/base/services/sample-app/kustomization.yaml',
      'applications/base/services/sample-app/namespace.yaml',
      'applications/overlays/prod-eu/kustomization.yaml',
      'applications/overlays/prod-eu/services/kustomization.yaml',
      'applications/overlays/prod-eu/services/sample-app.yaml',
      'applications/overlays/prod-eu/services/sample-app/kustomization.yaml',
    ])
  })

  test('a cluster that follows another folder is led to its overlay', () => {
    const texts = laidOut(clusterFile({ path: 'clusters/prod-eu', layout }))

    const { kustomizations } = reconciled(texts, 'clusters/prod-eu')

    expect([...kustomizations].map(([name, { object }]) => [name, object.spec.path, object.spec.interval])).toEqual([
      ['applications', './applications/overlays/prod-eu', '5m'],
      ['sample-app', './applications/overlays/prod-eu/services/sample-app', '5m'],
    ])
  })

  test('a second cluster shares the base', () => {
    const first = laidOut(clusterFile({ path: 'applications/overlays/prod-eu', layout }))

    const { files } = scaffolded(clusterFile({ name: 'prod-us', path: 'applications/overlays/prod-us', layout }), first)

    expect(files.filter(({ path }) => !path.startsWith('applications/overlays/prod-us/'))).toEqual([])
  })

  test('says that nothing can be kept from substitution where nothing is substituted', () => {
    const { advice } = scaffolded(clusterFile({ layout: { ...layout, substitutionOptOut: true } }))

    expect(advice).toEqual(['layout.substitutionOptOut changes nothing with kind overlays, where nothing is substituted'])
  })
})

describe('monitors', () => {
  const file = clusterFile({ layout: { kind: 'layers' }, flux: { settings: { monitors: ['PodMonitor'] } } })
  const listed = (known: object): string[] =>
    read(textsOf(scaffolded(file, {}, known))['clusters/prod-eu/core/kustomization.yaml'] ?? '')[0].resources

  test('are laid out and not applied where the cluster has no PodMonitor', () => {
    expect(listed({})).toEqual([])
    expect(scaffolded(file, {}, {}).advice).toHaveLength(1)
  })

  test('are applied with the core where it has', () => {
    const [monitor] = read(laidOut(file)['clusters/prod-eu/core/flux-monitoring/podmonitor.yaml'] ?? '')

    expect(listed({ podMonitors: true })).toEqual(['./flux-monitoring'])
    expect(scaffolded(file, {}, { podMonitors: true }).advice).toEqual([])
    expect(monitor.spec.podMetricsEndpoints).toEqual([{ port: 'http-prom' }])
  })
})

describe('the workflow', () => {
  const texts = (ci: 'github' | 'gitlab' | 'forgejo', there = {}) => scaffolded(clusterFile({ layout: { kind: 'none', ci } }), there)

  test.each(['github', 'gitlab', 'forgejo'] as const)('of %s reads, runs both commands and prints no secret', (ci) => {
    const [file] = texts(ci).files.filter(({ path }) => path.includes('flux-ops'))
    const text = file?.text ?? ''

    expect(read(text)).toHaveLength(1)
    expect(text).toContain('flux-ops audit keys --no-cluster --plain')
    expect(text).toContain('flux-ops upgrade plan --ci --plain --kubeconfig ')
    expect(text.match(/uses: .*/g)?.every((line) => /@v\d+\.\d+\.\d+$/.test(line)) ?? true).toBe(true)
    expect(text).not.toMatch(/write-all|contents: write|set -x|echo .*KUBECONFIG/)
  })

  test('of GitLab is included by a file that is made, or told to the one that is there', () => {
    const advised = texts('gitlab', { '.gitlab-ci.yml': 'stages: [test]\n' })

    expect(textsOf(texts('gitlab'))['.gitlab-ci.yml']).toContain('- local: .gitlab/flux-ops.yml')
    expect(advised.files.map(({ path }) => path)).toEqual(['.gitlab/flux-ops.yml'])
    expect(advised.advice.at(-1)).toContain('.gitlab-ci.yml stays as it is and does not include .gitlab/flux-ops.yml')
  })
})

test('a workflow is kept from a Flux that takes every YAML file of the repository for a manifest', () => {
  const file = (path: string) => clusterFile({ path, layout: { kind: 'none', ci: 'forgejo' } })

  expect(textsOf(scaffolded(file('.')))['.sourceignore']).toMatch(/^\/\.forgejo\/$/m)
  expect(scaffolded(file('.'), { '.sourceignore': '/docs/\n' }).advice.at(-1)).toContain('/.forgejo/')
  expect(Object.keys(textsOf(scaffolded(file('clusters/a'))))).toEqual(['.forgejo/workflows/flux-ops.yaml'])
})

test('without a layout nothing is laid out', () => {
  expect(scaffolded(clusterFile({ layout: { kind: 'none' } }))).toEqual({ files: [], advice: [] })
})
