import { describe, expect, it } from 'vitest'
import { backupRecipients } from '../../../runbooks/upgrade/checks/backup.ts'
import { controllersHealthy, objectsReady } from '../../../runbooks/upgrade/checks/cluster.ts'
import { installStyleKnown } from '../../../runbooks/upgrade/checks/repository.ts'
import { assertFresh } from '../../../runbooks/upgrade/fresh.ts'
import { chainOf, syncedOf } from '../../../runbooks/upgrade/inspect.ts'
import type { UpgradePlan } from '../../../runbooks/upgrade/plan-schema.ts'
import type { ClusterSurvey } from '../../../src/actions/cluster-survey.ts'
import type { RepositorySurvey } from '../../../src/actions/repository-survey.ts'
import type { Command } from '../../../src/ports/exec.ts'
import { FakeKube, fakeContext } from '../actions/fakes.ts'
import { condition, crdsOf, deployment, flux } from '../flux/objects.ts'
import { fakeCluster } from './upgrade-world.ts'

const input = { to: '2.9.2', repo: '/repo', backupRecipients: ['age1good', 'age1bad'], timeoutSeconds: 300 }
const upstream = { remote: 'origin', branch: 'main', url: 'https://git.test/x' }
const git = { root: async () => '/repo', head: async () => 'a'.repeat(40), branch: async () => 'main', upstream: async () => upstream }

describe('upgrade check', () => {
  it('backup-recipients names the recipient that age does not take', async () => {
    const commands: Command[] = []
    const exec = (command: Command) => {
      commands.push(command)
      return command.args.includes('age1bad') ? { exitCode: 1, stderr: 'age: error: malformed recipient\n' } : {}
    }

    const result = await backupRecipients.probe(fakeContext({ exec }), input)

    expect(result).toMatchObject({ status: 'fail', items: [{ where: 'age1bad', what: 'age: error: malformed recipient' }] })
    expect(commands.every((command) => command.effect === 'read')).toBe(true)
  })

  it('install-style-known fails with file and line on a file that seems to hold a pin and is no YAML', async () => {
    const text = 'resources:\n  - https://github.com/fluxcd/flux2/manifests/install?ref=v2.7.3\n  bad: [\n'
    const files = new Map([['/repo/cluster/kustomization.yaml', text]])

    const result = await installStyleKnown.probe(fakeContext({ git, files }), input)

    expect(result).toMatchObject({ status: 'fail', detail: expect.stringMatching(/^cluster\/kustomization.yaml:\d+: /) })
  })

  it('controllers-healthy does not take a controller that is scaled to 0 for a healthy one', async () => {
    const kube = new FakeKube()
    const idle = deployment('source-controller', 'v1.7.3')
    kube.put('deployments', { ...idle, spec: { ...idle.spec, replicas: 0 } })

    const result = await controllersHealthy.probe(fakeContext({ kube }), input)

    expect(result).toMatchObject({ status: 'fail', items: [{ what: 'source-controller is scaled to 0' }] })
  })

  it('objects-ready gives the reason of Stalled rather than that of Ready, which may speak of a rollback that succeeded', async () => {
    const kube = fakeCluster()
    const stalled = { type: 'Stalled', reason: 'RetriesExceeded', message: 'Failed to upgrade after 4 attempt(s)' }
    const ready = { reason: 'RollbackSucceeded', message: 'Helm rollback to previous release succeeded' }
    const conditions = [condition('False', { ...ready, observedGeneration: 1 }), condition('True', { ...stalled, observedGeneration: 1 })]
    kube.put('helmreleases', flux('HelmRelease', 'hello', { status: { observedGeneration: 1, conditions } }))

    const result = await objectsReady.probe(fakeContext({ kube }), input)

    expect(result).toMatchObject({
      status: 'fail',
      items: [{ what: 'failed, and not tried again: RetriesExceeded: Failed to upgrade after 4 attempt(s)' }],
    })
  })
})

describe('what the cluster syncs of a clone', () => {
  const source = (name: string, branch: string) => flux('GitRepository', name, { spec: { url: 'https://git.test/x', ref: { branch } } })
  const applied = (name: string, by: string) =>
    flux('Kustomization', name, { spec: { path: `./${name}`, sourceRef: { kind: 'GitRepository', name: by } } })
  const objects = [source('prod', 'main'), source('next', 'staging'), applied('a', 'prod'), applied('b', 'next'), applied('c', 'next')]
  const survey = {
    objects,
    crds: [],
    crdObjects: [],
    crdNames: [],
    deployments: [],
    fluxInstances: [],
    installed: { status: 'none' },
  } as ClusterSurvey
  const repository = (branch: string): RepositorySurvey => ({
    root: '/repo',
    head: 'a'.repeat(40),
    branch,
    upstream: { ...upstream, branch },
    files: [],
    unreadable: [],
  })

  it('is what it applies of the branch that is checked out', () => {
    expect(syncedOf(survey, repository('main')).map((each) => each.kustomization)).toEqual(['flux-system/a'])
  })

  it('is everything where it follows none of that branch, so that the branch is what is told', () => {
    expect(syncedOf(survey, repository('mine'))).toHaveLength(3)
  })
})

describe('the chain of hops', () => {
  it('has no stop for CRDs of components that are not installed', () => {
    const crds = crdsOf('2.6.4', { image: true })
    const cluster = { crds } as unknown as ClusterSurvey
    const core = ['source-controller', 'kustomize-controller', 'helm-controller', 'notification-controller'] as const

    const ends = { from: '2.6.4', to: '2.9.2', kubernetes: 'v1.34.4' }

    expect(chainOf(cluster, undefined, ends).map((hop) => hop.to)).toEqual(['2.7.5', '2.9.2'])
    expect(chainOf(cluster, core, ends).map((hop) => hop.to)).toEqual(['2.9.2'])
  })
})

describe('taking a run up again', () => {
  it('says that a rebase is under way rather than that the plan is old', async () => {
    const plan = { clusterUid: 'uid-1', repo: { root: '/repo', head: 'b'.repeat(40) }, from: '2.7.3', to: '2.9.2' } as UpgradePlan
    const busy = { ...git, commitsWithTrailer: async () => [], status: async () => ({ entries: [], inProgress: 'rebase' }) }

    const fresh = assertFresh(fakeContext({ git: busy }), plan, { plan, facts: {}, runId: 'run-1' })

    await expect(fresh).rejects.toMatchObject({
      code: 'repository-busy',
      hints: ['git -C /repo rebase --abort', 'then:  flux-ops runs resume run-1'],
    })
  })

  it('goes on when the rebase under way is its own, cut short by a kill', async () => {
    const plan = { clusterUid: 'uid-1', repo: { root: '/repo', head: 'b'.repeat(40) }, from: '2.7.3', to: '2.9.2' } as UpgradePlan
    const half = {
      ...git,
      rebasing: async () => 'ours',
      status: async () => ({ entries: [], inProgress: 'rebase' }),
      commitsWithTrailer: async (_dir: string, ref: string) => (ref === 'ours' ? ['ours'] : []),
    }

    const fresh = assertFresh(fakeContext({ git: half }), plan, { plan, facts: {}, runId: 'run-1' })

    await expect(fresh).rejects.toMatchObject({ code: 'plan-stale-version' }) // past the look at HEAD: this cluster has no Flux
  })
})
