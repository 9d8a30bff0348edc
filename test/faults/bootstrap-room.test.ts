// A bootstrap that finds no room, no registry, or links that lead out: nothing is half there, and it goes on once there is.
import { readdir, rm, symlink } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readState } from '../../src/sandbox/index.ts'
import { freePort } from '../../src/sandbox/ports.ts'
import { mayMount, onDisk } from '../runbooks/age-rotate/desk.ts'
import type { BootstrapDesk } from '../runbooks/bootstrap/desk.ts'
import { runOf, StruckBootstrap, shell, textOf } from './harness/struck-bootstrap.ts'

let struck: StruckBootstrap
let desk: BootstrapDesk

beforeAll(async () => {
  struck = await StruckBootstrap.open()
  desk = struck.desk
})
afterAll(() => struck?.close())
beforeEach(() => struck.fresh())

const clone = async (): Promise<string> => {
  const clones = join(desk.state, 'flux-ops', 'clones')
  return join(clones, (await readdir(clones)).find((name) => !name.includes('.')) ?? '')
}

const NO_ROOM = /no room|no space left|file too large/i

describe('a disk without room', () => {
  test('for the files of the clone stops the run with none of them, and it goes on once there is room', async () => {
    const said = await struck.begin([{ at: 'files', do: 'small-files', bytes: 100_000 }])

    expect(said.code).toBe(1)
    expect(textOf(said)).toMatch(NO_ROOM)
    expect(textOf(said)).toContain('gotk-components.yaml')
    await struck.expectNotYet()
    expect((await readdir(join(await clone(), 'clusters/prod/flux-system'))).filter((name) => !name.endsWith('.yaml'))).toEqual([])
    await struck.expectDone(await struck.resume(said))
  })

  test('for the commit stops the run without one, and it goes on once there is room', async () => {
    const said = await struck.begin([{ at: 'commit', do: 'small-files', bytes: 30_000 }])

    expect(said.code).toBe(1)
    expect(textOf(said)).toMatch(/✗ commit/)
    await struck.expectNotYet()
    // The kernel ends git by a signal here, and its lock is left: the run says which, and what to do.
    const locked = await struck.resume(said)
    const lock = / {2}→ when none is: rm (\S+)/.exec(textOf(locked))?.[1]
    if (lock !== undefined) await rm(lock)
    await struck.expectDone(lock === undefined ? locked : await struck.resume(said))
  })

  test('for what is applied stops the run before anything of Flux is in the cluster, and it goes on once there is room', async () => {
    const said = await struck.begin([{ at: 'install', do: 'small-files', bytes: 100_000 }])

    expect(said.code).toBe(1)
    expect(textOf(said)).toMatch(NO_ROOM)
    expect(await desk.kubectl('get', 'crds', '-o', 'name')).not.toContain('fluxcd.io')
    await struck.expectDone(await struck.resume(said))
  })

  test.each(['namespace', 'push', 'sync'])('for the journal does nothing of step %s, and it goes on once there is room', async (at) => {
    const said = await struck.begin([{ at, do: 'no-room' }])

    expect(said.code).toBe(1)
    expect(said.stderr).toContain("the run's journal could not be written")
    if (at === 'namespace') expect(await struck.namespaces()).not.toContain('flux-system')
    if (at !== 'sync') expect(await desk.log()).toEqual([])
    await struck.expectDone(await struck.resume(said))
  })

  test.skipIf(!mayMount())(
    'for the backup stops the run before anything is sealed to the key, and it is written whole once there is room',
    async () => {
      const args = ['bootstrap', '-f', await struck.file({ layout: { kind: 'layers' } }), '--yes']

      const said = await desk.struck([], args, {}, ['unshare', ...onDisk(struck.out, 'size=4k')])

      expect(said.code).toBe(1)
      expect(textOf(said)).toMatch(/✗ back-up: .*no room/s)
      await struck.expectNotYet()
      await struck.expectDone(await struck.resume(said))
      expect(await readdir(struck.out)).toHaveLength(4)
    },
  )

  test.skipIf(!mayMount())('for a clone is told before there is a run, and nothing is changed', async () => {
    const args = ['bootstrap', '-f', await struck.file(), '--yes']

    const said = await desk.struck([], args, {}, [
      'sh',
      '-c',
      'mkdir -p "$1" && shift && exec "$@"',
      'sh',
      join(desk.state, 'flux-ops', 'clones'),
      'unshare',
      ...onDisk(join(desk.state, 'flux-ops', 'clones'), 'size=16k'),
    ])

    expect(said.code).toBe(1)
    expect(textOf(said)).toMatch(NO_ROOM)
    expect(runOf(said)).toBe('no run')
    expect(await struck.namespaces()).not.toContain('flux-system')
    await struck.expectDone(await struck.begin())
  })
})

describe('a registry that is down', () => {
  test('is named with the source that needs it, and the run goes on once it is there', async () => {
    const registry = `${await desk.registry()}/fluxcd`
    const { pid } = (await readState(desk.paths.dir))?.processes.registry ?? {}
    const change = {
      layout: { kind: 'oci' },
      flux: { version: '2.9.2', style: 'kustomize', registry },
      git: {
        url: `${desk.server}/fleet.git`,
        allowInsecure: true,
        path: 'cluster/flux',
        auth: { token: { env: 'GIT_TOKEN', username: 'sandbox' } },
      },
    }

    const said = await struck.begin([shell('sync', `kill -9 ${pid}`)], change)

    expect(said.code).toBe(1)
    expect(textOf(said)).toMatch(/✗ layers: .*OCIRepository \S+: .*connection refused/s)
    await desk.registry()
    const done = await struck.resume(said)
    expect(done, textOf(done)).toMatchObject({ code: 0 })
    expect(await desk.log()).toHaveLength(1)
  })

  test('of charts is named with the HelmRepository that needs it, and the run goes on once it is there', async () => {
    const port = await freePort(new Set())
    await desk.push({
      'clusters/prod/charts.yaml': `apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: charts, namespace: flux-system}
spec: {interval: 1h, url: "http://127.0.0.1:${port}"}
`,
    })

    const said = await struck.begin()

    expect(said.code).toBe(1)
    expect(textOf(said)).toMatch(/✗ layers: .*HelmRepository flux-system\/charts: .*connection refused/s)
    const index = 'apiVersion: v1\nentries:\n  a:\n  - {apiVersion: v2, name: a, version: 1.0.0, urls: [a-1.0.0.tgz]}\n'
    const server = createServer((_request, response) => response.end(index)).listen(port, '127.0.0.1')
    try {
      await struck.expectDone(await struck.resume(said), ['by somebody else'])
    } finally {
      server.close()
    }
  })
})

test('a folder of the repository that is a link leading out of it gets no file', async () => {
  const outside = await desk.folder()
  const prepared = await desk.prepare({ 'clusters/README.md': 'x\n' })
  await symlink(outside, join(prepared, 'clusters', 'prod'))
  const git = (...args: string[]) => desk.run('git', '-C', prepared, '-c', 'user.name=Other', '-c', 'user.email=other@example.org', ...args)
  await git('add', '--all')
  await git('commit', '--quiet', '-m', 'a link')
  await git('push', '--quiet', 'origin', 'HEAD:main')

  const said = await struck.begin()

  expect(said.code).not.toBe(0)
  expect(textOf(said)).toMatch(/lies outside/)
  expect(await readdir(outside)).toEqual([])
  expect(await desk.kubectl('get', 'crds', '-o', 'name')).not.toContain('fluxcd.io')
  await rm(outside, { recursive: true })
})
