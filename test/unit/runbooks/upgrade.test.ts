import { describe, expect, it } from 'vitest'
import { fluxSkew, kubectlSkew } from '../../../runbooks/upgrade/checks/tools.ts'
import { describePlan } from '../../../runbooks/upgrade/describe.ts'
import { between } from '../../../runbooks/upgrade/fresh.ts'
import { upgrade } from '../../../runbooks/upgrade/index.ts'
import { inputSchema } from '../../../runbooks/upgrade/input.ts'
import { planSchema, type UpgradePlan } from '../../../runbooks/upgrade/plan-schema.ts'
import { backwards, pinnedTo } from '../../../runbooks/upgrade/steps/pin.ts'
import { upgradeSteps } from '../../../runbooks/upgrade/steps.ts'
import { neededAccess } from '../../../src/actions/access.ts'
import { installFlags } from '../../../src/actions/gotk.ts'
import { release } from '../../../src/flux/catalogue/index.ts'

const pin = (line: number, column = 10): UpgradePlan['pins'][number] => ({
  kind: 'kustomize-remote',
  file: 'cluster/bootstrap/kustomization.yaml',
  line,
  column,
  endColumn: column + 6,
  text: 'v2.7.3',
  version: '2.7.3',
})

const plan: UpgradePlan = {
  clusterUid: 'uid-1',
  context: 'test',
  namespace: 'flux-system',
  from: '2.7.3',
  to: '2.9.2',
  repo: { root: '/repo', head: 'a'.repeat(40), remote: 'origin', branch: 'main', url: 'https://git.test/x', source: 'flux-system/home' },
  installation: { style: 'pin', bases: ['cluster/bootstrap'], self: null },
  tree: ['cluster'],
  migrate: { paths: ['cluster'], changes: [{ file: 'cluster/a.yaml', line: 1, kind: 'OCIRepository', from: 'v1beta2', to: 'v1' }] },
  unmigrated: [],
  pins: [pin(5)],
  gotkFlags: null,
  storage: [
    { crd: 'ocirepositories.source.toolkit.fluxcd.io', kind: 'OCIRepository', to: 'v1', drops: ['v1beta2'], stale: [], objects: 2 },
  ],
  promotions: [],
  why: '',
  baseline: [],
  kustomizations: [],
  recipients: [],
  secrets: false,
  crdCount: 14,
  timeoutMs: 1000,
  madeAt: '2026-11-21T03:12:00Z',
}
const operator: UpgradePlan['installation'] = {
  style: 'operator',
  instance: 'flux-system/flux',
  appliers: [{ kind: 'Kustomization', id: 'flux-system/flux-system' }],
}
const ids = (of: UpgradePlan): string[] => upgradeSteps(of).map((step) => step.id)

describe('upgrade plan', () => {
  it('rewrites what is stored before it pushes', () => {
    const steps = ids(plan)

    expect(steps.indexOf('migrate-storage')).toBeLessThan(steps.indexOf('push'))
    expect(steps.indexOf('sync-source')).toBeLessThan(steps.indexOf('apply'))
  })

  it('leaves out the steps that have nothing to do', () => {
    const bare = { ...plan, storage: [], pins: [], migrate: { paths: [], changes: [] } }

    expect(ids(bare)).not.toEqual(expect.arrayContaining(['migrate-storage']))
    for (const id of ['migrate-repository', 'pin', 'commit', 'push']) expect(ids(bare)).not.toContain(id)
  })

  it('lets the Flux Operator apply, where it keeps Flux, after Flux has the commit', () => {
    const kept = { ...plan, installation: operator, pins: [{ ...pin(5), kind: 'flux-instance' as const }] }
    const steps = ids(planSchema.parse(JSON.parse(JSON.stringify(kept))))

    expect(steps).not.toContain('apply')
    expect(steps.slice(steps.indexOf('push'))).toEqual(
      expect.arrayContaining([
        'push',
        'sync-source',
        'operator-applies',
        'rollout',
        'migrate-storage-after',
        'reconcile',
        'verify',
        'report',
      ]),
    )
    expect(steps.indexOf('migrate-storage')).toBeLessThan(steps.indexOf('push'))
    expect(describePlan(kept).join('\n')).toMatch(/operator-applies +FluxInstance flux-system\/flux at 2\.9\.2/)
  })

  it('gives the same steps after it went through JSON', () => {
    expect(ids(planSchema.parse(JSON.parse(JSON.stringify(plan))))).toEqual(ids(plan))
  })

  it('shows the line of no return before the push when a CRD gets a new storage version', () => {
    const promoting = { ...plan, promotions: [{ crd: 'imagepolicies.image.toolkit.fluxcd.io', to: 'v1', lowest: '2.7.0' }] }
    const lines = describePlan(promoting)

    const line = lines.findIndex((each) => each.startsWith('▲'))
    expect(lines[line]).toBe('▲ from here on: imagepolicies.image.toolkit.fluxcd.io is stored as v1 and cannot go below Flux 2.7.0')
    expect(lines[line + 1]).toContain('push')
    expect(describePlan(plan).some((each) => each.startsWith('▲'))).toBe(false)
  })

  it.each(['../secrets', '/etc/passwd', '-rf', 'a/../../b'])('refuses a plan file that names %s', (file) => {
    expect(() => planSchema.parse({ ...plan, pins: [{ ...pin(1), file }] })).toThrow()
  })

  it('takes the flags of flux install from a plan file only where they are those that a plan is made with', () => {
    const flags = installFlags('image: registry.test/fluxcd/source-controller:v1\n', ['source-controller'], 'flux-system')

    expect(planSchema.parse({ ...plan, gotkFlags: flags }).gotkFlags).toEqual(flags)
    for (const flag of ['--export=false', '--kubeconfig=mine', 'manifests'])
      expect(() => planSchema.parse({ ...plan, gotkFlags: [...flags, flag] }), flag).toThrow()
  })

  it('says of each step what it touches', () => {
    const image = { crd: 'imagepolicies.image.toolkit.fluxcd.io', kind: 'ImagePolicy', to: 'v1', drops: ['v1beta2'], stale: [], objects: 0 }
    const controllers = ['source-controller', 'kustomize-controller', 'helm-controller', 'notification-controller']
    const text = describePlan({ ...plan, storage: [...plan.storage, image], controllers }).join('\n')

    expect(text).toContain('OCIRepository: 2 objects stored as v1beta2 → v1, storedVersions [v1beta2, v1] → [v1]')
    expect(text).toContain('ImagePolicy: no objects, storedVersions [v1beta2, v1] → [v1]')
    expect(text).toMatch(/apply +server-side, \d+ CRDs.*, 4 Deployments/)
    expect(text).toMatch(/sync-source +GitRepository flux-system\/home to the commit/)
    expect(text).not.toMatch(/patch 0/)
  })

  it('previews the exact patches of every write step', () => {
    const view = { plan, facts: {}, runId: 'run-1' }
    const previews = upgradeSteps(plan).flatMap((step) => (step.kind === 'write' ? [[step.id, step.preview(view)] as const] : []))

    for (const [id, lines] of previews) expect(lines, id).not.toEqual([])
    expect(Object.fromEntries(previews)['migrate-storage']).toEqual([
      'patch 2 ocirepositories.source.toolkit.fluxcd.io --type merge {}',
      'update customresourcedefinition ocirepositories.source.toolkit.fluxcd.io --subresource status storedVersions [v1beta2, v1] → [v1]',
    ])
  })

  it('previews flux migrate where that was asked for, with the context and the time of the run, and says so in the plan', () => {
    const asked = planSchema.parse({ ...plan, migrateWith: 'flux', timeoutMs: 900_000 })
    const view = { plan: asked, facts: {}, runId: 'run-1' }

    const previews = upgradeSteps(asked).flatMap((step) =>
      step.kind === 'write' && step.id.startsWith('migrate-storage') ? [step.preview(view)] : [],
    )

    expect(previews).toEqual([['flux --context test migrate --timeout=900s'], ['flux --context test migrate --timeout=900s']])
    expect(describePlan(asked).join('\n')).toMatch(/migrate-storage +by flux migrate\n +OCIRepository: 2 objects stored as v1beta2 → v1/)
  })

  it('offers the rollback only once the cluster may have been touched', () => {
    expect(upgrade.afterFailure?.(plan, 'verify', 'run-1')).toEqual(['flux-ops rollback run-1'])
    expect(upgrade.afterFailure?.(plan, 'commit', 'run-1')).toEqual(['flux-ops runs abandon run-1'])
  })
})

describe('upgrade checks', () => {
  it('have ids that are unique and each a heading of the README', async () => {
    const { readFile } = await import('node:fs/promises')
    const readme = await readFile(new URL('../../../runbooks/upgrade/README.md', import.meta.url), 'utf8')
    const found = upgrade.checks.map((check) => check.id)

    expect(new Set(found).size).toBe(found.length)
    for (const id of found) expect(readme).toContain(`\n### ${id}\n`)
  })

  it('ask for the status of CRDs, which trimming needs', () => {
    const needed = neededAccess('flux-system', new Set(['kustomizations']), false)

    expect(needed).toContainEqual({
      verb: 'update',
      group: 'apiextensions.k8s.io',
      resource: 'customresourcedefinitions',
      subresource: 'status',
    })
    expect(needed.some((request) => request.resource === 'gitrepositories')).toBe(false)
    expect(needed.some((request) => request.resource === 'secrets')).toBe(false)
  })

  it.each([
    ['2.9.2', '2.9.4', true],
    ['2.8.0', '2.9.2', false],
    [undefined, '2.9.2', false],
  ])('take a flux CLI %s for target %s: %s', (version, target, fits) => {
    expect(fluxSkew(version, target) === undefined).toBe(fits)
  })

  it.each([
    ['v1.34.4', 'v1.34.1', true],
    ['v1.33.0', 'v1.34.1', true],
    ['v1.32.0', 'v1.34.1', false],
    ['nonsense', 'v1.34.1', false],
  ])('take kubectl %s for API server %s: %s', (client, server, fits) => {
    expect(kubectlSkew(client, server) === undefined).toBe(fits)
  })
})

describe('upgrade input', () => {
  it.each([
    { to: '2.9.2', repo: 'relative' },
    { to: '2.9.2' },
    { to: 3, repo: '/r' },
    { to: '2.9.2', repo: '/r', backupRecipients: ['AGE-SECRET-KEY-1'] },
    { to: '2.9.2', repo: '/r', extra: 1 },
  ])('refuses %o', (input) => {
    expect(() => inputSchema.parse(input)).toThrow()
  })
})

describe('pins', () => {
  it('are edited from the end of a file to its start', () => {
    expect(backwards([pin(2), pin(9), pin(9, 30)]).map((each) => [each.line, each.column])).toEqual([
      [9, 30],
      [9, 10],
      [2, 10],
    ])
  })

  it('are at the target without a v where they had none', () => {
    const bare = { ...pin(1, 9), text: '2.7.3' }

    expect(pinnedTo('- x?ref=2.9.2\n', bare, '2.9.2')).toBe(true)
    expect(pinnedTo('- x?ref=2.9.20\n', bare, '2.9.2')).toBe(false)
  })

  it.each([
    ['- x?ref=v2.9.2\n', true],
    ['- x?ref=v2.9.20\n', false],
    ['- x?ref=v2.7.3\n', false],
    ['', false],
  ])('are at the target in %j: %s', (text, at) => {
    expect(pinnedTo(text, pin(1, 9), '2.9.2')).toBe(at)
  })
})

describe('a plan under way', () => {
  const controllers = (version: string) =>
    release(version).controllers.map((each) => ({ component: each.component, image: each.image, tag: each.tag, namespace: 'flux-system' }))

  it('holds while controllers of both ends run', () => {
    const [first, ...rest] = controllers('2.7.3')
    const mixed = {
      status: 'mixed',
      lines: [],
      versions: ['2.7.3', '2.9.3'],
      controllers: [...(first ? [first] : []), ...controllers('2.9.2').slice(0, rest.length)],
    } as const

    expect(between(mixed, plan)).toBe(true)
  })

  it('does not hold for a third version, nor when Flux is gone', () => {
    expect(between({ status: 'unknown', lines: [], controllers: controllers('2.8.8') }, plan)).toBe(false)
    expect(between({ status: 'none' }, plan)).toBe(false)
  })
})
