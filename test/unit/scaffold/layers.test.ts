// Layout `layers`: folders and names, wherever the folder lies that the cluster follows.
import { expect, test } from 'vitest'
import { clusterFile, laidOut, read, reconciled, scaffolded, textsOf } from './desk.ts'

const layers = (path: string, more: object = {}, style: 'git' | 'operator' | 'kustomize' = 'git') =>
  clusterFile({ path, style, layout: { kind: 'layers', ...more } })

const NAMES = ['cluster-vars', 'cluster', 'cluster-infrastructure', 'cluster-operators', 'cluster-core', 'cluster-apps']

test('a folder of a cluster gets the whole tree', () => {
  const { files, advice } = scaffolded(layers('clusters/prod-eu', { sampleApp: true }))

  expect(files.map(({ path, seal }) => (seal ? `${path} (sealed)` : path))).toEqual([
    '.sops.yaml',
    'clusters/prod-eu/apps/kustomization.yaml',
    'clusters/prod-eu/apps/sample-app/configmap.yaml',
    'clusters/prod-eu/apps/sample-app/kustomization.yaml',
    'clusters/prod-eu/apps/sample-app/namespace.yaml',
    'clusters/prod-eu/core/kustomization.yaml',
    'clusters/prod-eu/flux/apps.yaml',
    'clusters/prod-eu/flux/config/cluster.yaml',
    'clusters/prod-eu/flux/config/kustomization.yaml',
    'clusters/prod-eu/flux/core.yaml',
    'clusters/prod-eu/flux/infrastructure.yaml',
    'clusters/prod-eu/flux/kustomization.yaml',
    'clusters/prod-eu/flux/operators.yaml',
    'clusters/prod-eu/flux/repositories/helm/kustomization.yaml',
    'clusters/prod-eu/flux/repositories/oci/kustomization.yaml',
    'clusters/prod-eu/flux/vars/cluster-secrets.sops.yaml (sealed)',
    'clusters/prod-eu/flux/vars/cluster-settings.yaml',
    'clusters/prod-eu/flux/vars/kustomization.yaml',
    'clusters/prod-eu/infra/kustomization.yaml',
    'clusters/prod-eu/kustomization.yaml',
    'clusters/prod-eu/operators/kustomization.yaml',
  ])
  expect(advice).toEqual([])
})

test.each([
  ['clusters/prod-eu', 'git', 'clusters/prod-eu/flux', './clusters/prod-eu/flux'],
  ['kubernetes/flux/config', 'git', 'kubernetes/flux', './kubernetes/flux'],
  ['kubernetes/flux', 'git', 'kubernetes/flux', './kubernetes'],
  ['kubernetes/main/flux', 'operator', 'kubernetes/main/flux', './kubernetes/main'],
  ['kubernetes/flux', 'kustomize', 'kubernetes/flux', './kubernetes/flux'],
  ['clusters/prod-eu', 'kustomize', 'clusters/prod-eu/flux', './clusters/prod-eu'],
  ['flux', 'git', 'flux', './'],
  ['.', 'git', 'flux', './flux'],
] as const)('a cluster that follows %s by style %s has its layers in %s, and all of them come to be', (path, style, flux, cluster) => {
  const texts = laidOut(layers(path, {}, style))
  const start = style === 'kustomize' ? `${flux}/config` : path

  const { kustomizations } = reconciled(texts, start)

  expect([...kustomizations.keys()].filter((name) => name !== 'flux').sort()).toEqual([...NAMES].sort())
  expect(kustomizations.get('cluster')?.object.spec.path).toBe(cluster)
  expect(texts[`${flux}/infrastructure.yaml`]).toContain('cluster-infrastructure')
})

test('layers wait for each other, have their intervals and decrypt with sops-age', () => {
  const { kustomizations } = reconciled(laidOut(layers('clusters/prod-eu')), 'clusters/prod-eu')
  const spec = (name: string) => kustomizations.get(name)?.object.spec

  expect(NAMES.map((name) => [name, spec(name).interval, spec(name).dependsOn?.map((each: { name: string }) => each.name)])).toEqual([
    ['cluster-vars', '1h', undefined],
    ['cluster', '30m', ['cluster-vars']],
    ['cluster-infrastructure', '30m', undefined],
    ['cluster-operators', '30m', ['cluster-infrastructure']],
    ['cluster-core', '30m', ['cluster-infrastructure', 'cluster-operators']],
    ['cluster-apps', '15m', ['cluster-infrastructure', 'cluster-core']],
  ])
  expect(NAMES.map((name) => spec(name).decryption)).toEqual(NAMES.map(() => ({ provider: 'sops', secretRef: { name: 'sops-age' } })))
  expect(spec('cluster-core').postBuild.substituteFrom).toEqual([
    { kind: 'ConfigMap', name: 'cluster-settings' },
    { kind: 'Secret', name: 'cluster-secrets' },
  ])
})

test('without a key nothing is sealed, nothing decrypts and no Secret is substituted from', () => {
  const texts = textsOf(scaffolded(layers('clusters/prod-eu'), {}, {}))

  expect(Object.keys(texts).filter((path) => /sops/.test(path))).toEqual([])
  expect(Object.values(texts).filter((text) => /decryption|cluster-secrets/.test(text))).toEqual([])
})

test('the label for no substitution is in the patches of each layer where it is asked for, and nowhere else', () => {
  const having = (texts: Record<string, string>): string[] =>
    Object.keys(texts).filter((path) => texts[path]?.includes('labelSelector: substitution.flux.home.arpa/disabled notin (true)'))

  expect(having(laidOut(layers('kubernetes/flux', { substitutionOptOut: true })))).toEqual(
    ['apps', 'core', 'infrastructure', 'operators'].map((layer) => `kubernetes/flux/${layer}.yaml`),
  )
  expect(having(laidOut(layers('kubernetes/flux')))).toEqual([])
})

test('two clusters of one repository share nothing but .sops.yaml, and the second is told its rule', () => {
  const first = laidOut(layers('clusters/one'))

  const { files, advice } = scaffolded(clusterFile({ name: 'two', path: 'clusters/two', layout: { kind: 'layers' } }), first, {
    recipient: 'age1cy0su9fwf3gf9mw868g5yut09p6nytfmmnktexz2ya5uqg9vl9sss4euqm',
  })

  expect(files.filter(({ path }) => !path.startsWith('clusters/two/'))).toEqual([])
  expect(advice).toHaveLength(1)
  expect(
    advice[0],
  ).toBe(`.sops.yaml stays as it is and has no rule for clusters/two/flux/vars/cluster-secrets.sops.yaml; put first under creation_rules:
  - path_regex: ^clusters/two/.*\\.sops\\.ya?ml$
    encrypted_regex: ^(data|stringData)$
    key_groups:
      - age:
          - age1cy0su9fwf3gf9mw868g5yut09p6nytfmmnktexz2ya5uqg9vl9sss4euqm`)
})

test('a name that YAML would take for a number stays text where it is substituted', () => {
  const texts = laidOut(clusterFile({ name: '123', path: 'clusters/123', layout: { kind: 'layers', sampleApp: true } }))

  expect(read(texts['clusters/123/flux/vars/cluster-settings.yaml'] ?? '')[0].data.CLUSTER_NAME).toBe('123')
  expect(
    read((texts['clusters/123/apps/sample-app/configmap.yaml'] ?? '').replace(/\$\{CLUSTER_NAME\}/, '123'))[0].data.message,
  ).toBeTypeOf('string')
})
