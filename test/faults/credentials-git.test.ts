// A token whose Secret lies in git as well, sealed by sops: applied by hand when the cluster was set up, or by Flux.
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readSealed } from '../../src/sops/sealed/read.ts'
import { ageRecipients } from '../../src/sops/sealed/sealed-to.ts'
import { CredentialsDesk } from '../runbooks/credentials/desk.ts'
import type { Entries } from '../runbooks/credentials/server.ts'
import { watched } from '../runbooks/credentials/watcher.ts'
import type { Driven } from '../runbooks/desk.ts'
import type { KillPoint } from './harness/points.ts'
import { ride } from './harness/ride.ts'

const BY_HAND = 'cluster/bootstrap/github-deploy-key.sops.yaml'
const BY_FLUX = 'cluster/flux/vars/github-deploy-key.sops.yaml'

let desk: CredentialsDesk
let before: Entries

beforeAll(async () => {
  desk = await CredentialsDesk.open('token', 'pin')
})
afterAll(() => desk?.close())
beforeEach(async () => {
  await desk.fresh()
  before = await desk.secret()
})

const fileOf = (path: string): Promise<string> => readFile(join(desk.sandbox.paths.repo, path), 'utf8')
const recipients = (path: string, text: string): string[] => {
  const file = readSealed(path, text)
  return file === undefined ? [] : [...ageRecipients(file)]
}

/** What sops makes of the file at the head of the remote. */
async function inGit(path: string): Promise<string> {
  const file = join(await mkdtemp(join(desk.work, 'git-')), 'secret.sops.yaml')
  await writeFile(file, await desk.sandbox.run('git', '-C', join(desk.sandbox.paths.git, 'home-ops.git'), 'show', `main:${path}`))
  const manifest = await desk.tool('sops', ['decrypt', file], '', { SOPS_AGE_KEY_FILE: join(desk.sandbox.paths.secrets, 'age.agekey') })
  const encoded = [...manifest.matchAll(/[A-Za-z0-9+/]{16,}={0,2}/g)].map(([text]) => Buffer.from(text, 'base64').toString())
  return [manifest, ...encoded].join('\n')
}

const subjects = async (): Promise<string[]> =>
  (await desk.sandbox.run('git', '-C', join(desk.sandbox.paths.git, 'home-ops.git'), 'log', '--format=%s', '-4', 'main')).trim().split('\n')

/** Up to the wait for the old one to be revoked. */
async function exchanged(): Promise<Driven> {
  await desk.server.take(before, { password: await desk.newToken() })
  const waiting = await desk.rotate()
  expect(waiting.error?.message).toBeUndefined()
  expect(waiting.outcome).toBe('waiting')
  return waiting
}

async function rest({ runId }: Driven): Promise<Driven> {
  await desk.server.take({ password: await desk.newToken() })
  return desk.resume(runId)
}

/** Flux applies the Secret from now on, as it applies everything else. */
async function appliedByFlux(): Promise<void> {
  const { repo } = desk.sandbox.paths
  await desk.tool('git', ['mv', BY_HAND, BY_FLUX])
  const list = join(repo, 'cluster/flux/vars/kustomization.yaml')
  await writeFile(list, `${await readFile(list, 'utf8')}  - ./github-deploy-key.sops.yaml\n`)
  await desk.tool('git', ['commit', '--quiet', '--all', '-m', 'Keep the deploy key by Flux'])
  await desk.tool('git', ['push', '--quiet', 'origin', 'HEAD:main'])
  await desk.reconcile()
  await desk.tool('flux', ['reconcile', 'kustomization', 'cluster', '--timeout=90s'])
  const labels = await desk.kubectl('-n', 'flux-system', 'get', 'secret', 'github-deploy-key', '-o', 'jsonpath={.metadata.labels}')
  expect(labels).toContain('kustomize.toolkit.fluxcd.io/name')
}

describe('a copy that nobody applies', () => {
  test('is sealed anew to the same recipients and pushed, and no fetch fails', async () => {
    const was = await fileOf(BY_HAND)

    const { failures } = await watched(desk, async () => {
      const done = await rest(await exchanged())
      expect(done.error?.message).toBeUndefined()
      expect(done.outcome).toBe('done')
    })

    expect(failures).toEqual([])
    const token = await desk.newToken()
    expect(await desk.secret()).toEqual({ ...before, password: token })
    const is = await fileOf(BY_HAND)
    expect(recipients(BY_HAND, is)).toEqual(recipients(BY_HAND, was))
    expect(is).not.toContain(token)
    expect(await inGit(BY_HAND)).toContain(token)
    expect((await subjects())[0]).toBe('Rotate the token that Flux reads git with')
    expect(await desk.tool('git', ['status', '--porcelain'])).toBe('')
  })

  test('holds the old token again when the run is taken back', async () => {
    const { runId } = await exchanged()

    const back = await desk.abandon(runId)

    expect(back.error?.message).toBeUndefined()
    expect(back.outcome).toBe('abandoned')
    expect(await desk.secret()).toEqual(before)
    expect(await inGit(BY_HAND)).toContain(before.password)
    expect((await subjects()).slice(0, 2)).toEqual([
      'Take back the token that Flux reads git with',
      'Rotate the token that Flux reads git with',
    ])
    expect(await desk.kept()).toEqual([])
  })

  test('whose push is refused stops the run, with a Flux that fetches, and the run goes on once it is let through', async () => {
    await desk.server.take(before, { password: await desk.newToken() })
    await desk.sandbox.faults({ push: 'reject' })

    const stopped = await desk.rotate()

    expect(stopped.error?.code).toBe('git-rejected')
    expect(await desk.isLetIn()).toBe(true)
    await desk.sandbox.faults({})
    const done = await rest(await desk.resume(stopped.runId))
    expect(done.error?.message).toBeUndefined()
    expect(done.outcome).toBe('done')
    expect(await inGit(BY_HAND)).toContain(await desk.newToken())
  })

  test('is sealed once, however often the run is killed', async () => {
    await desk.server.take(before, { password: await desk.newToken() })
    const middle = (step: string, call: number): KillPoint => ({ where: 'middle', step, call })
    const points: KillPoint[] = [
      middle('seal', 1),
      middle('seal', 2),
      { where: 'before', event: 'step.finished commit' },
      middle('push', 1),
    ]
    const person = async (): Promise<void> => desk.server.take({ password: await desk.newToken() })

    await ride(desk.sandbox.paths, desk.flags(), points, async () => expect(await desk.isLetIn()).toBe(true), person)

    expect((await subjects()).filter((subject) => subject.startsWith('Rotate the token'))).toHaveLength(1)
    expect(await inGit(BY_HAND)).toContain(await desk.newToken())
    expect((await desk.secret()).password).toBe(await desk.newToken())
  })
})

describe('a copy that Flux applies', () => {
  beforeEach(appliedByFlux)

  test('is exchanged in git, and Flux applies it without a fetch that fails', async () => {
    const { failures } = await watched(desk, async () => {
      const done = await rest(await exchanged())
      expect(done.error?.message).toBeUndefined()
      expect(done.outcome).toBe('done')
    })

    expect(failures).toEqual([])
    await desk.tool('flux', ['reconcile', 'kustomization', 'cluster', '--timeout=90s'])
    expect((await desk.secret()).password).toBe(await desk.newToken())
  })

  test('is taken back in git, and stays so', async () => {
    const { runId } = await exchanged()

    const back = await desk.abandon(runId)

    expect(back.error?.message).toBeUndefined()
    await desk.tool('flux', ['reconcile', 'kustomization', 'cluster', '--timeout=90s'])
    expect((await desk.secret()).password).toBe(before.password)
    expect(await inGit(BY_FLUX)).toContain(before.password)
  })

  test('is refused without the clone', async () => {
    await desk.server.take(before, { password: await desk.newToken() })

    const refused = await desk.rotate({ repo: desk.work })

    expect(refused.exit).toBe('checks')
    const check = refused.events.find((event) => event.type === 'check.finished' && event.id === 'secret-ours')
    expect(JSON.stringify(check)).toMatch(/applied from git by Kustomization flux-system\/cluster/)
    expect(await desk.secret()).toEqual(before)
  })
})

test('a token that the server does not take is refused before anything is made', async () => {
  const refused = await desk.rotate()

  expect(refused.exit).toBe('checks')
  const check = refused.events.find((event) => event.type === 'check.finished' && event.id === 'new-credential')
  expect(check).toMatchObject({ result: { status: 'fail' } })
  expect(await desk.kept()).toEqual([])
})
