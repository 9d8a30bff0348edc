// Runs last, when all other tests have left behind what they said and wrote: no secret of any of their sandboxes is in it.
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type SandboxPaths, sandboxPaths } from '../../src/sandbox/index.ts'
import { ROOT } from '../helpers/shared-root.ts'
import { type KnownSecret, known, secretsOf } from './known-secrets.ts'
import { filesBelow, search } from './search.ts'

/** Journals, reports and backups of the runs; what the program said and the argument vectors it started; logs; the user's clone, home and temporary folder. */
const PLACES = ['state', 'test-runs', 'evidence', 'logs', 'repo', 'home', 'tmp', 'state.json', 'gitconfig', 'faults.json']

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (info) => info.isFile(),
    () => false,
  )

async function leftBy(paths: SandboxPaths): Promise<string[]> {
  const all = await Promise.all(
    PLACES.map(async (place) => ((await isFile(join(paths.dir, place))) ? [join(paths.dir, place)] : filesBelow(join(paths.dir, place)))),
  )
  return all.flat()
}

async function sandboxes(): Promise<SandboxPaths[]> {
  const root = process.env[ROOT] ?? ''
  const entries = await readdir(root, { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map((entry) => sandboxPaths(join(root, entry.name)))
}

test('no key and no token of a sandbox is in anything that the suite has left behind', async () => {
  const all = await sandboxes()

  for (const paths of all) {
    const { files, bytes, found } = await search(await leftBy(paths), await secretsOf(paths))
    console.log(`${paths.dir.split('/').at(-1)}: ${files} files, ${(bytes / 2 ** 20).toFixed(1)} MiB searched`)
    expect(found).toEqual([])
    expect(files).toBeGreaterThan(0)
  }

  expect(all.length, 'sandboxes of this vitest run; alone this test has nothing to search').toBeGreaterThan(0)
})

test('the keys of a sandbox lie where only its user can read them', async () => {
  for (const { secrets } of await sandboxes()) {
    const modes = await Promise.all(
      [secrets, ...(await filesBelow(secrets))].map(async (path) => ({ path, mode: (await stat(path)).mode & 0o077 })),
    )
    expect(modes.filter(({ path, mode }) => mode !== 0 && !path.endsWith('.pub'))).toEqual([])
  }
})

describe('the search', () => {
  const password = known('password', 'hB3-x_9/+kQw7LzT2mNv')
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flux-ops-search-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const planted = async (text: string, secret: KnownSecret = password): Promise<readonly string[]> => {
    await writeFile(join(folder, 'planted.log'), text)
    return (await search(await filesBelow(folder), [secret])).found
  }
  const value = password.spellings[0] ?? ''

  test.each([
    ['as it is', `GET / token=${value}&x`],
    ['in a URL', `http://sandbox:${encodeURIComponent(value)}@127.0.0.1`],
    ['in base64', Buffer.from(value).toString('base64')],
    ['in a header of basic authentication', `Authorization: Basic ${Buffer.from(`sandbox:${value}`).toString('base64')}`],
    ['in base64 behind one more letter', Buffer.from(`user12345:${value}\n`).toString('base64')],
  ])('finds a secret %s', async (_where, text) => {
    expect(await planted(text)).toEqual([`password in ${join(folder, 'planted.log')}`])
  })

  test('finds nothing where there is none', async () => {
    expect(await planted(`${value.slice(0, -1)} ${Buffer.from(value).toString('hex')}`)).toEqual([])
  })
})
