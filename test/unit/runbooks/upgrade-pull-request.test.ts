import { describe, expect, it } from 'vitest'
import { RELAXED } from '../../../runbooks/upgrade/checks/pull-request.ts'
import { checks } from '../../../runbooks/upgrade/checks.ts'
import type { UpgradeInput } from '../../../runbooks/upgrade/input.ts'
import { repositoryOf } from '../../../runbooks/upgrade/inspect.ts'
import { followedBranch } from '../../../runbooks/upgrade/pull-request.ts'
import { completeInput } from '../../../runbooks/upgrade/target-from-pins.ts'
import type { CheckResult } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import type { Context } from '../../../src/ports/context.ts'
import type { Git } from '../../../src/ports/git.ts'
import { type FakeKube, fakeContext } from '../actions/fakes.ts'
import { clone, detached, fakeCluster, pinned, sourceOf, URL, type WorldParts } from './upgrade-world.ts'

const input: UpgradeInput = { to: '2.9.2', repo: '/repo', ci: true, backupRecipients: [], timeoutSeconds: 300 }
const CHANGED = { 'cluster/bootstrap/kustomization.yaml': pinned('v2.9.2') }

interface Parts extends WorldParts {
  readonly files?: Readonly<Record<string, string>>
  readonly git?: Partial<Git>
  readonly kube?: FakeKube
}

const world = ({ files = CHANGED, git = {}, kube, ...cluster }: Parts = {}): Context =>
  fakeContext({ kube: kube ?? fakeCluster(cluster), files: clone(files), git: { ...detached, ...git } })

async function probe(id: string, ctx: Context, given: UpgradeInput = input): Promise<CheckResult> {
  const check = checks.find((each) => each.id === id)
  if (!check) throw new Error(`no check ${id}`)
  return check.probe(ctx, given)
}

describe('the branch that a GitRepository follows', () => {
  it.each([
    [{}, 'master'],
    [{ branch: 'main' }, 'main'],
    [{ branch: 'main', tag: 'v1' }, undefined],
    [{ branch: 'main', semver: '1.x' }, undefined],
    [{ branch: 'main', commit: 'abc' }, undefined],
    [{ name: 'refs/heads/main', tag: 'v1', semver: '1.x' }, 'main'],
    [{ name: 'refs/heads/main', commit: 'abc' }, undefined],
    [{ name: 'refs/pull/7/head' }, undefined],
    [{ name: 'refs/tags/v1', branch: 'main' }, undefined],
  ])('of ref %j is %s', (ref, branch) => {
    expect(followedBranch({ apiVersion: 'v1', kind: 'GitRepository', metadata: { name: 'a' }, spec: { ref } })).toBe(branch)
  })
})

describe('the target of a pull request', () => {
  const unsaid = { ...input, to: '' }

  it('is the version that its pins name', async () => {
    expect(await completeInput(world(), unsaid)).toEqual({ input })
  })

  it('is the one that was named', async () => {
    expect(await completeInput(world(), { ...input, to: '2.8.8' })).toEqual({ input: { ...input, to: '2.8.8' } })
  })

  it('is nothing to do where the pins name what runs', async () => {
    const done = await completeInput(world({ files: { 'cluster/bootstrap/kustomization.yaml': pinned('v2.7.3') } }), unsaid)

    expect(done).toEqual({ nothing: expect.stringContaining('Flux 2.7.3 runs') })
  })

  it('is the changed one where only some pins were changed, and pins-found names the others', async () => {
    const files = {
      'cluster/bootstrap/kustomization.yaml': `${pinned('v2.9.2')}  - https://github.com/fluxcd/flux2/manifests/rbac?ref=v2.7.3\n`,
    }
    const ctx = world({ files })

    expect(await completeInput(ctx, unsaid)).toEqual({ input })
    expect(await probe('pins-found', ctx)).toMatchObject({ status: 'fail', items: [{ where: 'cluster/bootstrap/kustomization.yaml:3' }] })
  })

  it('is asked for where the pins name several, by check target-known', async () => {
    const files = {
      'cluster/bootstrap/kustomization.yaml': `${pinned('v2.9.2')}  - https://github.com/fluxcd/flux2/manifests/rbac?ref=v2.8.8\n`,
    }
    const ctx = world({ files })

    const completed = await completeInput(ctx, unsaid)

    expect(completed).toEqual({ input: unsaid })
    expect(await probe('target-known', ctx, unsaid)).toMatchObject({
      status: 'fail',
      detail: expect.stringContaining('name no one version'),
      hints: expect.arrayContaining(['name it:  --to VERSION']),
    })
  })

  it('is asked for where a pin names none, with what it says instead', async () => {
    const ctx = world({ files: { 'cluster/bootstrap/kustomization.yaml': pinned('main') } })

    expect(await probe('target-known', ctx, unsaid)).toMatchObject({
      status: 'fail',
      detail: expect.stringMatching(/cluster\/bootstrap\/kustomization\.yaml:2 \S+ main is not a release/),
    })
  })
})

describe('the clone of a pull request', () => {
  it('goes to the branch that the cluster follows', async () => {
    const { upstream } = await repositoryOf(world({ branch: 'live' }), input)

    expect(upstream).toEqual({ remote: 'origin', branch: 'live', url: URL })
  })

  it('is taken by the remote that the cluster knows, not by that of a fork', async () => {
    const remotes = async () => [
      { name: 'origin', url: 'https://git.test/anna/home.git' },
      { name: 'upstream', url: URL },
    ]

    expect((await repositoryOf(world({ git: { remotes } }), input)).upstream?.remote).toBe('upstream')
  })
})

describe('checks of a pull request', () => {
  it('are relaxed by ids that exist', () => {
    expect(Object.keys(RELAXED).filter((id) => !checks.some((check) => check.id === id))).toEqual([])
  })

  it.each(['tools-present', 'stops-exportable', 'repository-pushed', 'push-allowed', 'backup-recipients', 'secrets-backed-up'])(
    'do not ask %s',
    async (id) => {
      expect(await probe(id, world())).toMatchObject({ status: 'skip' })
    },
  )

  it.each(['repository-found', 'install-style-known', 'repository-clean', 'repository-branch', 'repository-applied', 'pins-found'])(
    '%s passes on a detached HEAD with the pins changed',
    async (id) => {
      expect(await probe(id, world())).toMatchObject({ status: 'pass' })
    },
  )

  it('repository-found asks for the branch where the cluster follows two of them', async () => {
    const kube = fakeCluster()
    kube.put('gitrepositories', sourceOf('next', 'staging', 'c'.repeat(40)))

    expect(await probe('repository-found', world({ kube }))).toMatchObject({
      status: 'fail',
      items: [{ where: 'main' }, { where: 'staging' }],
      hints: expect.arrayContaining(['the one that the pull request goes to:  --base BRANCH']),
    })
    expect(await probe('repository-found', world({ kube }), { ...input, base: 'main' })).toMatchObject({ status: 'pass' })
  })

  it('repository-found fails for a clone without a remote, and for one that the cluster does not follow', async () => {
    const none = await probe('repository-found', world({ git: { remotes: async () => [] } }))
    const other = await probe(
      'repository-found',
      world({ git: { remotes: async () => [{ name: 'origin', url: 'https://git.test/other' }] } }),
    )

    expect(none).toMatchObject({ status: 'fail', detail: '/repo has no remote' })
    expect(other).toMatchObject({ status: 'fail', detail: expect.stringContaining('https://git.test/other') })
  })

  it('repository-branch fails for a branch that the cluster does not follow', async () => {
    expect(await probe('repository-branch', world(), { ...input, base: 'staging' })).toMatchObject({
      status: 'fail',
      hints: expect.arrayContaining(['the branch that it goes to:  --base BRANCH']),
    })
  })

  it('repository-clean lets files of the job pass and no changed one', async () => {
    const status = async () => ({
      entries: [
        { code: '??', path: 'comment.md' },
        { code: ' M', path: 'cluster/a.yaml' },
      ],
    })

    expect(await probe('repository-clean', world({ git: { status } }))).toMatchObject({
      status: 'fail',
      items: [{ where: 'cluster/a.yaml' }],
    })
  })

  it('repository-applied compares with what the cluster has fetched, whatever HEAD is', async () => {
    const late = await probe('repository-applied', world({ applied: 'd'.repeat(40) }))

    expect(late).toMatchObject({ status: 'fail', items: [{ where: 'Kustomization flux-system/cluster' }] })
  })

  it('repository-applied fails where nothing was fetched', async () => {
    expect(await probe('repository-applied', world({ artifact: '' }))).toMatchObject({
      status: 'fail',
      detail: 'the cluster has fetched nothing',
    })
  })

  it('permissions asks for reading alone', async () => {
    const kube = fakeCluster()
    const asked: string[] = []
    kube.canI = async (...[request]: { verb: string }[]) => {
      asked.push(request?.verb ?? '')
      return { allowed: ['get', 'list'].includes(request?.verb ?? '') }
    }

    expect(await probe('permissions', world({ kube }))).toMatchObject({ status: 'pass' })
    expect(new Set(asked)).toEqual(new Set(['*', 'get', 'list']))
    kube.canI = async () => ({ allowed: false })
    expect(await probe('permissions', world({ kube }))).toMatchObject({
      status: 'fail',
      detail: expect.stringContaining('to read missing'),
    })
  })

  it('are the same as ever without --ci', async () => {
    const { ci: _ci, ...plain } = input

    expect(await probe('repository-found', world(), plain)).toMatchObject({
      status: 'fail',
      detail: expect.stringContaining('detached HEAD'),
    })
  })

  it('are not known where the cluster does not answer', async () => {
    const kube = fakeCluster()
    kube.list = async () => Promise.reject(new OpsError({ code: 'kube-unreachable', message: 'no answer' }))

    await expect(probe('repository-applied', world({ kube }))).rejects.toThrow('no answer')
    await expect(probe('pins-found', world({ kube }))).rejects.toThrow('no answer')
    await expect(probe('permissions', world({ kube: Object.assign(kube, { canI: async () => ({ allowed: false }) }) }))).rejects.toThrow(
      'no answer',
    )
  })
})
