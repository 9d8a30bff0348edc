// The drill passes where nothing would be lost, and nowhere else.
import { expect, test } from 'vitest'
import type { ClusterKeys } from '../../../../src/actions/keys/cluster-keys.ts'
import { type ClusterWorld, drill } from '../../../../src/actions/keys/drill.ts'
import type { DrillReport } from '../../../../src/actions/keys/drill-report.ts'
import { surveySealed } from '../../../../src/actions/keys/sealed-survey.ts'
import type { Identity } from '../../../../src/sops/keys/identities.ts'
import { parseIdentities } from '../../../../src/sops/keys/identities.ts'
import { flux } from '../../flux/objects.ts'
import { PLUGIN_IDENTITY } from '../../sops/keys/fixtures.ts'
import { fakeContext } from '../fakes.ts'
import { binary, type Clone, cloneOf, HEAD, inClone, newKey, ROOT, sealed } from './sealed.ts'

const [ours, theirs] = [await newKey(), await newKey()]
const [forUs, forThem] = [await sealed([ours]), await sealed([theirs])]

const plugin = async (said: string): Promise<Identity[]> => parseIdentities(`${said}${PLUGIN_IDENTITY}\n`, 'a test')

const keysOf = (entries: Readonly<Record<string, readonly Identity[]>>, usedBy = ['Kustomization flux-system/apps']): ClusterKeys => ({
  id: 'flux-system/sops-age',
  usedBy,
  entries: Object.entries(entries).map(([name, identities]) => ({ name, imported: name.endsWith('.agekey'), identities })),
  pgp: [],
  problems: [],
  object: undefined,
})

const kustomization = (name: string, path: string, source = 'flux-system') =>
  flux('Kustomization', name, {
    spec: { path, sourceRef: { kind: 'GitRepository', name: source }, decryption: { provider: 'sops' } },
    status: { lastAppliedRevision: `main@sha1:${HEAD}` },
  })

const repository = (name: string, spec: Record<string, unknown>) => flux('GitRepository', name, { spec })

const world = (keys: readonly ClusterKeys[], more: Partial<ClusterWorld> = {}): ClusterWorld => ({
  context: 'test',
  uid: 'uid-1',
  keys,
  unknown: [],
  kustomizations: [kustomization('apps', './apps')],
  gitRepositories: [repository('flux-system', { url: 'https://git.example/home.git' })],
  ...more,
})

interface Case {
  readonly files?: Readonly<Record<string, string>>
  readonly clone?: Partial<Clone>
  readonly cluster?: ClusterWorld
  readonly only?: readonly string[]
  readonly openedByItself?: boolean
  /** Path of a file that is no text. */
  readonly noText?: string
}

async function drilled({
  files = { 'apps/a.yaml': forUs },
  clone = {},
  cluster,
  only = [],
  openedByItself = false,
  noText,
}: Case): Promise<DrillReport> {
  const ctx = fakeContext({ git: cloneOf({ committed: files, ...clone }), files: inClone(files) })
  const { readText } = ctx.files
  Object.assign(ctx.files, { readText: (path: string) => (path === `${ROOT}/${noText}` ? Promise.reject(binary()) : readText(path)) })
  const bundle = { cluster: undefined, taken: undefined, sets: [{ source: { kind: 'unknown' } as const, identities: [ours] }] }
  const survey = await surveySealed(ctx, ROOT)
  return drill(ctx, { bundle, names: ['b.age'], openedByItself, survey, only, cluster, at: '2026-11-21T03:12:00Z' })
}

test('passes where backup and Secret open every file', async () => {
  const report = await drilled({ cluster: world([keysOf({ 'age.agekey': [ours] })]) })

  expect(report).toMatchObject({ verdict: 'passed', repository: { files: 1, opened: 1 }, cluster: { secrets: [{ files: 1, opened: 1 }] } })
})

test.each([
  ['an entry that Flux passes over', async () => ({ 'age.agekey': [ours], 'old.key': [theirs] }), theirs.recipient],
  [
    'a plugin that names no recipient',
    async () => ({ 'age.agekey': [ours], 'p.agekey': await plugin('') }),
    'a key of plugin in entry p.agekey',
  ],
  [
    'a plugin whose comment names a recipient of the backup',
    async () => ({ 'age.agekey': [ours], 'p.agekey': await plugin(`# recipient: ${ours.recipient}\n`) }),
    ours.recipient,
  ],
])('fails where a key of %s is not in the backup', async (_what, entries, named) => {
  const report = await drilled({ cluster: world([keysOf(await entries())]) })

  expect(report.verdict).toBe('failed')
  expect(report.cluster?.secrets[0]?.notBackedUp).toEqual([expect.stringContaining(named ?? '')])
})

test('is no pass where nothing but a key in the backup opened it', async () => {
  const report = await drilled({ openedByItself: true })

  expect(report).toMatchObject({ verdict: 'unknown', backup: { unknown: expect.stringContaining('--identity FILE') } })
})

test('is no pass where no Secret of the cluster was asked, nor where Flux applies nothing with it', async () => {
  const other = repository('flux-system', { url: 'https://git.example/home.git' })
  const elsewhere = [kustomization('apps', './apps'), kustomization('shop', './', 'shop')]
  const shop = { ...keysOf({ 'age.agekey': [ours] }, ['Kustomization flux-system/shop']) }

  expect((await drilled({ cluster: world([]) })).verdict).toBe('unknown')
  expect(
    await drilled({ cluster: world([shop], { kustomizations: elsewhere, gitRepositories: [other, repository('shop', { url: 'x' })] }) }),
  ).toMatchObject({ verdict: 'unknown', cluster: { secrets: [{ files: 0, elsewhere: ['Kustomization flux-system/shop'] }] } })
})

test('is no pass where Flux fetches submodules, which the clone knows nothing of', async () => {
  const gitRepositories = [repository('flux-system', { url: 'https://git.example/home.git', recurseSubmodules: true })]
  const keys = [keysOf({ 'age.agekey': [ours] })]

  const report = await drilled({ clone: { submodules: ['apps/shared'] }, cluster: world(keys, { gitRepositories }) })

  expect(report).toMatchObject({ verdict: 'unknown', cluster: { unknown: [expect.stringContaining('apps/shared')] } })
  expect((await drilled({ clone: { submodules: ['apps/shared'] }, cluster: world(keys) })).verdict).toBe('passed')
})

test('fails where the commit has a file that does not open, whatever lies in the work tree', async () => {
  const clone = { committed: { 'apps/a.yaml': forThem }, edited: ['apps/a.yaml'] }

  const report = await drilled({ clone })

  expect(report).toMatchObject({ verdict: 'failed', repository: { files: 2, opened: 1, uncommitted: ['apps/a.yaml'] } })
})

test('tries a base with the Secrets of all that name it, and leaves to the backup what nothing applies', async () => {
  const files = { 'apps/kustomization.yaml': 'resources: [../base]\n', 'base/a.yaml': forThem, 'talos/b.yaml': forUs }

  const report = await drilled({ files, only: ['talos'], cluster: world([keysOf({ 'age.agekey': [ours] })]) })

  expect(report.repository).toMatchObject({ files: 1, opened: 1 })
  expect(report).toMatchObject({ verdict: 'failed', cluster: { secrets: [{ files: 1, opened: 0, problems: [{ path: 'base/a.yaml' }] }] } })
})

test('is no pass where a Secret has nothing to open', async () => {
  const files = { 'apps/kustomization.yaml': 'resources: []\n', 'apps/a.yaml': forUs }
  const unused = { ...keysOf({ 'age.agekey': [ours] }, []), id: 'flux-system/unused' }

  const report = await drilled({ files, cluster: world([keysOf({ 'age.agekey': [ours] }), unused]) })

  expect(report).toMatchObject({
    verdict: 'unknown',
    cluster: {
      secrets: [
        { files: 0, unknown: [expect.stringContaining('Flux applies no sealed file')] },
        { files: 0, unknown: [expect.stringContaining('no Kustomization decrypts with it')] },
      ],
    },
  })
})

test('is no pass where it is not known what is applied', async () => {
  const files = { 'apps/kustomization.yaml': 'resources: [a.yaml]\n', 'apps/a.yaml': forUs, 'b.yaml': forUs }
  const kustomizations = [kustomization('apps', './apps'), kustomization('all', '')]
  const usedBy = kustomizations.map(({ metadata }) => `Kustomization flux-system/${metadata.name}`)

  const report = await drilled({
    files,
    noText: 'apps/kustomization.yaml',
    cluster: world([keysOf({ 'age.agekey': [ours] }, usedBy)], { kustomizations }),
  })

  expect(report).toMatchObject({
    verdict: 'unknown',
    cluster: {
      secrets: [
        { files: 1, opened: 1, unknown: usedBy.map((by) => expect.stringContaining(`${by}: apps/kustomization.yaml cannot be read`)) },
      ],
    },
  })
})

test('narrowed to a folder it still tries all that the cluster applies', async () => {
  const files = { 'apps/a.yaml': forThem, 'clusters/b.yaml': forUs }

  const report = await drilled({ files, only: ['clusters'], cluster: world([keysOf({ 'age.agekey': [ours] })]) })

  expect(report).toMatchObject({
    verdict: 'failed',
    repository: { problems: [] },
    cluster: { secrets: [{ problems: [{ path: 'apps/a.yaml' }] }] },
  })
})

test('ends at once when it is interrupted', async () => {
  const ctx = {
    ...fakeContext({ git: cloneOf({ committed: { 'a.yaml': forUs } }), files: inClone({ 'a.yaml': forUs }) }),
    signal: AbortSignal.abort('SIGINT'),
  }
  const bundle = { cluster: undefined, taken: undefined, sets: [{ source: { kind: 'unknown' } as const, identities: [ours] }] }
  const survey = await surveySealed(ctx, ROOT)

  const running = drill(ctx, { bundle, names: [], openedByItself: false, survey, only: [], cluster: undefined, at: '' })

  await expect(running).rejects.toBe('SIGINT')
})
