// Faults that strike an upgrade under way: what the person reads, what has changed, and that it goes on or back from there.
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { OUTSIDE, writeBadFiles } from './bad-files.ts'
import { binariesOf, type FaultDesk, FROM, faultDesk, runIn, TO, type World } from './desk.ts'
import { expectNothingRaw } from './expect.ts'
import { lease } from './lease.ts'

let desk: FaultDesk
let before: World

beforeAll(async () => {
  desk = await faultDesk('pin')
  before = await desk.world()
})
afterAll(async () => desk?.release())

/** What of the cluster an upgrade changes; the storage migration before the push is allowed, as it changes no version. */
const clusterOf = (world: World): unknown => [world.images, Object.keys(world.crds), world.remoteHead]

describe('an upgrade whose push is refused by a hook, after an abandoned lease of somebody else', () => {
  let run: string
  let stopped: Awaited<ReturnType<FaultDesk['upgrade']>>

  beforeAll(async () => {
    const old = new Date(Date.now() - 3_600_000).toISOString()
    await desk.apply(lease('anna@laptop 20260101-000000-upgrade-0000', old, old))
    await desk.faults({ push: 'reject' })
    stopped = await desk.upgrade()
    run = runIn(stopped.text)
  })

  test('has said whose lease it waited for and took over', async () => {
    expect(stopped.text).toContain('waiting for the lease of anna@laptop 20260101-000000-upgrade-0000 to run out')
    expect(stopped.text).toMatch(/⚠ the lease that anna@laptop \S+ held since \S+ ran out, last heard of 36\d\d s ago: taken over/)
  })

  test('stops at the push with what the hook said, exit 1, and the two ways on', async () => {
    expect(stopped.text).toContain('push refused: this repository accepts no pushes at the moment')
    expect(stopped.code).toBe(1)
    expect(stopped.text).toContain(`flux-ops runs abandon ${run}`)
    expect(stopped.text).toContain(`flux-ops runs resume ${run}`)
    expectNothingRaw(stopped)
  })

  test('has a local commit and has changed neither the remote nor the version in the cluster', async () => {
    const world = await desk.world()

    expect(clusterOf(world)).toEqual(clusterOf(before))
    expect(world.head).not.toBe(before.head)
    expect((await desk.git('rev-parse', 'HEAD^')).trim()).toBe(before.head)
    expect(world.status).toBe('')
    expect(await desk.binaries()).toEqual(binariesOf(FROM))
  })

  test('is taken back by abandon: the commit is gone and the tree is clean at the old head', async () => {
    const said = await desk.fluxOps(['runs', 'abandon', run, '--yes'])

    expect(said.text).toContain('upgrade taken back')
    expect(said.code).toBe(0)
    const world = await desk.world()
    expect([world.head, world.status, ...(clusterOf(world) as unknown[])]).toEqual([before.head, '', ...(clusterOf(before) as unknown[])])
    const holder = await desk.kubectl('-n', 'flux-system', 'get', 'lease', 'flux-ops', '-o', 'jsonpath={.spec.holderIdentity}')
    expect(holder).toBe('')
  })
})

describe('an upgrade of a repository with files that no parser should be given', () => {
  const folder = (): string => join(desk.paths.repo, 'cluster', 'apps', 'bad')
  const outside = (): string => join(desk.paths.tmp, 'outside.yaml')

  beforeAll(async () => {
    await desk.faults({ push: 'reject' })
    await writeBadFiles(folder(), outside())
  })
  afterAll(async () => rm(folder(), { recursive: true }))

  test('names each that it cannot look into, goes on with the others, and touches nothing outside', async () => {
    const start = performance.now()

    const waived = ['repository-clean', 'no-rendered-removed-api', 'strict-substitution'].flatMap((id) => [
      '--waive',
      `${id}=they are not ours`,
    ])

    const said = await desk.upgrade([], ...waived)

    expect(said.text).toMatch(/no-rendered-removed-api .*could not be known: .*bad\/(bomb|cyclic)\.yaml has (an alias|aliases)/)
    const bad = (name: string): string => `cluster/apps/bad/${name}`
    for (const [name, why] of UNREADABLE) expect(said.text).toMatch(new RegExp(`${bad(name)} .*${why}`))
    expect(said.text).toContain('push refused')
    expect(said.code).toBe(1)
    expectNothingRaw(said)
    expect(await readFile(outside(), 'utf8')).toBe(OUTSIDE)
    expect(await desk.git('show', '--name-only', '--format=', 'HEAD')).not.toContain('apps/bad')
    expect(performance.now() - start).toBeLessThan(60_000)
  })

  test('is taken back with those files as they were', async () => {
    const said = await desk.fluxOps(['runs', 'abandon', '--yes'])

    expect(said.code).toBe(0)
    const world = await desk.world()
    expect(world.head).toBe(before.head)
    expect(world.status.trim()).toBe('?? cluster/apps/bad/')
  })
})

const UNREADABLE = [
  ['broken.yaml:5', 'this is not valid YAML'],
  ['deep.yaml:1', 'this document is nested'],
  ['binary.yaml', 'not text'],
  ['huge.yaml', 'over the limit'],
  ['long.yaml:1', 'this document is over 1048576 characters'],
] as const

describe('an upgrade whose journal has no room left', () => {
  beforeEach(async () => desk.faults({}))

  test('stops before the effect of the step that it could not write down', async () => {
    const said = await desk.upgrade([{ at: 'commit', do: 'no-room' }])

    expect(said.stderr).toContain("the run's journal could not be written: EFBIG")
    expect(said.stderr).toContain('nothing was done after this point')
    expect(said.code).toBe(1)
    const world = await desk.world()
    expect(world.head).toBe(before.head)
    expect(world.status).not.toBe('')
    expect(clusterOf(world)).toEqual(clusterOf(before))
    const events = await desk.journal(runIn(said.text))
    expect(events.map(({ event }) => `${event.type} ${event.id ?? ''}`).at(-1)).toBe('step.finished pin')
  })

  test('does not commit what somebody writes into the same file meanwhile', async () => {
    const path = 'cluster/bootstrap/kustomization.yaml'
    const file = join(desk.paths.repo, path)
    await writeFile(file, `# theirs\n${await readFile(file, 'utf8')}`)

    const said = await desk.fluxOps(['runs', 'resume', '--yes'])

    expect(said.text).toContain('not committed: somebody else has changed what this run has written')
    expect(said.text).toContain(`${path}:1\n`)
    expect(said.code).toBe(1)
    expect((await desk.world()).head).toBe(before.head)
  })

  test('is taken back once there is room again, with what was written meanwhile kept in the run', async () => {
    const said = await desk.fluxOps(['runs', 'abandon', '--yes'])

    expect(said.code).toBe(0)
    expect((await desk.world()).status).toBe('')
    const kept = join(desk.state(), 'flux-ops', 'runs', runIn(said.text), 'taken-back', 'cluster/bootstrap/kustomization.yaml')
    expect(await readFile(kept, 'utf8')).toMatch(/^# theirs\n/)
  })
})

describe('an upgrade that loses the push to a change of the same lines', () => {
  let theirs: string

  test('stops at the conflict, forces nothing and leaves no rebase behind', async () => {
    const path = 'cluster/bootstrap/kustomization.yaml'
    const text = (await readFile(join(desk.paths.repo, path), 'utf8')).replaceAll(`ref=v${FROM}`, 'ref=v2.7.5')

    const said = await desk.upgrade([{ at: 'push', do: 'push', files: { [path]: text } }])

    expect(said.text).toContain(`conflict in ${path}`)
    expect(said.code).toBe(1)
    expect(said.text).toContain(`flux-ops runs abandon ${runIn(said.text)}`)
    const world = await desk.world()
    theirs = world.remoteHead
    expect(theirs).not.toBe(before.remoteHead)
    expect(await desk.ourCommits()).toEqual([])
    expect(world.status).toBe('')
    expect(world.branch).toBe('main')
    await expect(desk.git('rev-parse', '-q', '--verify', 'REBASE_HEAD')).rejects.toThrow()
    expect(world.images).toEqual(before.images)
  })

  test('is taken back, and the change of the other stays', async () => {
    const said = await desk.fluxOps(['runs', 'abandon', '--yes'])

    expect(said.code).toBe(0)
    const world = await desk.world()
    expect([world.head, world.status, world.remoteHead]).toEqual([before.head, '', theirs])
  })
})

describe('an upgrade that meets one fault after the other', () => {
  let run: string
  const files = { 'notes/theirs.txt': 'theirs\n' }

  beforeAll(async () => desk.reset())

  test('outlives an API server that goes away in the storage migration, and stops at a hook', async () => {
    await desk.faults({ push: 'reject' })

    const said = await desk.upgrade([{ at: 'migrate-storage', do: 'restart-api' }])

    run = runIn(said.text)
    expect(said.text).toContain('push refused')
    expect(said.code).toBe(1)
    expect(await desk.journal(run)).toContainEqual(
      expect.objectContaining({ event: expect.objectContaining({ type: 'step.finished', id: 'migrate-storage' }) }),
    )
  })

  test('goes on once the hook lets it, replays its commit on what was pushed meanwhile, and outlives an API server that goes away in the rollout', async () => {
    await desk.faults({})

    const said = await desk.fluxOps(['runs', 'resume', run, '--yes'], {
      strikes: [
        { at: 'push', do: 'push', files },
        { at: 'rollout', do: 'restart-api' },
      ],
    })

    expect(said.text).toContain('upgrade done in')
    expect(said.code).toBe(0)
  })

  test("ends with one commit on top of the other person's, and with the controllers of the target", async () => {
    const world = await desk.world()
    const ours = await desk.ourCommits()

    expect(ours).toEqual([world.remoteHead])
    expect(world.head).toBe(world.remoteHead)
    expect(world.status).toBe('')
    expect(await desk.git('show', 'HEAD^:notes/theirs.txt')).toBe('theirs\n')
    expect((await desk.git('rev-parse', 'HEAD~2')).trim()).toBe(before.head)
    expect(await desk.binaries()).toEqual(binariesOf(TO))
  })
})
