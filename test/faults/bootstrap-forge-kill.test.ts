// kill -9 around what a bootstrap does at a forge, and while it waits for a person: taken up, there is one repository, one deploy key, one pull request, one commit.
import { execFile } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pinned } from '../bootstrap/pinned.ts'
import { branches, isReady, merge, pulls } from '../bootstrap/publishing.ts'
import { startTlsForge, type TlsForge } from '../bootstrap/tls-forge.ts'
import { BootstrapDesk } from '../runbooks/bootstrap/desk.ts'
import { stateHome } from './harness/cli.ts'
import { type KillPoint, listPoints } from './harness/points.ts'
import { ride } from './harness/ride.ts'
import { sweep } from './harness/sweep.ts'

const HOUR = 3_600_000
const { FLUX_OPS_KILL_ONLY = '', FLUX_OPS_KILL_RELAY = '3' } = process.env

let desk: BootstrapDesk
let forge: TlsForge

beforeAll(async () => {
  desk = await BootstrapDesk.open({ forge: true })
  const folder = await desk.folder()
  forge = await startTlsForge({ real: new URL(desk.server).origin, gitea: desk.tool('gitea'), folder })
  await writeFile(join(desk.work, 'token'), `${desk.password}\n`, { mode: 0o600 })
})
afterAll(async () => {
  await forge?.close()
  await desk?.close()
})

async function reset(): Promise<void> {
  await desk.reset()
  await rm(join(stateHome(desk.paths), 'flux-ops', 'clones'), { recursive: true, force: true })
}

const after = (event: string): KillPoint => ({ where: 'after', event })
const before = (event: string): KillPoint => ({ where: 'before', event })
const middle = (step: string, call: number): KillPoint => ({ where: 'middle', step, call })

async function onForge(): Promise<readonly string[]> {
  await reset()
  const file = await desk.file({
    flux: { style: 'gitea' },
    forge: {
      hostname: forge.host,
      sshHostname: desk.ssh,
      caFile: forge.caFile,
      owner: 'sandbox',
      repository: 'new',
      personal: true,
      token: { file: 'token' },
    },
    git: { url: undefined, allowInsecure: undefined, auth: { ssh: { generate: 'ed25519', hostKeys: [await pinned(desk)] } } },
  })
  return ['bootstrap', '--file', file, '--yes']
}

async function endOnForge(): Promise<Record<string, unknown>> {
  const commits = await desk.api<{ commit: { message: string } }[]>('GET', '/repos/sandbox/new/commits')
  return {
    keys: (await desk.api<{ title: string }[]>('GET', '/repos/sandbox/new/keys')).map(({ title }) => title),
    commits: commits.map(({ commit }) => commit.message.split('\n')[0]),
    ready: await isReady(desk),
    leaseHolder: await desk.kubectl('-n', 'kube-system', 'get', 'lease', 'flux-ops', '-o', 'jsonpath={.spec.holderIdentity}'),
  }
}

test('killed anywhere around a forge it ends as it would have', { timeout: 2 * HOUR }, async () => {
  const { last } = await ride(desk.paths, await onForge(), [])
  const end = await endOnForge()
  expect(end).toMatchObject({ keys: ['flux-system-flux-system-main-./clusters/prod'], ready: 'True' })
  const listed = listPoints(last.seen)

  const failures = await sweep({
    paths: desk.paths,
    begin: onForge,
    listed: {
      ...listed,
      points: listed.points.filter((point) => /repository|git-secret|deploy-key|flux-bootstrap/.test(listed.name(point))),
    },
    end,
    endOf: endOnForge,
    only: new RegExp(FLUX_OPS_KILL_ONLY),
    relay: Number(FLUX_OPS_KILL_RELAY) || undefined,
  })

  expect(failures).toEqual([])
})

const usual = async (publish: 'pr' | 'none'): Promise<readonly string[]> => {
  await reset()
  await desk.push({ 'README.md': 'fleet\n' })
  const file = await desk.file({ git: { publish, auth: { token: { file: 'token', username: 'sandbox' } } } })
  return ['bootstrap', '--file', file, '--yes']
}

test('killed around its pull request it opens one, and goes on behind the merge', async () => {
  const points = [
    middle('worktree', 1),
    middle('push-branch', 1),
    before('step.finished push-branch'),
    middle('open-pull-request', 1),
    before('step.finished open-pull-request'),
    after('step.waiting merged'),
    middle('checkout-merge', 1),
    before('step.finished checkout-merge'),
    middle('tidy-clone', 1),
  ]

  const { last } = await ride(desk.paths, await usual('pr'), points, async (point) => {
    if ('event' in point && point.event === 'step.waiting merged') await merge(desk, (await pulls(desk))[0]?.number ?? 0)
  })

  expect(last.code).toBe(0)
  expect(await pulls(desk)).toMatchObject([{ merged: true }])
  expect(await branches(desk)).toEqual(['main'])
  expect(await isReady(desk)).toBe('True')
})

test('killed while a person pushes for it, it goes on with what they have pushed', async () => {
  const points = [
    middle('files', 2),
    after('step.waiting pushed-by-you'),
    before('step.finished pushed-by-you'),
    middle('take-branch', 1),
    middle('take-branch', 2),
    before('step.finished take-branch'),
    middle('tidy', 1),
  ]

  const { last } = await ride(desk.paths, await usual('none'), points, async (point) => {
    if (!('event' in point) || point.event !== 'step.waiting pushed-by-you') return
    const clones = join(stateHome(desk.paths), 'flux-ops', 'clones')
    const { stdout } = await promisify(execFile)('find', [clones, '-name', '.git', '-maxdepth', '2'])
    const clone = join(stdout.trim().split('\n')[0] ?? clones, '..')
    const git = (...args: string[]) => desk.run('git', '-C', clone, ...args)
    await git('add', '--all')
    await git('commit', '--quiet', '-m', 'by me')
    await git('push', '--quiet', desk.address(), 'HEAD:main')
  })

  expect(last.code).toBe(0)
  expect(await desk.log()).toEqual(['by me', 'by somebody else'])
  expect(await isReady(desk)).toBe('True')
})
