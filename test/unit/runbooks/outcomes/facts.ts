import type { Parts } from '../../flux/objects.ts'
import type { Outcomes, OutcomeTable, Scenario } from './outcome.ts'
import { APP, forbidden, type World } from './world.ts'

const WAY: Readonly<Record<string, { from: string; to: string }>> = {
  '2.3': { from: '2.2.3', to: '2.3.0' },
  '2.6': { from: '2.5.1', to: '2.6.4' },
  '2.6.0': { from: '2.5.1', to: '2.6.1' },
  '2.7': { from: '2.6.4', to: '2.7.3' },
  '2.8': { from: '2.7.3', to: '2.8.8' },
  '2.8.6': { from: '2.7.3', to: '2.8.6' },
  '2.9': { from: '2.7.3', to: '2.9.2' },
  '2.9.0': { from: '2.7.3', to: '2.9.0' },
  '2.9.1': { from: '2.7.3', to: '2.9.1' },
}

type Change = (world: World) => void

const object =
  (kind: string, parts: Parts): Change =>
  (world) =>
    world.put(kind, 'x', parts)
const file =
  (text: string, path = APP): Change =>
  ({ files }) =>
    void files.set(path, text)
const noReading = ({ kube }: World): void => void kube.broken.set('kustomizations', forbidden('list kustomizations'))

/** What most facts need: an object that is not concerned, one that is, and a cluster that cannot be read. */
function outcomesOf(
  minor: string,
  well: Change,
  ill: Change,
  says: RegExp,
  unknown: Omit<Scenario, 'given'> & { given?: string } = {},
): Outcomes {
  const way = WAY[minor]
  if (way === undefined) throw new Error(`no way to ${minor}`)
  return {
    pass: { given: 'the object is not concerned', ...way, change: well },
    fail: { given: 'the object is concerned', ...way, change: ill, says },
    unknown: { given: 'the cluster cannot be read', change: noReading, says: /may not/, ...unknown, ...way },
  }
}

const image: Change = (world) => world.install(['image-reflector-controller', 'image-automation-controller'], true)
const template =
  (messageTemplate: string): Change =>
  (world) => {
    image(world)
    world.put('ImageUpdateAutomation', 'x', { spec: { git: { commit: { messageTemplate } } } })
  }
const child: Change = (world) => {
  world.put('HelmRelease', 'child', {
    labels: { 'helm.toolkit.fluxcd.io/name': 'parent', 'helm.toolkit.fluxcd.io/namespace': 'flux-system' },
  })
}
const parent =
  (spec: Record<string, unknown>): Change =>
  (world) => {
    child(world)
    world.put('HelmRelease', 'parent', { spec })
  }
const gate =
  (gates: string): Change =>
  (world) =>
    world.change('Deployment', 'helm-controller', (each) => {
      each.spec.template.spec.containers[0].args = [`--feature-gates=${gates}`]
    })
const receiver =
  (data?: Record<string, string>): Change =>
  (world) => {
    world.put('Receiver', 'hook', { spec: { type: 'gcr', secretRef: { name: 'token' } } })
    const metadata = { name: 'token', namespace: 'flux-system' }
    if (data) world.kube.put('secrets', { apiVersion: 'v1', kind: 'Secret', metadata, data })
  }
const both =
  (...changes: Change[]): Change =>
  (world) => {
    for (const change of changes) change(world)
  }
const renderers = (more: Record<string, unknown>): Change =>
  object('HelmRelease', { spec: { postRenderers: [{ kustomize: {} }], ...more } })
const patch = (text: string): Change =>
  object('Kustomization', { spec: { postBuild: { substitute: { tag: '1' } }, patches: [{ patch: text }] } })
const substituting =
  (parts: Record<string, unknown>): Change =>
  (world) =>
    world.change('Kustomization', 'flux-system', (each) => void Object.assign(each.spec, parts))
const wait = { install: { disableWait: true }, upgrade: { disableWait: true } }
const OPENAPI = '/repo/clusters/prod/kustomization.yaml'

export const outcomes: OutcomeTable = {
  'helm-release-fields-kept': outcomesOf(
    '2.3',
    object('HelmRelease', { spec: { chart: { spec: { valuesFiles: ['a.yaml'] } } } }),
    object('HelmRelease', {
      spec: { chart: { spec: { valuesFile: 'a.yaml' } }, postRenderers: [{ kustomize: { patchesJson6902: [{}] } }] },
    }),
    /uses valuesFile, patchesJson6902/,
  ),
  'provider-fits-registry': outcomesOf(
    '2.6',
    object('OCIRepository', { spec: { provider: 'aws', url: 'oci://123456789012.dkr.ecr.eu-west-1.amazonaws.com/app' } }),
    object('OCIRepository', { spec: { provider: 'aws', url: 'oci://ghcr.io/app' } }),
    /whose registries ghcr\.io is none of/,
  ),
  'public-ecr-provider': outcomesOf(
    '2.6.0',
    object('OCIRepository', { spec: { provider: 'generic', url: 'oci://public.ecr.aws/app' } }),
    object('OCIRepository', { spec: { provider: 'aws', url: 'oci://public.ecr.aws/app' } }),
    /with provider aws/,
  ),
  'git-ssh-host-keys': outcomesOf(
    '2.6.0',
    object('GitRepository', { spec: { url: 'https://git.test/y' } }),
    object('GitRepository', { spec: { url: 'ssh://git@git.test/y' } }),
    /is fetched over SSH/,
  ),
  'image-update-template': outcomesOf(
    '2.7',
    template('{{ range .Changed.FileChanges }}{{ end }}, Updated by Flux'),
    template('{{ range .Updated.Images }}{{ end }}'),
    /uses \.Updated/,
  ),
  'variables-in-patches': outcomesOf('2.7', patch('value: $${tag}'), patch(`value: \${tag}`), /spec\.patches uses \$\{tag\}/),
  'nested-helm-releases': outcomesOf('2.8', parent(wait), parent({}), /is made by HelmRelease flux-system\/parent/),
  'helm-upgrade-force': outcomesOf(
    '2.8',
    object('HelmRelease', { spec: { upgrade: { force: false } } }),
    object('HelmRelease', { spec: { upgrade: { force: true } } }),
    /has spec\.upgrade\.force/,
  ),
  'helm-legacy-history': outcomesOf(
    '2.8',
    object('HelmRelease', { status: { lastReleaseRevision: 3, history: [{}] } }),
    object('HelmRelease', { status: { lastReleaseRevision: 3 } }),
    /no status\.history/,
  ),
  'cancelled-releases-retry': outcomesOf(
    '2.8',
    both(gate('CancelHealthCheckOnNewRevision=true,DefaultToRetryOnFailure=true'), object('HelmRelease', {})),
    both(gate('CancelHealthCheckOnNewRevision=true'), object('HelmRelease', {})),
    /neither retries nor strategy/,
  ),
  'apply-if-not-present': outcomesOf(
    '2.8.6',
    file('annotations: {kustomize.toolkit.fluxcd.io/ssa: Merge}\n'),
    file('annotations:\n  kustomize.toolkit.fluxcd.io/ssa: IfNotPresent\n'),
    /app\.yaml:2/,
  ),
  'gcr-receiver-claims': outcomesOf(
    '2.9',
    receiver({ token: 'x', email: 'x', audience: 'x' }),
    receiver({ token: 'x' }),
    /lacks email and audience/,
    {
      given: 'its Secret may not be read',
      change: both(receiver(), ({ kube }) => void kube.broken.set('secrets', forbidden('get secrets'))),
      says: /Secret flux-system\/token of Receiver flux-system\/hook: you may not get secrets/,
    },
  ),
  'post-render-strategy': outcomesOf('2.9', renderers({ postRenderStrategy: 'nohooks' }), renderers({}), /no postRenderStrategy/, {
    given: "Helm's record of a release may not be read",
    change: both(
      object('HelmRelease', { status: { history: [{ name: 'x', version: 1 }] } }),
      ({ kube }) => void kube.broken.set('secrets', forbidden('get secrets')),
    ),
    says: /Helm's record of HelmRelease flux-system\/x: you may not get secrets/,
  }),
  'flux-crds-substituted': outcomesOf('2.9.0', substituting({}), substituting({ postBuild: { substitute: {} } }), /with postBuild/),
  'openapi-url': outcomesOf(
    '2.9.1',
    file('resources: []\nopenapi:\n  path: schema.json\n', OPENAPI),
    file('resources: []\nopenapi:\n  path: https://example.org/schema.json\n', OPENAPI),
    /kustomization\.yaml:3/,
  ),
}
