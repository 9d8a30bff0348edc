// Every check of the move, asked through the engine in worlds where it passes, fails and cannot know.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { migrateOperator } from '../../../../runbooks/migrate-operator/index.ts'
import { runChecks } from '../../../../src/engine/checks.ts'
import type { CheckResult } from '../../../../src/engine/model.ts'
import { OpsError } from '../../../../src/errors.ts'
import type { Command, ExecResult } from '../../../../src/ports/exec.ts'
import type { KubeObject } from '../../../../src/ports/kube.ts'
import { condition } from '../../flux/objects.ts'
import { contextOf, forbidden, type World, world } from '../outcomes/world.ts'

interface MoveWorld extends World {
  charts: () => Promise<string[]>
  version: string
  monitors: boolean
  settings: object
}

type Change = (made: MoveWorld) => void

interface Outcome {
  readonly pass?: readonly [Change | undefined, RegExp?]
  readonly fail: readonly [Change, RegExp]
  readonly unknown: readonly [Change, RegExp]
}

const SERVICE_MONITORS = 'servicemonitors.monitoring.coreos.com'

const deploymentsOf = ({ kube }: World): KubeObject[] =>
  [...kube.objects].flatMap(([key, each]) => (key.startsWith('deployments ') ? [each] : []))

const syncOf = ({ kube }: World): KubeObject[] =>
  [...kube.objects].flatMap(([key, each]) => (/^(gitrepositories|kustomizations) flux-system\/flux-system$/.test(key) ? [each] : []))

/** flux and kubectl that make of a FluxInstance what runs already. */
function echo(made: World): (command: Command) => Partial<ExecResult> {
  const would = structuredClone([...deploymentsOf(made).map((each) => ({ ...each, kind: 'Deployment' })), ...syncOf(made)])
  return ({ tool, args, stdin }) => {
    if (tool === 'flux') return { stdout: `---\n# Flux Version: v2.7.3\n${would.map((each) => `${JSON.stringify(each)}\n`).join('---\n')}` }
    if (args[0] === 'kustomize') return { stdout: would.map((each) => `${JSON.stringify(each)}\n`).join('---\n') }
    const { items } = JSON.parse(String(stdin)) as { items: KubeObject[] }
    return { stdout: items.map((each) => JSON.stringify(each, null, 1)).join('\n') }
  }
}

function moveWorld(change?: Change): MoveWorld {
  const made = world() as MoveWorld
  made.charts = async () => ['0.58.1']
  made.version = '0.58.1'
  made.monitors = true
  made.settings = { concurrent: 10 }
  made.kube.put('customresourcedefinitions', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: SERVICE_MONITORS },
  })
  made.exec = echo(made)
  set(made.kube, { kinds: async () => [] })
  change?.(made)
  return made
}

async function ask(id: string, change?: Change): Promise<CheckResult> {
  const made = moveWorld(change)
  const check = migrateOperator.checks.find((each) => each.id === id)
  if (check === undefined) throw new Error(`no check is called ${id}`)
  const input = migrateOperator.input.parse({
    repo: '/repo',
    operatorVersion: made.version,
    monitors: made.monitors,
    settings: made.settings,
    operatorChart: 'oci://r.test/charts/flux-operator',
  })
  const ctx = { ...contextOf(made), charts: { versions: made.charts, appVersion: async () => undefined } }
  const [report] = await runChecks({ checks: [check] }, ctx, input, {}, { record: async () => undefined, live: () => undefined })
  if (report === undefined) throw new Error(`${id} gave no report`)
  return report.result
}

const set = (object: object, values: object): void => void Object.assign(object, values)

const broken =
  (plural: string): Change =>
  ({ kube }) =>
    void kube.broken.set(plural, forbidden(`list ${plural}`))

const failing =
  (kind: string, name: string, state: 'False' | 'Unknown' = 'False'): Change =>
  (made) =>
    made.change(kind, name, (object) => {
      object.status = {
        ...object.status,
        conditions: [condition(state, { reason: 'BuildFailed', message: 'no such file', observedGeneration: 1 })],
      }
    })

const suspend =
  (kind: string, name: string): Change =>
  (made) =>
    made.change(kind, name, (object) => {
      object.spec = { ...object.spec, suspend: true }
    })

const gitFails =
  (method: string, code: string): Change =>
  (made) =>
    Object.assign(made.git, { [method]: async () => Promise.reject(new OpsError({ code, message: `git says ${code}` })) })

const KUSTOMIZATION = '/repo/clusters/prod/flux-system/kustomization.yaml'

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  'cluster-reachable': {
    fail: [({ kube }) => set(kube, { unreachable: forbidden('get namespaces') }), /may not/],
    unknown: [({ kube }) => set(kube, { unreachable: new Error('unexpected token <') }), /unexpected/],
  },
  'flux-installed': {
    pass: [undefined, /Flux 2\.7\.3, 4 controllers/],
    fail: [
      ({ kube }) => void kube.objects.get('customresourcedefinitions /ocirepositories.source.toolkit.fluxcd.io')?.spec.versions.pop(),
      /not of one known release/,
    ],
    unknown: [broken('deployments'), /may not list/],
  },
  'no-operator-yet': {
    fail: [
      ({ kube }) =>
        kube.put('deployments', {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: 'flux-operator', namespace: 'flux-system' },
          spec: { template: { spec: { containers: [{ image: 'ghcr.io/controlplaneio-fluxcd/flux-operator:v0.58.1' }] } } },
        }),
      /already/,
    ],
    unknown: [broken('deployments'), /may not list/],
  },
  'repository-found': {
    fail: [
      ({ git }) => set(git, { upstream: async () => ({ remote: 'origin', branch: 'main', url: 'https://git.test/other' }) }),
      /no Kustomization/,
    ],
    unknown: [({ git }) => set(git, { root: async () => Promise.reject(new Error('git is odd')) }), /odd/],
  },
  'style-movable': {
    pass: [undefined, /flux bootstrap, clusters\/prod\/flux-system/],
    fail: [({ files }) => void files.delete('/repo/clusters/prod/flux-system/gotk-components.yaml'), /no version of Flux is pinned/],
    unknown: [broken('kustomizations'), /may not list/],
  },
  'repository-clean': {
    fail: [({ git }) => set(git, { status: async () => ({ entries: [{ code: '??', path: 'x' }] }) }), /not tracked/],
    unknown: [gitFails('status', 'git-failed'), /git-failed/],
  },
  'repository-branch': {
    fail: [
      ({ git }) => set(git, { upstream: async () => ({ remote: 'origin', branch: 'next', url: 'https://git.test/x' }) }),
      /follows main/,
    ],
    unknown: [broken('gitrepositories'), /may not list/],
  },
  'repository-pushed': {
    fail: [({ git }) => set(git, { remoteHead: async () => 'b'.repeat(40) }), /bbbbbbbbbb/],
    unknown: [gitFails('remoteHead', 'git-unreachable'), /git-unreachable/],
  },
  'repository-applied': {
    fail: [({ git }) => set(git, { head: async () => 'c'.repeat(40) }), /not at the head/],
    unknown: [broken('kustomizations'), /may not list/],
  },
  'push-allowed': {
    fail: [gitFails('tryPush', 'git-auth'), /git-auth/],
    unknown: [gitFails('tryPush', 'git-unreachable'), /git-unreachable/],
  },
  'controllers-healthy': {
    fail: [(made) => set(deploymentsOf(made)[0]?.spec, { replicas: 0 }), /scaled to 0/],
    unknown: [broken('pods'), /may not list/],
  },
  'owner-ready': { fail: [failing('Kustomization', 'flux-system'), /no such file/], unknown: [broken('kustomizations'), /may not list/] },
  'sync-not-suspended': {
    fail: [suspend('GitRepository', 'flux-system'), /suspended/],
    unknown: [broken('gitrepositories'), /may not list/],
  },
  'nobody-midway': {
    fail: [
      (made) =>
        made.change('Kustomization', 'flux-system', ({ metadata }) => set(metadata, { annotations: { 'flux-ops.dev/held-by': 'run-1' } })),
      /run-1/,
    ],
    unknown: [broken('kustomizations'), /may not list/],
  },
  'components-there': {
    fail: [({ kube }) => void kube.objects.delete('deployments flux-system/helm-controller'), /helm-controller/],
    unknown: [broken('deployments'), /may not list/],
  },
  'operator-knows-release': {
    fail: [(made) => set(made, { version: '0.20.0' }), /came with 0\.33\.0/],
    unknown: [broken('deployments'), /may not list/],
  },
  'operator-chart-found': {
    fail: [(made) => set(made, { charts: async () => ['0.57.0'] }), /no version 0\.58\.1/],
    unknown: [
      (made) => set(made, { charts: async () => Promise.reject(new OpsError({ code: 'chart-unreachable', message: 'no route' })) }),
      /no route/,
    ],
  },
  'monitors-possible': {
    fail: [({ kube }) => void kube.objects.delete(`customresourcedefinitions /${SERVICE_MONITORS}`), /no CRD/],
    unknown: [broken('customresourcedefinitions'), /may not list/],
  },
  'settings-possible': {
    fail: [
      (made) => set(made, { settings: { featureGates: { 'helm-controller': { Nonsense: true } } } }),
      /gate Nonsense of helm-controller/,
    ],
    unknown: [broken('deployments'), /may not list/],
  },
  'settings-carried': {
    fail: [({ files }) => void files.set(KUSTOMIZATION, 'resources: [gotk-components.yaml]\nsecretGenerator: []\n'), /secretGenerator/],
    unknown: [
      (made) => {
        const { exec } = made
        made.exec = (command) => (command.tool === 'flux' ? { stdout: 'nothing' } : exec(command))
        made.files.set('/repo/clusters/prod/flux-system/gotk-components.yaml', '# Flux Version: v2.7.2\n# Components: source-controller\n')
      },
      /did not print/,
    ],
  },
  'nothing-changes': {
    fail: [
      (made) => {
        const [first] = deploymentsOf(made)
        if (first) first.spec.template.metadata = { annotations: { 'kubectl.kubernetes.io/restartedAt': 'yesterday' } }
      },
      /restartedAt/,
    ],
    unknown: [broken('networkpolicies'), /may not list/],
  },
  'objects-ready': {
    fail: [failing('GitRepository', 'flux-system'), /no such file/],
    unknown: [broken('gitrepositories'), /may not list/],
  },
  permissions: {
    fail: [({ kube }) => kube.denied.push('delete fluxinstances'), /delete fluxinstances/],
    unknown: [broken('selfsubjectaccessreviews'), /may not list/],
  },
}

describe('every check of the move', () => {
  it('is in the table, and has a paragraph in the README under its id', () => {
    const ids = migrateOperator.checks.map(({ id }) => id)
    const readme = readFileSync(fileURLToPath(new URL('../../../../runbooks/migrate-operator/README.md', import.meta.url)), 'utf8')

    expect(Object.keys(OUTCOMES).sort()).toEqual([...ids].sort())
    expect([...readme.matchAll(/^### (\S+)$/gm)].map(([, id]) => id)).toEqual(ids)
  })

  it.each(Object.keys(OUTCOMES))('%s passes where all is well', async (id) => {
    const [change, words = /./] = OUTCOMES[id]?.pass ?? [undefined]

    const result = await ask(id, change)

    expect(JSON.stringify(result)).toMatch(words)
    expect(result.status).toBe('pass')
  })

  it.each(['fail', 'unknown'] as const)('%s is said in words, with the way to the README where it fails', async (status) => {
    for (const [id, outcome] of Object.entries(OUTCOMES)) {
      const scenario = outcome[status]
      const result = await ask(id, scenario[0])
      expect([id, result.status, JSON.stringify(result)]).toEqual([id, status, expect.stringMatching(scenario[1])])
      if (result.status === 'fail') expect(result.hints.at(-1)).toBe(`runbooks/migrate-operator/README.md#${id}`)
    }
  })

  it('brings no environment into git that stands in the cluster alone, and does not write it down', async () => {
    const result = await ask('settings-carried', (made) => {
      const [container] = deploymentsOf(made)[0]?.spec.template.spec.containers ?? []
      set(container, { env: [{ name: 'HTTPS_PROXY', value: 'http://me:hunter2@proxy' }] })
    })

    expect(JSON.stringify(result)).toMatch(/HTTPS_PROXY/)
    expect(JSON.stringify(result)).not.toMatch(/hunter2/)
    expect(result.status).toBe('fail')
  })

  it('takes no address of git with a password in it', async () => {
    const result = await ask('settings-carried', (made) =>
      made.change('GitRepository', 'flux-system', (object) => set(object.spec, { url: 'https://me:hunter2@git.test/x' })),
    )

    expect(JSON.stringify(result)).toMatch(/holds a password/)
    expect(JSON.stringify(result)).not.toMatch(/hunter2/)
  })
})
