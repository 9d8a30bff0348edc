// Which sealed files a Kustomization applies: every one that its kustomizations name, wherever it lies, now and at the commit that is applied still.
import { describe, expect, test } from 'vitest'
import { appliedFiles, filesByKustomization } from '../../../../src/actions/keys/applied-files.ts'
import type { ClusterKeys } from '../../../../src/actions/keys/cluster-keys.ts'
import { surveySealed } from '../../../../src/actions/keys/sealed-survey.ts'
import type { SyncedPath } from '../../../../src/flux/synced-paths.ts'
import type { KubeObject } from '../../../../src/ports/kube.ts'
import { flux } from '../../flux/objects.ts'
import { fakeContext } from '../fakes.ts'
import { type Clone, cloneOf, HEAD, inClone, newKey, ROOT, sealed } from './sealed.ts'

type Files = Readonly<Record<string, string>>

const key = await newKey()
const [SEALED, OLDER] = [await sealed([key]), await sealed([key], 'older')]
const EARLIER = 'b'.repeat(40)

const contextOf = (files: Files, clone: Partial<Clone> = {}) =>
  fakeContext({ git: cloneOf({ committed: files, ...clone }), files: inClone(files) })

const owner = (name: string, path: string, components?: readonly string[]): SyncedPath => ({
  kustomization: `flux-system/${name}`,
  source: 'flux-system/home',
  path,
  suspended: false,
  ...(components && { components }),
})

async function filesOf(owners: readonly SyncedPath[], files: Files, clone?: Partial<Clone>): Promise<Record<string, string[]>> {
  const ctx = contextOf(files, clone)
  const found = await filesByKustomization(ctx, await surveySealed(ctx, ROOT), owners)
  return Object.fromEntries([...found].map(([id, applied]) => [id.split('/')[1], applied.files.map(({ path }) => path)]))
}

describe('of the clone', () => {
  test('a base in another folder is applied by all that name it, and not by the folder that it lies in', async () => {
    const files = {
      'apps/kustomization.yaml': 'resources: [own.yaml]\n',
      'apps/own.yaml': SEALED,
      'apps/base/kustomization.yaml': 'resources: [db.yaml]\n',
      'apps/base/db.yaml': SEALED,
      'prod/kustomization.yaml': 'resources: [../apps/base]\n',
      'test/kustomization.yaml': 'resources: [../apps/base]\n',
    }

    expect(await filesOf([owner('apps', 'apps'), owner('prod', 'prod'), owner('test', 'test')], files)).toEqual({
      apps: ['apps/own.yaml'],
      prod: ['apps/base/db.yaml'],
      test: ['apps/base/db.yaml'],
    })
  })

  test('components are applied, whether a kustomization or the Kustomization itself names them', async () => {
    const files = {
      'apps/kustomization.yaml': 'components:\n  - ../parts/one\n',
      'parts/one/kustomization.yaml': 'kind: Component\nsecretGenerator:\n  - name: s\n    files: [a=a.yaml]\n',
      'parts/one/a.yaml': SEALED,
      'parts/two/kustomization.yaml': 'kind: Component\npatches: [{path: b.yaml}]\n',
      'parts/two/b.yaml': SEALED,
    }

    expect(await filesOf([owner('apps', 'apps'), owner('more', 'apps', ['../parts/two'])], files)).toEqual({
      apps: ['parts/one/a.yaml'],
      more: ['parts/one/a.yaml', 'parts/two/b.yaml'],
    })
  })

  test('a folder that two apply is of both, and one in another of both as well', async () => {
    const files = { 'apps/a.yaml': SEALED, 'apps/web/b.yaml': SEALED, 'talos/c.yaml': SEALED }

    expect(await filesOf([owner('one', 'apps'), owner('two', 'apps'), owner('web', 'apps/web')], files)).toEqual({
      one: ['apps/a.yaml', 'apps/web/b.yaml'],
      two: ['apps/a.yaml', 'apps/web/b.yaml'],
      web: ['apps/web/b.yaml'],
    })
  })

  test('a file that a nested kustomization leaves out is applied by none', async () => {
    const files = { 'apps/web/kustomization.yaml': 'resources: [a.yaml]\n', 'apps/web/a.yaml': SEALED, 'apps/web/left-out.yaml': SEALED }

    expect(await filesOf([owner('apps', 'apps'), owner('gone', 'nowhere')], files)).toEqual({ apps: ['apps/web/a.yaml'], gone: [] })
  })

  test('what the commit names counts as well as what the work tree names', async () => {
    const files = { 'apps/kustomization.yaml': 'resources: [new.yaml]\n', 'apps/old.yaml': SEALED, 'apps/new.yaml': SEALED }
    const committed = { 'apps/kustomization.yaml': 'resources: [old.yaml]\n', 'apps/old.yaml': SEALED }

    const found = await filesOf([owner('apps', 'apps')], files, {
      committed,
      added: ['apps/new.yaml'],
      edited: ['apps/kustomization.yaml', 'apps/new.yaml'],
    })

    expect(found).toEqual({ apps: ['apps/new.yaml', 'apps/old.yaml'] })
  })

  test('a kustomization that somebody is about to add takes nothing away, nor does one that git does not know', async () => {
    const files = {
      'apps/kustomization.yaml': 'resources: []\n',
      'apps/a.yaml': SEALED,
      'web/kustomization.yaml': '',
      'web/b.yaml': SEALED,
    }
    const committed = { 'apps/a.yaml': SEALED, 'web/b.yaml': SEALED }

    const found = await filesOf([owner('apps', 'apps'), owner('web', 'web')], files, {
      committed,
      added: ['apps/kustomization.yaml'],
      edited: ['apps/kustomization.yaml'],
    })

    expect(found).toEqual({ apps: ['apps/a.yaml'], web: ['web/b.yaml'] })
  })

  test('a kustomization that a sparse checkout leaves out is read from the commit', async () => {
    const committed = { 'apps/kustomization.yaml': 'resources: [../base/a.yaml]\n', 'base/a.yaml': SEALED }

    expect(await filesOf([owner('apps', 'apps')], { 'base/a.yaml': SEALED }, { committed })).toEqual({ apps: ['base/a.yaml'] })
  })

  test('only kustomization files are read', async () => {
    const files = { 'apps/kustomization.yaml': 'resources: [a.yaml]\n', 'apps/a.yaml': SEALED, 'movie.bin': 'x' }
    const ctx = contextOf(files)
    const survey = await surveySealed(ctx, ROOT)
    const read: string[] = []
    const readText = (path: string): Promise<string> => {
      read.push(path)
      return ctx.files.readText(path)
    }

    await filesByKustomization({ ...ctx, files: { ...ctx.files, readText } }, survey, [owner('apps', 'apps')])

    expect(read).toEqual([`${ROOT}/apps/kustomization.yaml`])
  })
})

const applying = (name: string, path: string, revision: string | undefined = `main@sha1:${EARLIER}`): KubeObject =>
  flux('Kustomization', name, {
    spec: { path, sourceRef: { kind: 'GitRepository', name: 'home' } },
    status: revision === undefined ? {} : { lastAppliedRevision: revision },
  })

const keysFor = (...names: string[]): ClusterKeys => ({
  id: 'flux-system/sops-age',
  usedBy: names.map((name) => `Kustomization flux-system/${name}`),
  entries: [],
  pgp: [],
  problems: [],
  object: undefined,
})

async function stillApplied(earlier: Files, files: Files, kustomizations: readonly KubeObject[]) {
  const ctx = contextOf(files, { earlier: { [EARLIER]: earlier } })
  const keys = keysFor(...kustomizations.map(({ metadata }) => metadata.name))
  const gitRepositories = [flux('GitRepository', 'home', { spec: { url: 'https://git.example/home.git' } })]
  const cluster = { context: 'test', uid: 'uid-1', keys: [keys], unknown: [], kustomizations, gitRepositories }
  const { before: found, unknown } = (await appliedFiles(ctx, await surveySealed(ctx, ROOT), cluster)).of(keys)
  return { found: found.map(({ revision, files: then }) => [revision, then.map(({ path, text }) => [path, text])]), unknown }
}

describe('of a commit that is applied still', () => {
  test('a base is read as it was there, once for all that apply it', async () => {
    const names = { 'apps/kustomization.yaml': 'resources: [../base]\n', 'web/kustomization.yaml': 'resources: [../base]\n' }

    const { found, unknown } = await stillApplied(
      { ...names, 'base/a.yaml': OLDER, 'base/same.yaml': SEALED, 'talos/b.yaml': OLDER },
      { ...names, 'base/a.yaml': SEALED, 'base/same.yaml': SEALED, 'talos/b.yaml': SEALED },
      [applying('apps', 'apps'), applying('web', 'web')],
    )

    expect({ found, unknown }).toEqual({ found: [[`main@sha1:${EARLIER}`, [['base/a.yaml', OLDER]]]], unknown: [] })
  })

  test('its own kustomizations tell: a file that is named there and no more counts, though it did not change', async () => {
    const files = { 'base/a.yaml': SEALED, 'base/b.yaml': SEALED }

    const { found } = await stillApplied(
      { ...files, 'apps/kustomization.yaml': 'resources: [../base/a.yaml]\n' },
      { ...files, 'apps/kustomization.yaml': 'resources: [../base/b.yaml]\n' },
      [applying('apps', 'apps')],
    )

    expect(found).toEqual([[`main@sha1:${EARLIER}`, [['base/a.yaml', SEALED]]]])
  })

  test('a kustomization that is gone since tells as well', async () => {
    const { found } = await stillApplied(
      { 'apps/kustomization.yaml': 'resources: [../a.yaml]\n', 'a.yaml': OLDER },
      { 'apps/b.yaml': SEALED },
      [applying('apps', 'apps')],
    )

    expect(found).toEqual([[`main@sha1:${EARLIER}`, [['a.yaml', OLDER]]]])
  })

  test.each([
    ['the commit of the clone', `main@sha1:${HEAD}`, []],
    ['a commit with the same files', `main@sha1:${EARLIER}`, []],
    ['a commit that is not in the clone', `main@sha1:${'c'.repeat(40)}`, [expect.stringContaining('cannot be read in the clone')]],
    ['no commit', 'main@nothing', [expect.stringContaining('names no commit')]],
  ])('of %s there is nothing to read', async (_what, revision, unknown) => {
    const files = { 'apps/a.yaml': SEALED }

    expect(await stillApplied(files, files, [applying('apps', 'apps', revision)])).toEqual({ found: [], unknown })
  })
})
