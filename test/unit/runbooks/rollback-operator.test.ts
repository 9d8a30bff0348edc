import { describe, expect, it } from 'vitest'
import { describePlan } from '../../../runbooks/rollback/describe.ts'
import type { RollbackPlan } from '../../../runbooks/rollback/plan-schema.ts'
import { release } from '../../../runbooks/rollback/steps/hold.ts'
import { rollbackSteps } from '../../../runbooks/rollback/steps.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { crdObject, FakeKube, fakeContext } from '../actions/fakes.ts'
import { flux } from '../flux/objects.ts'

const HELM = { kind: 'HelmRelease', id: 'flux-system/flux-instance' } as const
const KS = { kind: 'Kustomization', id: 'flux-system/flux-instance' } as const
const plan = {
  from: '2.9.2',
  to: '2.7.3',
  commit: 'pushed',
  upgradeRun: 'run-1',
  upgradeCommit: 'abc',
  upgradeDir: '/runs/run-1',
  baseline: [],
  repo: { root: '/repo', remote: 'origin', branch: 'main', source: 'flux-system/home' },
  installation: { style: 'operator', instance: 'flux-system/flux', appliers: [HELM, KS] },
  timeoutMs: 3000,
} as unknown as RollbackPlan

const HELD = { 'flux-ops.dev/held-by': 'run-2' }
const values = (version: string) => ({ instance: { distribution: { version } } })
const helmRelease = (spec: Record<string, unknown>): KubeObject =>
  flux('HelmRelease', 'flux-instance', { version: 'v1', annotations: HELD, spec: { suspend: true, ...spec } })
const kustomization = (status: Record<string, unknown>): KubeObject => flux('Kustomization', 'flux-instance', { version: 'v1', status })

const cluster = (held: KubeObject, by: KubeObject): FakeKube => {
  const kube = new FakeKube()
  const kinds = {
    HelmRelease: ['helmreleases', 'helm'],
    Kustomization: ['kustomizations', 'kustomize'],
    GitRepository: ['gitrepositories', 'source'],
  }
  for (const [kind, [plural = '', group]] of Object.entries(kinds)) {
    const known = { versions: ['v1'], storage: 'v1', stored: ['v1'] }
    kube.objects.set(
      `customresourcedefinitions /${plural}.${group}.toolkit.fluxcd.io`,
      crdObject(plural, `${group}.toolkit.fluxcd.io`, kind, known),
    )
  }
  kube.put('gitrepositories', flux('GitRepository', 'home', { version: 'v1', status: { artifact: { revision: 'main@sha1:new' } } }))
  kube.put('helmreleases', held)
  kube.put('kustomizations', by)
  return kube
}

describe('the way back with the Flux Operator', () => {
  it('puts the FluxInstance back while what makes it is held', () => {
    const steps = rollbackSteps(plan).map((step) => step.id)

    expect(steps).toEqual([
      'revert-commit',
      'hold',
      'push',
      'operator-back',
      'rollout',
      'sync-source',
      'release',
      'reconcile',
      'verify',
      'report',
    ])
    expect(describePlan(plan).join('\n')).toMatch(/hold +HelmRelease flux-system\/flux-instance suspended/)
  })

  it('releases the HelmRelease once it has the values of the revert', async () => {
    const kube = cluster(helmRelease({ values: values('2.7.3') }), kustomization({}))

    await release(HELM, plan).run(fakeContext({ kube }), { plan, facts: {}, runId: 'run-2' })

    expect(kube.patches).toMatchObject([{ name: { name: 'flux-instance' }, body: { spec: { suspend: null } } }])
  })

  it.each<[string, KubeObject, KubeObject]>([
    [
      'has the values of the newer version',
      helmRelease({ values: values('2.9.2') }),
      kustomization({ lastAppliedRevision: 'main@sha1:new' }),
    ],
    ['takes them from elsewhere, and the revert is not applied', helmRelease({}), kustomization({ lastAppliedRevision: 'main@sha1:old' })],
  ])('keeps it held while it %s', async (_while, held, by) => {
    const kube = cluster(held, by)

    await expect(release(HELM, plan).run(fakeContext({ kube }), { plan, facts: {}, runId: 'run-2' })).rejects.toMatchObject({
      code: 'revert-timeout',
    })
    expect(kube.patches).toEqual([])
  })

  it.each([
    ['has applied the revert', { lastAppliedRevision: 'main@sha1:new' }],
    [
      'fails only in waiting for it',
      { lastAttemptedRevision: 'main@sha1:new', conditions: [{ type: 'Ready', status: 'False', reason: 'HealthCheckFailed' }] },
    ],
  ])('releases one with values from elsewhere when its Kustomization %s', async (_when, status) => {
    const kube = cluster(helmRelease({}), kustomization(status))

    await release(HELM, plan).run(fakeContext({ kube }), { plan, facts: {}, runId: 'run-2' })

    expect(kube.patches).toHaveLength(1)
  })
})
