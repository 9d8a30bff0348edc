// An empty cluster is made to follow an empty repository over HTTP with a token, by the built CLI, with real controllers.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BootstrapDesk } from './desk.ts'

let desk: BootstrapDesk

beforeAll(async () => {
  desk = await BootstrapDesk.open()
})
afterAll(() => desk?.close())

describe('on an empty cluster and an empty repository', () => {
  test('a dry run shows everything and changes nothing', async () => {
    const said = await desk.bootstrap(await desk.file(), {}, '--dry-run')

    expect(said.code).toBe(0)
    expect(said.stdout).toContain('clusters/prod/flux-system/gotk-components.yaml')
    expect(await desk.log()).toEqual([])
    expect(await desk.kubectl('get', 'namespaces', '-o', 'name')).not.toContain('flux-system')
  })

  test('one command ends with everything Ready at the commit that it pushed', async () => {
    const said = await desk.bootstrap(await desk.file())

    expect(said).toMatchObject({ code: 0 })
    expect(await desk.log()).toEqual(['Bootstrap cluster prod with Flux 2.9.2'])
    const head = (await desk.run('git', '-C', desk.bare(), 'rev-parse', 'main')).trim()
    const ready = await desk.kubectl(
      '-n',
      'flux-system',
      'get',
      'kustomization',
      'flux-system',
      '-o',
      'jsonpath={.status.lastAppliedRevision}',
    )
    expect(ready).toBe(`main@sha1:${head}`)
  })

  test('run a second time it changes nothing: no commit, and no object of it moves', async () => {
    const before = await desk.versions()

    const said = await desk.bootstrap(await desk.file())

    expect(said.code).toBe(0)
    expect(await desk.log()).toHaveLength(1)
    expect(await desk.versions()).toEqual(before)
  })

  test('what flux bootstrap itself does next changes nothing either', async () => {
    const { server, password } = desk
    const args = ['--url', `${server}/fleet.git`, '--allow-insecure-http', '--token-auth', '--username', 'sandbox', '--branch', 'main']

    await desk.run(
      'flux',
      'bootstrap',
      'git',
      ...args,
      '--password',
      password,
      '--path',
      'clusters/prod',
      '--silent',
      '--version',
      'v2.9.2',
    )

    expect(await desk.log()).toHaveLength(1)
  })
})
