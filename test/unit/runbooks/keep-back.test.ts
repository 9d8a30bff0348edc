// Before Flux is let go on the way back: what sets its version has applied the revert, and the older version still stands there.
import { describe, expect, it } from 'vitest'
import type { RollbackView } from '../../../runbooks/rollback/plan-facts.ts'
import type { RollbackPlan } from '../../../runbooks/rollback/plan-schema.ts'
import { keepBack } from '../../../runbooks/rollback/steps/keep-back.ts'
import type { Command } from '../../../src/ports/exec.ts'
import { crdObject, FakeClock, FakeKube, fakeContext } from '../actions/fakes.ts'
import { deployment, flux, readyStatus } from '../flux/objects.ts'

const COMMIT = 'c'.repeat(40)
const REVERT = `main@sha1:${COMMIT}`
const NEWER = `main@sha1:${'d'.repeat(40)}`
const OLD = '/runs/up/manifests/old.yaml'
const INDEX = JSON.stringify({
  commit: 'a'.repeat(40),
  namespace: 'flux-system',
  files: { 'manifests/old.yaml': 'sum of kind: Deployment' },
  objects: 1,
  crds: 1,
  secrets: null,
})

const plan = {
  from: '2.9.2',
  to: '2.7.3',
  context: 'test',
  upgradeRun: 'up',
  upgradeDir: '/runs/up',
  repo: { root: '/repo', remote: 'origin', branch: 'main', source: 'flux-system/home' },
  installation: { style: 'pin', bases: [], self: { source: 'flux-system/manifests', kustomization: 'flux-system/flux' } },
  timeoutMs: 30_000,
} as unknown as RollbackPlan
const view: RollbackView = { plan, facts: {}, runId: 'back-1' }

interface World {
  /** status of the Kustomization that sets the tag */
  readonly setter: Record<string, unknown>
  readonly tag?: string
  /** Exit codes of kubectl diff, one after the other. */
  readonly diff: number[]
}

function worldOf({ setter, tag = 'v2.7.3', diff }: World) {
  const kube = new FakeKube()
  const known = { versions: ['v1'], storage: 'v1', stored: ['v1'] }
  for (const [plural, group, kind] of [
    ['gitrepositories', 'source', 'GitRepository'],
    ['ocirepositories', 'source', 'OCIRepository'],
    ['kustomizations', 'kustomize', 'Kustomization'],
  ] as const)
    kube.put('customresourcedefinitions', crdObject(plural, `${group}.toolkit.fluxcd.io`, kind, known))
  kube.put('gitrepositories', flux('GitRepository', 'home', { status: { ...readyStatus(), artifact: { revision: REVERT } } }))
  const labels = { 'kustomize.toolkit.fluxcd.io/name': 'cluster', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' }
  const oci = (at: string) =>
    flux('OCIRepository', 'manifests', {
      labels,
      spec: { ref: { tag: at } },
      status: { ...readyStatus(), artifact: { revision: `${at}@sha256:1` } },
    })
  kube.put('ocirepositories', oci(tag))
  kube.put('kustomizations', flux('Kustomization', 'cluster', { status: setter }))
  const controller = deployment('kustomize-controller', 'v1.7.2')
  kube.put('deployments', { ...controller, status: { observedGeneration: 1, updatedReplicas: 1, availableReplicas: 1 } })
  kube.onPatch = ({ body }) => {
    const set = (body as { spec?: { ref?: { tag?: string } } }).spec?.ref?.tag
    if (set !== undefined) kube.put('ocirepositories', oci(set))
  }
  const ran: string[] = []
  const exec = ({ tool, args }: Command) => {
    const verb = args.find((each) => ['diff', 'apply'].includes(each)) ?? ''
    ran.push(`${tool} ${verb}`)
    return { exitCode: verb === 'diff' ? (diff.shift() ?? 0) : 0 }
  }
  const clock = new FakeClock()
  const files = new Map([
    [OLD, 'kind: Deployment'],
    ['/runs/up/backup/index.json', INDEX],
  ])
  const ctx = fakeContext({
    kube,
    exec,
    clock,
    files: files,
    git: { commitsWithTrailer: async () => [COMMIT] },
  })
  return { ctx, kube, ran, clock, files }
}

const asked = (kube: FakeKube): string[] => kube.patches.map(({ name, body }) => `${name.name} ${JSON.stringify(body)}`)

describe('keeping the older version', () => {
  it('asks what sets the tag once, and changes nothing else where all is as it should be', async () => {
    const { ctx, kube, ran } = worldOf({ setter: { lastAppliedRevision: REVERT }, diff: [0] })

    await keepBack(ctx, view)

    expect(asked(kube)).toEqual([expect.stringMatching(/^cluster .*requestedAt":"back-1\/revert"/)])
    expect(ran).toEqual(['kubectl diff'])
  })

  it('waits while it applies the newer commit', async () => {
    const { ctx, kube, clock } = worldOf({
      setter: { lastAppliedRevision: NEWER, lastAttemptedRevision: REVERT, conditions: [{ type: 'Reconciling', status: 'True' }] },
      diff: [0],
    })
    const start = clock.now().getTime()
    const sleep = clock.sleep.bind(clock)
    clock.sleep = async (ms) => {
      await sleep(ms)
      if (clock.now().getTime() - start >= 5000)
        kube.put('kustomizations', flux('Kustomization', 'cluster', { status: { lastAppliedRevision: REVERT } }))
    }

    await keepBack(ctx, view)

    expect(clock.now().getTime() - start).toBe(5000)
  })

  it.each([
    [
      'has tried the revert and failed',
      { lastAppliedRevision: NEWER, lastAttemptedRevision: REVERT, conditions: [{ type: 'Reconciling', status: 'False' }] },
      0,
    ],
    ['does not move', { lastAppliedRevision: NEWER, lastAttemptedRevision: NEWER }, 60_000],
  ])('goes on where it %s', async (_what, setter, waited) => {
    const { ctx, clock, ran } = worldOf({ setter, diff: [0] })
    const start = clock.now().getTime()

    await keepBack(ctx, view)

    expect(clock.now().getTime() - start).toBe(waited)
    expect(ran).toEqual(['kubectl diff'])
  })

  it('sets the older tag again where an apply under way has set the newer one', async () => {
    const { ctx, kube } = worldOf({ setter: { lastAppliedRevision: REVERT }, tag: 'v2.9.2', diff: [0] })

    await keepBack(ctx, view)

    expect(asked(kube).filter((each) => each.includes('"tag":"v2.7.3"'))).toHaveLength(1)
  })

  it('applies the manifests of before again where something is different, and waits for the controllers', async () => {
    const { ctx, ran } = worldOf({ setter: { lastAppliedRevision: REVERT }, diff: [1] })

    await keepBack(ctx, view)

    expect(ran).toEqual(['kubectl diff', 'kubectl apply'])
  })

  it('applies nothing that is not what the upgrade wrote', async () => {
    const { ctx, files, ran } = worldOf({ setter: { lastAppliedRevision: REVERT }, diff: [1] })
    files.set(OLD, 'kind: Deployment # changed')

    await expect(keepBack(ctx, view)).rejects.toMatchObject({ code: 'backup-changed' })

    expect(ran).toEqual(['kubectl diff'])
  })
})
