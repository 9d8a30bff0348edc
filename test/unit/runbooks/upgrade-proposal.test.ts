// An upgrade whose change is proposed: what is planned, said and written for those who decide.
import { describe, expect, test } from 'vitest'
import { describePlan } from '../../../runbooks/upgrade/describe.ts'
import { upgrade } from '../../../runbooks/upgrade/index.ts'
import { planSchema, type UpgradePlan } from '../../../runbooks/upgrade/plan-schema.ts'
import { pullRequestBody } from '../../../runbooks/upgrade/proposal/body.ts'
import { mergeLine, proposalOf, proposing } from '../../../runbooks/upgrade/proposal/proposing.ts'
import { upgradeSteps } from '../../../runbooks/upgrade/steps.ts'
import type { PullRequest } from '../../../src/ports/forge.ts'
import { fakeContext } from '../actions/fakes.ts'

const plan: UpgradePlan = {
  clusterUid: 'uid-1',
  context: 'admin@prod-eu',
  namespace: 'flux-system',
  from: '2.7.3',
  to: '2.9.2',
  repo: {
    root: '/repo',
    head: 'a'.repeat(40),
    remote: 'origin',
    branch: 'main',
    url: 'https://git.test/acme/x',
    source: 'flux-system/home',
  },
  installation: { style: 'pin', bases: ['cluster/bootstrap'], self: null },
  tree: ['cluster'],
  migrate: { paths: ['cluster'], changes: [{ file: 'cluster/a.yaml', line: 1, kind: 'OCIRepository', from: 'v1beta2', to: 'v1' }] },
  unmigrated: [],
  pins: [{ kind: 'kustomize-remote', file: 'cluster/k.yaml', line: 4, column: 62, endColumn: 68, text: 'v2.7.3', version: '2.7.3' }],
  gotkFlags: null,
  storage: [],
  promotions: [],
  why: 'one hop does it',
  baseline: [],
  kustomizations: [],
  recipients: [],
  secrets: false,
  crdCount: 14,
  controllers: ['source-controller'],
  pullRequest: { kind: 'gitea', url: 'https://git.test', path: 'acme/x' },
  timeoutMs: 1000,
  madeAt: '2026-11-21T03:12:00Z',
}
const view = (change: Partial<UpgradePlan> = {}, facts = {}) => ({ plan: { ...plan, ...change }, facts, runId: 'run-1' })
const ids = (of: UpgradePlan): string[] => upgradeSteps(of).map((step) => step.id)

describe('an upgrade with --pr', () => {
  test('pushes to no branch that Flux follows, and migrates what is stored before anything can be merged', () => {
    const steps = ids({ ...plan, storage: [{ crd: 'x', kind: 'X', to: 'v1', drops: ['v1beta2'], stale: [], objects: 1 }] })

    expect(steps.slice(0, 9)).toEqual([
      'backup',
      'migrate-storage',
      'worktree',
      'migrate-repository',
      'pin',
      'commit',
      'push-branch',
      'open-pull-request',
      'merged',
    ])
    expect(steps).not.toContain('push')
    expect(steps.at(-1)).toBe('tidy-clone')
  })

  test('has no pull request where there is nothing to propose', () => {
    const steps = ids({ ...plan, pins: [], migrate: { paths: [], changes: [] } })

    expect(steps).not.toContain('open-pull-request')
    expect(steps).not.toContain('worktree')
  })

  test('is read back from a journal, and so is a plan of before there were pull requests', () => {
    const { pullRequest: _none, ...old } = plan

    expect(planSchema.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan)
    expect(ids(planSchema.parse(old))).toContain('push')
  })

  test('applies what was merged, and not what the person still has checked out', async () => {
    const rendered: string[] = []
    const exec = ({ args }: { args: readonly string[] }) => {
      if (args[0] === 'kustomize') rendered.push(args[1] ?? '')
      return { stdout: 'kind: Deployment\n' }
    }
    const apply = upgradeSteps(plan).find((step) => step.id === 'apply')

    if (apply?.kind === 'write') await apply.run(fakeContext({ exec }), view())

    expect(rendered).toEqual(['/runs/one/worktree/cluster/bootstrap'])
  })

  test('shows the merge as the line from which on there is no way back', () => {
    const lines = describePlan(plan)

    const line = lines.findIndex((each) => each.startsWith('▲'))
    expect(lines[line]).toContain('as soon as it is merged')
    expect(lines[line + 1]).toContain('merged')
    expect(lines.join('\n')).toContain('nothing is pushed to main')
  })

  test('offers abandon until the merge and rollback from then on', () => {
    for (const step of ['worktree', 'push-branch', 'open-pull-request', 'merged'])
      expect(upgrade.afterFailure?.(plan, step, 'run-1')).toEqual(['flux-ops runs abandon run-1'])
    expect(upgrade.afterFailure?.(plan, 'checkout-merge', 'run-1')).toEqual(['flux-ops rollback run-1'])
  })

  test.each<[PullRequest['state'], string | undefined]>([
    ['merged', 'pull-request-merged'],
    ['open', undefined],
    ['closed', undefined],
  ])('whose pull request is %s: abandon is refused with %s', async (state, code) => {
    const ctx = fakeContext({ forge: { get: async () => ({ number: 7, url: 'u', state }) } })
    const facts = { 'push-branch': { branch: 'b' }, 'open-pull-request': { number: 7, url: 'u' } }

    const refused = await upgrade.assertAbandon?.(ctx, plan, view({}, facts)).then(
      () => undefined,
      (error: { code: string }) => error.code,
    )

    expect(refused).toBe(code)
  })

  test('names its branch by version and run', () => {
    expect(proposalOf(view())?.branch).toBe('flux-ops/upgrade-flux-2.9.2-run-1')
  })
})

describe('what was merged', () => {
  const text = (version: string): string => `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - github.com/fluxcd/flux2/manifests/install?ref=v${version}
`
  const merged = (content: string | undefined) =>
    proposing(plan).assertMerged(fakeContext({ files: new Map(content === undefined ? [] : [['/repo/cluster/k.yaml', content]]) }), view())

  test('is the target when its pins say so, wherever in the file they are by now', async () => {
    await expect(merged(`# moved\n# down\n${text('2.9.2')}`)).resolves.toBeUndefined()
  })

  test.each([
    ['another version', text('2.8.0')],
    ['no pin', 'kind: Kustomization\n'],
    ['no file', undefined],
  ])('is not the target when there is %s', async (_what, content) => {
    await expect(merged(content)).rejects.toMatchObject({ code: 'merge-differs', message: expect.stringContaining('cluster/k.yaml') })
  })
})

describe('the text of the pull request', () => {
  const body = (change: Partial<UpgradePlan> = {}) => pullRequestBody(view(change), mergeLine({ ...plan, ...change }))

  test('says from what to what, what changes, what the merge does, and how to go on or back', () => {
    const text = body()

    for (const part of [
      '`2.7.3`',
      '`2.9.2`',
      '`cluster/k.yaml:4`',
      '`OCIRepository v1beta2`',
      '`source-controller ',
      'as soon as it is merged',
    ])
      expect(text).toContain(part)
    for (const command of ['runs resume', 'runs abandon', 'rollback']) expect(text).toContain(`flux-ops ${command} run-1`)
  })

  test('names what is stored for good', () => {
    const promotions = [{ crd: 'imagepolicies.image.toolkit.fluxcd.io', to: 'v1', lowest: '2.7.0' }]

    expect(body({ promotions })).toContain('imagepolicies.image.toolkit.fluxcd.io is stored as v1 and cannot go below Flux 2.7.0')
  })

  test('lets no text of the repository format, link or call anybody by name', () => {
    const evil = 'a.yaml`\n\n@everyone closes #1 [x](https://evil.test) <img src=x>'
    const text = body({ pins: plan.pins.map((pin) => ({ ...pin, file: evil })), why: evil })

    const outside = text.replaceAll(/`[^`\n]*`/g, '')
    for (const part of ['@everyone', '#1', 'evil.test', '<img']) expect(outside).not.toContain(part)
    expect(text.split('\n').filter((line) => line.startsWith('@'))).toEqual([])
  })

  test('tells nothing of the cluster but versions', () => {
    const text = body()

    for (const part of ['prod-eu', 'uid-1', '/repo', 'flux-system/home']) expect(text).not.toContain(part)
  })

  test('stays short however many files change', () => {
    const changes = Array.from({ length: 400 }, (_, index) => ({ file: `a${index}.yaml`, line: 1, kind: 'X', from: 'v1beta2', to: 'v1' }))

    expect(body({ migrate: { paths: ['cluster'], changes } })).toContain('and 351 more')
    expect(body({ migrate: { paths: ['cluster'], changes } }).length).toBeLessThan(10_000)
  })
})
