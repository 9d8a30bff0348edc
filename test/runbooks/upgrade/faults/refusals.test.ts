// What an upgrade must refuse before it has changed anything: one sandbox, never reset, and each test puts back what it broke.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { neededAccess } from '../../../../runbooks/upgrade/checks/permissions.ts'
import type { AccessRequest } from '../../../../src/ports/kube.ts'
import { pushAsSomeoneElse } from '../../../../src/sandbox/services/index.ts'
import { type FaultDesk, faultDesk, type Said, type World } from './desk.ts'
import { expectNothingRaw, expectRefused } from './expect.ts'
import { lease } from './lease.ts'

let desk: FaultDesk
let before: World

beforeAll(async () => {
  desk = await faultDesk('pin')
  before = await desk.world()
  // An upgrade that is not refused, against all expectations, ends there.
  await desk.faults({ push: 'reject' })
})
afterAll(async () => desk?.release())

const upgrade = (...more: string[]): Promise<Said> => desk.upgrade([], ...more)

describe('a clone that is not what the cluster runs', () => {
  const repo = (path: string): string => join(desk.paths.repo, path)

  afterEach(async () => {
    await desk.git('merge', '--abort').catch(() => '')
    await desk.git('switch', '--quiet', '--force', 'main')
    await desk.git('reset', '--quiet', '--hard', before.head)
    await desk.git('clean', '--quiet', '--force', '-d')
    expect(await desk.world()).toEqual(before)
  })

  test('with changed, staged and untracked files is refused, each file by its name', async () => {
    await writeFile(repo('README.md'), 'mine\n')
    await writeFile(repo('.gitignore'), 'mine\n')
    await desk.git('add', '.gitignore')
    await writeFile(repo('notes.txt'), 'mine\n')

    const said = await upgrade()

    expectRefused(said, 'repository-clean', '3 files changed or not tracked')
    expect(said.text).toMatch(/README\.md +is changed/)
    expect(said.text).toMatch(/\.gitignore +is changed/)
    expect(said.text).toMatch(/notes\.txt +is not tracked/)
    expect(await readFile(repo('README.md'), 'utf8')).toBe('mine\n')
  })

  test('in the middle of a merge is refused, and the merge is left as it is', async () => {
    await conflictingMerge()

    const said = await upgrade()

    expectRefused(said, 'repository-clean', 'a merge is under way')
    expect((await desk.git('rev-parse', '-q', '--verify', 'MERGE_HEAD')).trim()).toMatch(/^[0-9a-f]{40}$/)
  })

  test('on no branch is refused, and it is said which one the cluster follows', async () => {
    await desk.git('switch', '--quiet', '--detach')

    const said = await upgrade()

    expectRefused(said, 'repository-found', 'no branch is checked out', `git -C ${desk.paths.repo} switch main`)
  })

  test('on a branch that follows no remote one is refused', async () => {
    await desk.git('switch', '--quiet', '--create', 'side')

    const said = await upgrade()

    expectRefused(said, 'repository-found', 'branch side', 'follows no remote branch')
  })

  test('with a commit that is not pushed is refused', async () => {
    await desk.git('commit', '--quiet', '--allow-empty', '-m', 'mine')
    const mine = (await desk.git('rev-parse', 'HEAD')).trim()

    const said = await upgrade()

    expectRefused(said, 'repository-pushed', mine.slice(0, 10), before.remoteHead.slice(0, 10), 'push')
    expect((await desk.git('rev-parse', 'HEAD')).trim()).toBe(mine)
  })

  test('behind its remote is refused', async () => {
    const theirs = await desk.within((ctx) => pushAsSomeoneElse(ctx, { 'theirs.txt': 'theirs\n' }))

    const said = await upgrade()

    await desk.git('-C', join(desk.paths.git, 'home-ops.git'), 'update-ref', 'refs/heads/main', before.remoteHead)
    expectRefused(said, 'repository-pushed', theirs.slice(0, 10), 'pull --ff-only')
  })

  test('of another repository is refused, and what the cluster follows is named', async () => {
    const other = join(desk.paths.tmp, 'other')
    await desk.run('git', 'clone', '--quiet', desk.paths.repo, other)

    const said = await upgrade('--repo', other)

    await rm(other, { recursive: true })
    expectRefused(said, 'repository-found', 'no Kustomization of the cluster applies', 'GitRepository flux-system/home-cluster')
  })

  test('in a folder that is no repository is refused', async () => {
    const folder = join(desk.paths.tmp, 'no-repository')
    await mkdir(folder, { recursive: true })

    const said = await upgrade('--repo', folder)

    expectRefused(said, 'repository-found', 'is not in a git work tree', '--repo')
  })

  async function conflictingMerge(): Promise<void> {
    const change = async (text: string): Promise<void> => {
      await writeFile(repo('README.md'), text)
      await desk.git('commit', '--quiet', '--all', '-m', text.trim())
    }
    await desk.git('switch', '--quiet', '--create', 'theirs')
    await change('theirs\n')
    await desk.git('switch', '--quiet', 'main')
    await change('ours\n')
    await expect(desk.git('merge', 'theirs')).rejects.toThrow()
    await desk.git('branch', '-D', 'theirs')
  }
})

describe('force over CRDs', () => {
  const KEY = 'kustomize.toolkit.fluxcd.io/force'
  const CRD = 'gitrepositories.source.toolkit.fluxcd.io'
  // What kubectl itself has set, Flux takes away with its next apply.
  const SOMEONE = '--field-manager=someone'
  const OTHER = 'buckets.source.toolkit.fluxcd.io'
  const owner = ['-n', 'flux-system', 'patch', 'kustomizations.kustomize.toolkit.fluxcd.io', 'flux', '--type', 'merge', '--patch']

  afterEach(async () => {
    await desk.kubectl(...owner, '{"spec":{"force":null}}')
    await desk.kubectl('annotate', 'crd', CRD, `${KEY}-`)
    await desk.kubectl('label', 'crd', OTHER, `${KEY}-`)
    expect(await desk.world()).toEqual(before)
  })

  test('by the Kustomization that applies Flux is refused, with it by its name', async () => {
    await desk.kubectl(...owner, '{"spec":{"force":true}}')

    const said = await upgrade()

    expectRefused(said, 'no-force-over-crds', 'force is set over CRDs of Flux in 1 place')
    expect(said.text).toMatch(/Kustomization flux-system\/flux +spec\.force:/)
  })

  test('by an annotation and by a label on a CRD is refused, each by its name', async () => {
    await desk.kubectl('annotate', 'crd', CRD, `${KEY}=Enabled`, SOMEONE)
    await desk.kubectl('label', 'crd', OTHER, `${KEY}=enabled`, SOMEONE)

    const said = await upgrade()

    expectRefused(said, 'no-force-over-crds', 'force is set over CRDs of Flux in 2 places')
    expect(said.text).toMatch(new RegExp(`CustomResourceDefinition ${CRD} +annotation:`))
    expect(said.text).toMatch(new RegExp(`CustomResourceDefinition ${OTHER} +label:`))
  })

  test('cannot be waived', async () => {
    await desk.kubectl('annotate', 'crd', CRD, `${KEY}=Enabled`, SOMEONE)

    const said = await upgrade('--waive', 'no-force-over-crds=I know what I am doing')

    expect(said.code).toBe(2)
    expect(said.stderr).toContain('no-force-over-crds')
    expect(said.stderr).toMatch(/cannot be waived/)
  })
})

describe('the lease', () => {
  afterEach(async () => {
    await desk.kubectl('-n', 'flux-system', 'delete', 'lease', 'flux-ops', '--ignore-not-found')
  })

  test('that somebody else holds stops the run with who and since when', async () => {
    const since = new Date(Date.now() - 65_000).toISOString()
    await desk.apply(lease('anna@laptop 20260101-000000-upgrade-0000', since, new Date(Date.now() + 30_000).toISOString()))

    const said = await upgrade()

    expect(said.text).toContain(`anna@laptop 20260101-000000-upgrade-0000 is at work on this cluster since ${since}`)
    expect(said.code).toBe(6)
    expect(said.text).toMatch(/→ wait for it/)
    expect(await desk.world()).toEqual(before)
    const holder = await desk.kubectl('-n', 'flux-system', 'get', 'lease', 'flux-ops', '-o', 'jsonpath={.spec.holderIdentity}')
    expect(holder).toContain('anna@laptop')
  })
})

describe('a cluster that is not the one that is meant', () => {
  test('by an unknown context is a usage error that lists the known ones', async () => {
    const said = await upgrade('--context', 'production')

    expect(said.code).toBe(2)
    expect(said.stderr).toContain('context "production" is not in the kubeconfig')
    expect(said.stderr).toContain('known contexts: sandbox-pin')
  })

  test('by a missing kubeconfig is a usage error that names the file', async () => {
    const said = await upgrade('--kubeconfig', join(desk.paths.tmp, 'nowhere'))

    expect(said.code).toBe(2)
    expect(said.stderr).toContain(`${join(desk.paths.tmp, 'nowhere')} cannot be used: it does not exist`)
  })

  test('behind a server that does not answer is refused with its address, and no run is left behind', async () => {
    const runs = (await desk.fluxOps(['runs', 'list', '--json'])).stdout
    const kubeconfig = await kubeconfigAs('unreachable', 'https://127.0.0.1:9', 'some-token-that-is-not-one')

    const said = await upgrade('--kubeconfig', kubeconfig)

    expect(said.code).toBe(3)
    expect(said.stderr).toContain('cannot reach https://127.0.0.1:9')
    expect(said.stderr).toMatch(/^ {2}→ /m)
    expect((await desk.fluxOps(['runs', 'list', '--json'])).stdout).toBe(runs)
  })
})

describe('a user without a permission', () => {
  const missing: AccessRequest[] = [
    { verb: 'patch', group: 'apps', resource: 'deployments' },
    { verb: 'update', group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions', subresource: 'status' },
    { verb: 'create', group: 'coordination.k8s.io', resource: 'leases' },
    { verb: 'list', group: 'kustomize.toolkit.fluxcd.io', resource: 'kustomizations' },
  ]
  let kubeconfig: string

  beforeAll(async () => {
    const token = (await readFile(join(desk.paths.secrets, 'tokens.csv'), 'utf8'))
      .split('\n')
      .find((line) => line.includes('sandbox-viewer'))
      ?.split(',')[0]
    kubeconfig = await kubeconfigAs('limited', await server(), token ?? '')
    await desk.apply(BINDING)
  })
  afterAll(async () => {
    await desk.kubectl('delete', 'clusterrole,clusterrolebinding', 'limited', '--ignore-not-found')
  })

  test.each(missing)('to $verb $resource is told exactly that, and nothing is begun', async (lacking) => {
    await desk.apply(roleWithout(lacking))

    const said = await upgrade('--kubeconfig', kubeconfig)

    // What the first questions need already is told by the cluster's own answer to them.
    const [check, what] =
      lacking.verb === 'list'
        ? ['\\? flux-installed', `not allowed to ${lacking.verb} ${lacking.resource}`]
        : ['✗ permissions', `${lacking.verb} ${lacking.resource}.${lacking.group}${lacking.subresource ? `/${lacking.subresource}` : ''} `]
    expect(said.text).toMatch(new RegExp(check))
    expect(said.text).toContain(what)
    expect(said.text).toMatch(/→ .*kubectl .*auth can-i/)
    expect(said.text).not.toContain('permissions missing')
    expect(said.code).toBe(3)
    expect(await desk.world()).toEqual(before)
  })
})

const server = async (): Promise<string> => (await desk.kubectl('config', 'view', '-o', 'jsonpath={.clusters[0].cluster.server}')).trim()

async function kubeconfigAs(name: string, url: string, token: string): Promise<string> {
  const config = JSON.parse(await readFile(desk.paths.kubeconfig, 'utf8'))
  config.clusters[0].cluster.server = url
  config.users[0].user = { token }
  // Where tokens may lie: everything else is searched for them.
  const path = join(desk.paths.secrets, `${name}.kubeconfig`)
  await writeFile(path, JSON.stringify(config), { mode: 0o600 })
  return path
}

const BINDING = `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: limited}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: limited}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: sandbox-viewers}]
`

function roleWithout(lacking: AccessRequest): string {
  const same = (a: AccessRequest): boolean =>
    a.verb === lacking.verb && a.group === lacking.group && a.resource === lacking.resource && a.subresource === lacking.subresource
  const plurals = new Set(Object.keys(before.crds).map((name) => name.split('.')[0] ?? ''))
  const rules = neededAccess('flux-system', plurals, true)
    .filter((each) => !same(each))
    .map(({ verb, group, resource, subresource }) => ({
      verbs: [verb],
      apiGroups: [group],
      resources: [subresource === undefined ? resource : `${resource}/${subresource}`],
    }))
  return JSON.stringify({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'limited' }, rules })
}

describe('what the cluster and the repository say', () => {
  const NASTY = 'gone\u001b[2J\u001b]0;owned\u0007 and \u202eback\u202c\r\nline two\u009b31m'

  test('never reaches the terminal raw, neither from a status nor from a file name', async () => {
    await desk.apply(RECEIVER)
    const status = {
      observedGeneration: 1,
      conditions: [{ type: 'Ready', status: 'False', reason: 'Failed', message: NASTY, lastTransitionTime: '2026-01-01T00:00:00Z' }],
    }
    const target = ['-n', 'flux-system', 'patch', 'receivers.notification.toolkit.fluxcd.io', 'nasty']
    await desk.kubectl(...target, '--subresource', 'status', '--type', 'merge', '--patch', JSON.stringify({ status }))
    const file = join(desk.paths.repo, 'cluster', 'a\u001b[31m\u202eb.yaml')
    await writeFile(file, 'a: b\n')

    const plain = await upgrade()
    const json = await upgrade('--json')
    const seen = await desk.fluxOps(['status'])
    const seenJson = await desk.fluxOps(['status', '--json'])

    await rm(file)
    await desk.kubectl('-n', 'flux-system', 'delete', 'receivers.notification.toolkit.fluxcd.io', 'nasty')
    expectRefused(plain, 'repository-clean', 'Receiver flux-system/nasty')
    for (const said of [plain, json, seen, seenJson]) expectNothingRaw(said)
    expect(plain.text).toContain('␛[2J')
    expect(seen.text).toContain('<U+202E>back')
    expect(JSON.parse(seenJson.stdout).notReady[0].message).toContain('\u202eback')
    expect(json.code).toBe(3)
    expect(JSON.parse(json.stdout).checks.failed).toEqual(['repository-clean'])
  })
})

const RECEIVER = `apiVersion: notification.toolkit.fluxcd.io/v1
kind: Receiver
metadata: {name: nasty, namespace: flux-system}
spec:
  type: generic
  secretRef: {name: nothing}
  resources: [{kind: GitRepository, name: home-cluster}]
`

test('nothing of all this has changed the cluster, the clone or the remote', async () => {
  expect(await desk.world()).toEqual(before)
  expect((await desk.fluxOps(['runs', 'resume'])).stderr).toContain('no unfinished run')
})
