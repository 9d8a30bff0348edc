// The move to the Flux Operator and back, on a real control plane with the real operator: one cluster that is taken through all of it.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../../sandbox/scratch.ts'
import { type Driven, drive } from '../desk.ts'
import { MoveDesk } from './desk.ts'

let desk: MoveDesk
let uids: Record<string, string>
let revisions: Record<string, number>
let specs: Record<string, unknown>

const others = (now: Readonly<Record<string, string>>): string[] =>
  Object.entries(uids).flatMap(([label, uid]) => (now[label] === uid ? [] : [label]))

const replaced = (now: Readonly<Record<string, number>>): number[] =>
  Object.entries(revisions).map(([name, revision]) => (now[name] ?? Number.NaN) - revision)

describe('a move from flux bootstrap', () => {
  let done: Driven

  beforeAll(async () => {
    desk = await MoveDesk.open('bootstrap')
    await desk.fresh()
    uids = await desk.uids()
    revisions = await desk.revisions()
    specs = await desk.podSpecs()
  })
  afterAll(() => desk?.close())

  test('says in a dry run what would be different and every step, and changes nothing', async () => {
    const head = await desk.commitOnRemote()

    const dry = await desk.move({ dryRun: true })

    expect(dry.outcome).toBe('planned')
    const said = dry.events.flatMap((event) => (event.type === 'step.would' ? [event.id] : []))
    expect(said).toEqual(
      expect.arrayContaining(['install-operator', 'write-instance', 'takeover', 'write-files', 'commit', 'push', 'sync']),
    )
    expect([await desk.commitOnRemote(), await desk.sandbox.git('status', '--porcelain')]).toEqual([head, ''])
    expect(others(await desk.uids())).toEqual([])
    expect(await desk.list('helmreleases', '--field-selector=metadata.name=flux-operator')).toEqual([])
  })

  test('is taken back when its push is rejected: each controller replaced once a way, nothing deleted, no trace of the operator', async () => {
    await desk.sandbox.faults({ push: 'reject' })
    const stopped = await desk.move()
    expect(stopped.error?.code).toBe('git-rejected')
    expect(new Set(replaced(await desk.revisions()))).toEqual(new Set([1]))
    await desk.sandbox.faults({})

    const back = await desk.again('abandon', stopped.runId)

    expect(back.error?.message).toBeUndefined()
    expect(back.outcome).toBe('abandoned')
    expect(others(await desk.uids())).toEqual([])
    expect(Math.max(...replaced(await desk.revisions()))).toBe(2)
    expect(await desk.podSpecs()).toEqual(specs)
    expect(await desk.ownedTwice()).toEqual([])
    expect(await desk.byOperator()).toEqual([])
    expect(await desk.sandbox.git('status', '--porcelain')).toBe('')
    expect(await desk.sandbox.git('log', '--format=%H', '-1')).toBe(`${await desk.commitOnRemote()}\n`)
    expect(await desk.notReady()).toEqual([])
  })

  test('comes to its end: nothing is deleted or made again, pods are replaced once, the operator owns all of it alone', async () => {
    revisions = await desk.revisions()

    done = await desk.move()

    expect(done.error?.message).toBeUndefined()
    expect(done.outcome).toBe('done')
    expect(others(await desk.uids())).toEqual([])
    expect(new Set(replaced(await desk.revisions()))).toEqual(new Set([1]))
    expect(await desk.ownedTwice()).toEqual([])
    expect(await desk.notReady()).toEqual([])
    expect(done.state.facts.verify).toMatchObject({ replaced: 1, restless: [], applier: 'flux-system/flux-system' })
    expect(await readFile(join(done.runDir, 'report.md'), 'utf8')).toContain('kept by the Flux Operator')
  })

  test('foresees what the operator makes of each Deployment', () => {
    const { differences } = done.state.plan as { differences: { reason: string }[] }

    expect(differences.filter(({ reason }) => reason !== 'operator')).toEqual([])
  })

  test('is a Flux whose upgrade is known from then on', async () => {
    const input = { to: '2.9.2', repo: desk.sandbox.paths.repo, timeoutSeconds: 120 }

    const planned = await drive({ dir: desk.sandbox.paths.dir, runbook: 'upgrade', input, planOnly: true })

    const known = planned.events.find((event) => event.type === 'check.finished' && event.id === 'install-style-known')
    expect(known).toMatchObject({ result: { status: 'pass', detail: expect.stringContaining('FluxInstance flux-system/flux') } })
  })

  test('leaves the files of Flux itself out of git, in one commit that its sync has brought', async () => {
    const files = (await desk.sandbox.git('ls-tree', '-r', '--name-only', 'origin/main', 'clusters/prod/flux-system')).trim().split('\n')

    expect(files.map((path) => path.split('/').at(-1))).toEqual(['flux-instance.yaml', 'flux-operator.yaml', 'kustomization.yaml'])
    const log = await desk.sandbox.git('log', '--format=%H', `--grep=Flux-Ops-Run: ${done.runId}`, 'origin/main')
    expect(log.trim().split('\n')).toEqual([await desk.commitOnRemote()])
  })

  test('keeps a sync that works, and a FluxInstance that outlives its file', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'flux-ops-colleague-'))
    const git = (...args: string[]): Promise<string> => desk.sandbox.run('git', '-C', dir, ...args)
    await desk.sandbox.run('git', 'clone', '--quiet', (await desk.sandbox.git('remote', 'get-url', 'origin')).trim(), dir)
    const folder = join(dir, 'clusters/prod/flux-system')
    await writeFile(join(folder, 'kustomization.yaml'), 'resources:\n  - settings.yaml\n')
    await writeFile(join(folder, 'settings.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: later\n  namespace: default\n')
    await rm(join(folder, 'flux-instance.yaml'))
    await rm(join(folder, 'flux-operator.yaml'))
    await git('add', '--all')
    await git('commit', '--quiet', '-m', 'remove the operator by mistake')

    await git('push', '--quiet', 'origin', 'HEAD:main')
    await desk.kubectl('-n', 'flux-system', 'annotate', 'gitrepository/flux-system', 'reconcile.fluxcd.io/requestedAt=now', '--overwrite')

    await eventually('the commit to be applied', () => desk.kubectl('-n', 'default', 'get', 'configmap', 'later'), 60_000)
    expect(await desk.kubectl('-n', 'flux-system', 'get', 'fluxinstance,helmrelease', '-o', 'name')).toBe(
      'fluxinstance.fluxcd.controlplane.io/flux\nhelmrelease.helm.toolkit.fluxcd.io/flux-operator\n',
    )
    expect(others(await desk.uids())).toEqual([])
  })

  test('cannot be taken back any more', async () => {
    const back = await desk.again('abandon', done.runId)

    expect([back.outcome, back.exit]).toEqual(['done', 'refused'])
  })
})
