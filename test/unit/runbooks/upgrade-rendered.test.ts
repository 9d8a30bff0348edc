// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are what Flux substitutes
import { describe, expect, it } from 'vitest'
import { noRenderedRemovedApi, strictSubstitution, substitutionSeen } from '../../../runbooks/upgrade/checks/rendered.ts'
import type { Command, ExecResult } from '../../../src/ports/exec.ts'
import { crdObject, FakeKube, fakeContext } from '../actions/fakes.ts'
import { deployment, flux } from '../flux/objects.ts'

const input = { to: '2.9.2', repo: '/repo', backupRecipients: [], timeoutSeconds: 300 }
const upstream = { remote: 'origin', branch: 'main', url: 'https://git.test/x' }
const git = { root: async () => '/repo', head: async () => 'a'.repeat(40), branch: async () => 'main', upstream: async () => upstream }

const CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: page\n  namespace: web\ndata:\n  domain: ${DOMAIN}\n'
const ORIGIN = '  annotations:\n    config.kubernetes.io/origin: |\n      path: repo/apps/page.yaml\n'
const rendered = (text: string, origin = ORIGIN): string => text.replace('metadata:\n', `metadata:\n${origin}`)

interface Parts {
  readonly spec?: Record<string, unknown>
  readonly files?: Record<string, string>
  readonly output?: (command: Command) => Partial<ExecResult>
  readonly args?: readonly string[]
  readonly source?: string
}

const crd = (kind: string, group: string, plural: string) =>
  crdObject(plural, `${group}.toolkit.fluxcd.io`, kind, { versions: ['v1', 'v1beta2'], storage: 'v1', stored: ['v1'] })

function world({
  spec = {},
  files = { 'apps/page.yaml': CONFIG },
  output = () => ({ stdout: rendered(CONFIG) }),
  args = [],
  source = 'home',
}: Parts) {
  const kube = new FakeKube()
  for (const object of [crd('Kustomization', 'kustomize', 'kustomizations'), crd('GitRepository', 'source', 'gitrepositories')])
    kube.put('customresourcedefinitions', object)
  // What runs has to be of one release for the checks to be asked; two controllers make it 2.7.3.
  for (const [name, tag] of [
    ['kustomize-controller', 'v1.7.2'],
    ['source-controller', 'v1.7.3'],
  ] as const) {
    const object = deployment(name, tag)
    object.spec.template.spec.containers[0].args = name === 'kustomize-controller' ? args : []
    kube.put('deployments', object)
  }
  kube.put('gitrepositories', flux('GitRepository', 'home', { spec: { url: upstream.url, ref: { branch: 'main' } } }))
  kube.put(
    'kustomizations',
    flux('Kustomization', 'apps', { spec: { path: './apps', sourceRef: { kind: 'GitRepository', name: source }, ...spec } }),
  )
  kube.put('gitrepositories', flux('GitRepository', 'other', { spec: { url: 'https://git.test/y' } }))
  const commands: Command[] = []
  const ctx = fakeContext({
    kube,
    git,
    files: new Map(Object.entries(files).map(([path, text]) => [`/repo/${path}`, text])),
    exec: (command) => {
      commands.push(command)
      return command.tool === 'kubectl' ? output(command) : {}
    },
  })
  return { ctx, kube, commands }
}

const inline = (...names: string[]) => ({ postBuild: { substitute: Object.fromEntries(names.map((name) => [name, 'x'])) } })

describe('upgrade check strict-substitution', () => {
  it('names file, line, object, Kustomization and variable of one that is not', async () => {
    const result = await strictSubstitution.probe(world({ spec: inline('OTHER') }).ctx, input)

    expect(result).toMatchObject({
      status: 'fail',
      items: [{ where: 'apps/page.yaml:7', what: '${DOMAIN} in ConfigMap web/page, by Kustomization flux-system/apps: DOMAIN is not set' }],
    })
  })

  it('takes the names of a ConfigMap and a Secret, and never a value of them', async () => {
    const { ctx, kube, commands } = world({
      spec: {
        postBuild: {
          substituteFrom: [
            { kind: 'Secret', name: 'vars' },
            { kind: 'ConfigMap', name: 'none', optional: true },
          ],
        },
      },
    })
    kube.put('secrets', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'vars', namespace: 'flux-system' },
      data: { DOMAIN: 'aHVzaA==' },
    })

    expect(await strictSubstitution.probe(ctx, input)).toMatchObject({ status: 'pass' })
    expect(JSON.stringify(commands)).not.toContain('aHVzaA==')
  })

  it('is unknown when a Secret that it takes variables from is not there', async () => {
    const { ctx } = world({ spec: { postBuild: { substituteFrom: [{ kind: 'Secret', name: 'vars' }] } } })

    expect(await strictSubstitution.probe(ctx, input)).toMatchObject({ status: 'unknown', cause: expect.stringContaining('Secret vars') })
  })

  it.each([
    [
      'no variable is set at all, so that Flux substitutes nothing',
      { postBuild: { substituteFrom: [{ kind: 'Secret', name: 'vars', optional: true }] } },
    ],
    ['there is no postBuild', {}],
  ])('passes when %s', async (_why, spec) => {
    expect(await strictSubstitution.probe(world({ spec }).ctx, input)).toMatchObject({ status: 'pass' })
  })

  it('looks where nothing is set and the strategy is Always', async () => {
    const { ctx } = world({ spec: { postBuild: { substituteStrategy: 'Always' } } })

    expect(await strictSubstitution.probe(ctx, input)).toMatchObject({ status: 'fail' })
  })

  it.each([
    ['an annotation', ORIGIN.replace('annotations:\n', 'annotations:\n    kustomize.toolkit.fluxcd.io/substitute: disabled\n')],
    ['a label', `${ORIGIN}  labels:\n    kustomize.toolkit.fluxcd.io/substitute: disabled\n`],
  ])('leaves an object alone that opts out by %s', async (_how, origin) => {
    const { ctx } = world({ spec: inline('OTHER'), output: () => ({ stdout: rendered(CONFIG, origin) }) })

    expect(await strictSubstitution.probe(ctx, input)).toMatchObject({ status: 'pass' })
  })

  it('leaves alone what is escaped or has a default', async () => {
    const text = CONFIG.replace('${DOMAIN}', () => '$${DOMAIN} ${PORT:-80}')
    const { ctx } = world({ spec: inline('OTHER'), output: () => ({ stdout: rendered(text) }) })

    expect(await strictSubstitution.probe(ctx, input)).toMatchObject({ status: 'pass' })
  })

  it('passes when the gate is off', async () => {
    const { ctx } = world({ spec: inline('OTHER'), args: ['--feature-gates=StrictPostBuildSubstitutions=false'] })

    expect(await strictSubstitution.probe(ctx, input)).toMatchObject({ status: 'pass', detail: expect.stringContaining('is off') })
  })

  it('is not asked when the target is older than 2.9', async () => {
    expect(await strictSubstitution.probe(world({ spec: inline('OTHER') }).ctx, { ...input, to: '2.8.8' })).toMatchObject({
      status: 'skip',
    })
  })
})

describe('upgrade check substitution-seen', () => {
  const SEALED =
    'apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\n  namespace: web\nstringData:\n  a: ENC[AES256_GCM,data:x]\nsops:\n  mac: x\n'

  it('names encrypted objects whose values it cannot see', async () => {
    const { ctx } = world({ spec: inline('DOMAIN'), output: () => ({ stdout: rendered(SEALED) }) })

    expect(await substitutionSeen.probe(ctx, input)).toMatchObject({
      status: 'fail',
      items: [{ where: 'apps/page.yaml', what: expect.stringContaining('Secret web/s') }],
    })
  })

  it('names Kustomizations that are applied from elsewhere', async () => {
    const { ctx } = world({ spec: inline('DOMAIN'), source: 'other' })

    expect(await substitutionSeen.probe(ctx, input)).toMatchObject({ status: 'fail', items: [{ where: 'Kustomization flux-system/apps' }] })
  })
})

describe('upgrade check no-rendered-removed-api', () => {
  const OLD = 'apiVersion: image.toolkit.fluxcd.io/v1beta2\nkind: ImagePolicy\nmetadata:\n  name: web\n  namespace: apps\nspec: {}\n'
  const REMOTE =
    '  annotations:\n    config.kubernetes.io/origin: |\n      path: base/policy.yaml\n      ref: v1\n      repo: https://git.test/base\n'

  const files = { 'apps/kustomization.yaml': 'resources:\n  - https://git.test/base?ref=v1\n' }

  it('passes when what is rendered is served', async () => {
    const { ctx, commands } = world({ files, output: () => ({ stdout: rendered(OLD.replace('v1beta2', 'v1'), REMOTE) }) })

    expect(await noRenderedRemovedApi.probe(ctx, input)).toMatchObject({ status: 'pass' })
    expect(commands.filter((command) => command.args.includes('kustomize'))).toHaveLength(1)
  })

  it('renders nothing where the files of the clone show all there is', async () => {
    const { ctx, commands } = world({})

    expect(await noRenderedRemovedApi.probe(ctx, input)).toMatchObject({ status: 'pass' })
    expect(commands.filter((command) => command.args.includes('kustomize'))).toEqual([])
  })

  it('names the Kustomization, the object, both versions and the remote base that it comes from', async () => {
    const { ctx } = world({ files, output: () => ({ stdout: rendered(OLD, REMOTE) }) })

    expect(await noRenderedRemovedApi.probe(ctx, input)).toMatchObject({
      status: 'fail',
      items: [
        {
          where: 'Kustomization flux-system/apps',
          what: 'ImagePolicy apps/web image.toolkit.fluxcd.io/v1beta2 → image.toolkit.fluxcd.io/v1, from https://git.test/base?ref=v1',
        },
      ],
    })
  })

  it('leaves to the check of files what a file shows by itself', async () => {
    const { ctx } = world({ files: { ...files, 'apps/page.yaml': OLD }, output: () => ({ stdout: rendered(OLD) }) })

    expect(await noRenderedRemovedApi.probe(ctx, input)).toMatchObject({ status: 'pass' })
  })

  it('is unknown when a Kustomization cannot be rendered', async () => {
    const { ctx } = world({ files: { 'README.md': '' } })

    expect(await noRenderedRemovedApi.probe(ctx, input)).toMatchObject({
      status: 'unknown',
      cause: expect.stringContaining('apps is not in the clone'),
    })
  })
})
