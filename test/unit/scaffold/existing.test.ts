// A repository that has something already: it stays as it is, goes on being applied, and what it lacks is told.
import { describe, expect, test } from 'vitest'
import { pinContent } from '../../../src/sandbox/services/repositories/pin-content.ts'
import { clusterFile, OTHER, RECIPIENT, read, scaffolded, type Texts, textsOf } from './desk.ts'

const configMap = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`

const kustomization = (name: string, path: string, more = ''): string => `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: ${name}
  namespace: flux-system
spec:
  path: ${path}
  sourceRef:
    kind: GitRepository
    name: home
${more}`

const DECRYPTION = '  decryption:\n    provider: sops\n'

const rules = (rule: string): string => `creation_rules:\n${rule}`
const rule = (path: string, recipient: string, regex = '    encrypted_regex: ^(data|stringData)$\n'): string =>
  `  - path_regex: ${path}\n${regex}    age: ${recipient}\n`

const layers = clusterFile({ path: 'clusters/prod-eu', layout: { kind: 'layers' } })
const home = (path: string, style: 'git' | 'kustomize' = 'git') =>
  clusterFile({ path, style, layout: { kind: style === 'kustomize' ? 'oci' : 'layers', sampleApp: true, substitutionOptOut: true } })

/** Such a repository with no kustomization file at all, as Flux lists it by itself. */
const loose = (more = ''): Texts => ({
  '.sops.yaml': rules(rule('kubernetes/.*\\.sops\\.ya?ml', RECIPIENT)),
  'kubernetes/flux/config/cluster.yaml': kustomization('cluster', './kubernetes/flux', more),
  'kubernetes/flux/repositories/helm/istio.yaml': configMap('istio'),
  'kubernetes/flux/vars/cluster-settings.yaml': configMap('cluster-settings'),
  'kubernetes/flux/infrastructure.yaml': kustomization('infra', './kubernetes/infra', more),
  'kubernetes/flux/apps.yaml': kustomization('cluster-apps', './kubernetes/apps', more),
  'kubernetes/infra/cilium.yaml': configMap('cilium'),
  'kubernetes/apps/web.yaml': configMap('web'),
})

describe('a layout that is there', () => {
  test('with all that a home repository has gets the sample app and nothing else', () => {
    const facts = { fluxVersion: '2.9.2', gitUrl: 'https://git.example.com/home.git', registryHost: 'registry.example.com' }
    const { plain, sealed } = pinContent(facts, { ageKey: '', user: '', password: '' }, RECIPIENT)

    const { files, advice } = scaffolded(home('cluster/flux', 'kustomize'), { ...plain, ...sealed })

    expect(files.filter(({ path }) => !path.startsWith('cluster/apps/sample/'))).toEqual([])
    expect(files.find(({ path }) => path.endsWith('/ks.yaml'))?.text).toContain('name: home-cluster')
    expect(advice).toEqual([])
  })

  test('keeps the names of its layers and of its source: new ones refer to them', () => {
    const texts = textsOf(scaffolded(home('kubernetes/flux/config'), loose(DECRYPTION)))

    const [operators] = read(texts['kubernetes/flux/operators.yaml'] ?? '')
    expect(operators.spec.dependsOn).toEqual([{ name: 'infra' }])
    expect(operators.spec.sourceRef.name).toBe('home')
  })

  test('goes on being applied whole where Flux had listed it by itself, without what something else applies now', () => {
    const texts = textsOf(scaffolded(home('kubernetes/flux/config'), loose(DECRYPTION)))

    expect(read(texts['kubernetes/flux/kustomization.yaml'] ?? '')[0].resources).toEqual([
      './repositories/helm/istio.yaml',
      './repositories/oci',
      './vars/cluster-settings.yaml',
      './vars/cluster-secrets.sops.yaml',
      './infrastructure.yaml',
      './operators.yaml',
      './core.yaml',
      './apps.yaml',
    ])
    expect(Object.keys(texts).filter((path) => /(infra|apps|vars|helm)\/kustomization/.test(path))).toEqual([])
  })

  test('that another Kustomization applies already gets no kustomization file that would take things out of it', () => {
    const { files, advice } = scaffolded(home('kubernetes/flux'), loose(DECRYPTION))

    expect(files.map(({ path }) => path).filter((path) => /kubernetes\/(flux\/)?kustomization/.test(path))).toEqual([])
    expect(advice).toEqual([
      'kubernetes/flux/config/cluster.yaml: a Kustomization applies ./kubernetes/flux, which the cluster follows by itself: two would own the same objects. Take it out, or let git.path be kubernetes/flux/config',
    ])
  })

  test('that decrypts nothing gets no sealed file, and is told what it lacks', () => {
    const { files, advice } = scaffolded(home('kubernetes/flux/config'), loose())

    expect(files.filter(({ seal }) => seal)).toEqual([])
    expect(advice).toHaveLength(1)
    expect(advice[0]).toMatch(/decrypt nothing: .*cluster\.yaml \(cluster\), .* add under spec:\n {2}decryption:\n {4}provider: sops\n/)
  })

  test('whose apps substitute from something else gets a sample app without variables', () => {
    const texts = textsOf(scaffolded(home('kubernetes/flux/config'), loose(DECRYPTION)))

    expect(texts['kubernetes/apps/sample-app/configmap.yaml']).not.toContain('$')
  })
})

test('a file where the layout has a folder is told once, and nothing is laid out below it', () => {
  const { files, advice } = scaffolded(layers, { 'clusters/prod-eu/flux': 'no folder' })

  expect(files.filter(({ path }) => path.startsWith('clusters/prod-eu/flux/'))).toEqual([])
  expect(advice).toContain('clusters/prod-eu/flux is a file, and the layout has a folder there: nothing is laid out below it')
})

describe('the folder that the cluster follows', () => {
  test('goes on with the manifests that it had, and its new folders are not applied twice', () => {
    const there = { 'clusters/prod-eu/own.yaml': configMap('own'), 'clusters/prod-eu/deep/kustomization.yaml': 'resources: []\n' }

    const { files } = scaffolded(layers, { ...there, 'clusters/prod-eu/values.yaml': 'a: 1\n' })

    expect(read(textsOf({ files })['clusters/prod-eu/kustomization.yaml'] ?? '')[0].resources).toEqual([
      './flux-system',
      './flux/config',
      './deep',
      './own.yaml',
    ])
  })

  test('keeps its kustomization file, and what that does not list is told with the lines to add', () => {
    const { files, advice } = scaffolded(layers, { 'clusters/prod-eu/kustomization.yaml': 'resources: [flux-system]\n' })

    expect(files.map(({ path }) => path)).not.toContain('clusters/prod-eu/kustomization.yaml')
    expect(advice).toEqual([
      'clusters/prod-eu/kustomization.yaml stays as it is and does not list ./flux/config; add under resources:\n  - ./flux/config',
    ])
  })

  test('whose kustomization file cannot be read is told what it has to list', () => {
    const { advice } = scaffolded(layers, { 'clusters/prod-eu/kustomization.yaml': 'resources: [' })

    expect(advice).toEqual(['clusters/prod-eu/kustomization.yaml could not be read; it has to list ./flux-system, ./flux/config'])
  })

  test('that declares a Kustomization of the same name is told which two there would be', () => {
    const { advice } = scaffolded(layers, { 'clusters/prod-eu/own.yaml': kustomization('cluster-apps', './apps', DECRYPTION) })

    expect(advice).toEqual([
      'clusters/prod-eu/own.yaml: Kustomization cluster-apps is declared there and in clusters/prod-eu/flux/apps.yaml; only one of them can stay',
    ])
  })

  test('that has the variables elsewhere keeps them there, and the layers substitute from them', () => {
    const secret = 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: cluster-secrets\n'
    const texts = textsOf(scaffolded(layers, { 'clusters/prod-eu/secret.sops.yaml': secret }))

    expect(Object.keys(texts).filter((path) => path.endsWith('cluster-secrets.sops.yaml'))).toEqual([])
    expect(texts['clusters/prod-eu/flux/core.yaml']).toContain('name: cluster-secrets')
  })
})

describe('.sops.yaml', () => {
  const lines = (there: string): string[] => scaffolded(layers, { '.sops.yaml': there }).advice.map((line) => line.split('; ')[0] ?? '')
  const example = 'clusters/prod-eu/flux/vars/cluster-secrets.sops.yaml'

  test.each([
    ['covers the layout with the key', rules(rule('.*', RECIPIENT)), []],
    [
      'has another key for it',
      rules(rule('.*', OTHER) + rule('clusters/.*', RECIPIENT)),
      [`.sops.yaml stays as it is and seals ${example} by the rule of line 2, without the key of this cluster`],
    ],
    ['has no rule for it', rules(rule('^other/', RECIPIENT)), [`.sops.yaml stays as it is and has no rule for ${example}`]],
    [
      'seals files whole',
      rules(rule('.*', RECIPIENT, '')),
      [`.sops.yaml stays as it is and seals ${example} by the rule of line 2 whole, so that Flux could not tell what it is`],
    ],
    ['has no rules', 'stores: {}\n', [`.sops.yaml stays as it is and has no rule for ${example}`]],
  ])('that %s is left alone, and told what it lacks', (_name, text, expected) => {
    expect(lines(text)).toEqual(expected)
  })

  test('that sops cannot read is told so, with the rule it needs', () => {
    const { advice } = scaffolded(layers, { '.sops.yaml': 'creation_rules: 3\n' })

    expect(advice).toHaveLength(1)
    expect(advice[0]).toContain('sops could not read it: .sops.yaml:1')
    expect(advice[0]).toContain(`- ${RECIPIENT}`)
  })

  test('of the folder of the cluster counts before that of the root, and is told a path from its own folder', () => {
    const there = { '.sops.yaml': rules(rule('.*', RECIPIENT)), 'clusters/.sops.yaml': rules(rule('^never/', OTHER)) }

    const { advice } = scaffolded(layers, there)

    expect(advice).toHaveLength(1)
    expect(advice[0]).toContain('clusters/.sops.yaml stays as it is')
    expect(advice[0]).toContain('path_regex: ^prod-eu/.*\\.sops\\.ya?ml$')
  })
})
