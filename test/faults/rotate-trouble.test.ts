// A rotation that meets other people, full disks and servers that go away: nothing is lost, and it ends or is taken back.
import { appendFileSync } from 'node:fs'
import { chmod, link, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { World } from '../../src/adapters/context.ts'
import type { LiveEvent, RunEvent } from '../../src/engine/events.ts'
import { OpsError } from '../../src/errors.ts'
import { readState, restartApiServer, standardSandbox } from '../../src/sandbox/index.ts'
import { mayMount, RotationDesk, sealedApp } from '../runbooks/age-rotate/desk.ts'
import { meanwhile } from '../runbooks/age-rotate/meanwhile.ts'
import { watched } from '../runbooks/age-rotate/watcher.ts'
import type { Driven } from '../runbooks/desk.ts'

const APP = sealedApp('pin')
const VARS = 'cluster/flux/vars/cluster-secrets.sops.yaml'

let desk: RotationDesk

beforeAll(async () => {
  desk = await RotationDesk.open('pin')
})
afterAll(() => desk?.close())
beforeEach(() => desk.fresh())
// Whatever happens, every file opens with a key that is in the cluster and in a backup.
afterEach(async () => expect(await desk.losses()).toEqual([]))

/** A run that stops behind its line: the report finds no room. */
const failingReport = (world: World): World => ({
  ...world,
  files: Object.assign(Object.create(Object.getPrototypeOf(world.files) as object) as World['files'], world.files, {
    writeText: async (path: string, text: string, options?: { mode?: number }) => {
      if (path.endsWith('report.md')) throw new OpsError({ code: 'disk-full', message: 'no room', hints: [] })
      return world.files.writeText(path, text, options)
    },
  }),
})

const pushed = (message: string, path: string, index: string, value: string) => async (): Promise<void> => {
  const keys = await desk.inCluster()
  await desk.colleague(message, (dir) => desk.setValue(dir, path, index, value, keys))
}

describe('others who push', () => {
  test.each(['push-add', 'push-cut'])('an edit of the same secret, pushed just before %s, is kept and sealed anew', async (step) => {
    const race = meanwhile(step, pushed('Another domain', VARS, '["stringData"]["SECRET_DOMAIN"]', 'elsewhere.example'))

    const done = await desk.rotate({}, race)

    expect(done.error?.message).toBeUndefined()
    expect(done.outcome).toBe('done')
    const keys = await desk.inCluster()
    expect(keys).toHaveLength(1)
    expect((await desk.clearTexts(keys))[VARS]).toContain('elsewhere.example')
    const { remote } = await desk.recipients()
    expect(new Set(Object.values(remote).flat())).toEqual(new Set([keys[0]?.recipient]))
  })

  test('a file that is sealed to the old key and comes before the cut is sealed to the new one', async () => {
    const old = desk.old
    const race = meanwhile('push-cut', () =>
      desk.colleague('One more secret', async (dir) => {
        const clear = 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: late\n  namespace: default\nstringData:\n  a: b\n'
        const text = await desk.tool('sops', ['encrypt', '--age', old, '--filename-override', 'cluster/bootstrap/late.sops.yaml'], {
          stdin: clear,
          cwd: dir,
        })
        await writeFile(join(dir, 'cluster/bootstrap/late.sops.yaml'), text)
      }),
    )

    const done = await desk.rotate({}, race)

    expect(done.error?.message).toBeUndefined()
    expect(done.outcome).toBe('done')
    const [key] = await desk.recipientsInCluster()
    expect((await desk.recipients()).remote['cluster/bootstrap/late.sops.yaml']).toEqual([key])
  })

  test('a file that is sealed to the old key and comes after the cut keeps the old key in the cluster, until it is sealed anew', async () => {
    const old = desk.old
    const late = 'cluster/bootstrap/late.sops.yaml'
    const stop = await desk.rotate(
      {},
      meanwhile('last-look', () =>
        desk.colleague('One more secret', async (dir) => {
          const clear = 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: late\n  namespace: default\nstringData:\n  a: b\n'
          const text = await desk.tool('sops', ['encrypt', '--age', old, '--filename-override', 'cluster/bootstrap/late.sops.yaml'], {
            stdin: clear,
            cwd: dir,
          })
          await writeFile(join(dir, late), text)
        }),
      ),
    )
    expect(stop).toMatchObject({ outcome: 'failed', error: { code: 'rotation-unproven', message: expect.stringContaining(late) } })
    expect(await desk.recipientsInCluster()).toContain(old)
    const next = (await desk.recipientsInCluster()).find((recipient) => recipient !== old) ?? ''
    const keys = await desk.inCluster()
    await desk.colleague('Sealed anew', async (dir) => {
      const env = { SOPS_AGE_KEY: keys.map(({ secret }) => secret.reveal()).join('\n') }
      await desk.tool('sops', ['rotate', '--in-place', '--add-age', next, '--rm-age', old, late], { cwd: dir, env })
    })

    const done = await desk.resume(stop.runId)

    expect(done.error?.message).toBeUndefined()
    expect(done.outcome).toBe('done')
    expect(await desk.recipientsInCluster()).toEqual([next])
  })

  test('a file that comes in the very second in which the old key goes is told: the run is not done before it is sealed anew', async () => {
    const late = 'cluster/bootstrap/late.sops.yaml'
    const old = desk.old
    const kept = await desk.inCluster()
    const stop = await desk.rotate(
      {},
      meanwhile('reconcile', () =>
        desk.colleague('One more secret', async (dir) => {
          const clear = 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: late\n  namespace: default\nstringData:\n  a: b\n'
          const text = await desk.tool('sops', ['encrypt', '--age', old, '--filename-override', late], { stdin: clear, cwd: dir })
          await writeFile(join(dir, late), text)
        }),
      ),
    )
    expect(stop).toMatchObject({ outcome: 'failed', error: { code: 'rotation-unproven', message: expect.stringContaining(late) } })
    const [next = ''] = await desk.recipientsInCluster()
    await desk.colleague('Sealed anew', async (dir) => {
      const env = { SOPS_AGE_KEY: kept.map(({ secret }) => secret.reveal()).join('\n') }
      await desk.tool('sops', ['rotate', '--in-place', '--add-age', next, '--rm-age', old, late], { cwd: dir, env })
    })

    expect((await desk.resume(stop.runId)).outcome).toBe('done')
  })

  test('a push that the server refuses leaves everything as it was once it is taken back', async () => {
    await desk.sandbox.faults({ push: 'reject' })
    const failed = await desk.rotate()
    await desk.sandbox.faults({})

    const back = await desk.abandon(failed.runId)

    expect(failed).toMatchObject({ outcome: 'failed', error: { code: 'git-rejected' } })
    expect(back.outcome).toBe('abandoned')
    expect(await desk.recipientsInCluster()).toEqual([desk.old])
    expect(await desk.sandbox.git('status', '--porcelain')).toBe('')
    expect(await desk.sandbox.git('rev-parse', 'HEAD')).toBe(await desk.sandbox.git('rev-parse', 'origin/main'))
  })
})

describe('a clone in which somebody works', () => {
  test('what a person changes between two steps is not committed, and not written over', async () => {
    const path = join(desk.sandbox.paths.repo, APP)
    const onEvent = (event: RunEvent | LiveEvent): void => {
      if (event.type === 'step.finished' && event.id === 'add-recipient') appendFileSync(path, '# mine\n')
    }
    const failed = await desk.rotate({}, { onEvent })

    expect(failed).toMatchObject({ outcome: 'failed', error: { code: 'files-changed', message: expect.stringContaining(APP) } })
    expect(await readFile(path, 'utf8')).toContain('# mine')
    const back = await desk.abandon(failed.runId)
    expect(back.outcome).toBe('abandoned')
    expect(await readFile(join(failed.runDir, 'taken-back', APP), 'utf8')).toContain('# mine')
  })

  test('a file that is read-only is named, nothing else is harmed, and the run goes on once it may be written', async () => {
    const path = join(desk.sandbox.paths.repo, VARS)
    await chmod(path, 0o444)
    const failed = await desk.rotate()
    expect(failed).toMatchObject({ outcome: 'failed', error: { code: 'file-read-only', message: expect.stringContaining(VARS) } })
    expect(await desk.losses()).toEqual([])
    await chmod(path, 0o644)

    const done = await desk.resume(failed.runId)

    expect(done.error?.message).toBeUndefined()
    expect(done.outcome).toBe('done')
  })

  test('a file with a second name is named, as the other name would keep the old text', async () => {
    const path = join(desk.sandbox.paths.repo, VARS)
    await link(path, join(desk.work, `second-${Date.now()}`))

    const failed = await desk.rotate()

    expect(failed).toMatchObject({ outcome: 'failed', error: { code: 'file-linked' } })
    expect((await desk.abandon(failed.runId)).outcome).toBe('abandoned')
  })
})

describe('a backup that is gone', () => {
  test('stops the run before the old key goes, and the run can be taken back from there', async () => {
    const failed = await desk.rotate(
      {},
      meanwhile('apply-add', () => desk.emptyOut()),
    )
    expect(failed).toMatchObject({ outcome: 'failed', error: { code: 'backup-missing' } })
    expect(await desk.recipientsInCluster()).toHaveLength(2)

    const back = await desk.abandon(failed.runId)

    expect(back.error?.message).toBeUndefined()
    expect(back.outcome).toBe('abandoned')
    expect(await desk.recipientsInCluster()).toEqual([desk.old])
    const { tree, remote } = await desk.recipients()
    expect(tree).toEqual(remote)
    expect(new Set(Object.values(remote).flat())).toEqual(new Set([desk.old]))
    expect(await desk.sandbox.git('status', '--porcelain')).toBe('')
  })

  test('is taken back even when a colleague has edited a secret since', async () => {
    const failed = await desk.rotate(
      {},
      meanwhile('apply-add', () => desk.emptyOut()),
    )
    await pushed('Another domain', VARS, '["stringData"]["SECRET_DOMAIN"]', 'elsewhere.example')()

    const back = await desk.abandon(failed.runId)

    expect(back.error?.message).toBeUndefined()
    expect(await desk.recipientsInCluster()).toEqual([desk.old])
    expect((await desk.clearTexts(await desk.inCluster()))[VARS]).toContain('elsewhere.example')
    expect(new Set(Object.values((await desk.recipients()).remote).flat())).toEqual(new Set([desk.old]))
  })
})

describe('a second thought', () => {
  test('takes everything back even behind the cut, and nothing fails to decrypt meanwhile', async () => {
    const before = await desk.clearTexts(await desk.inCluster())
    const until = new Date(Date.now() + 7 * 86_400_000).toISOString()
    const waiting = await desk.rotate({ keepOldUntil: until })
    expect(waiting.outcome).toBe('waiting')
    expect(new Set(Object.values((await desk.recipients()).remote).flat())).not.toContain(desk.old)

    let back: Driven | undefined
    const seen = await watched(desk, async () => {
      back = await desk.abandon(waiting.runId)
    })

    expect(back?.error?.message).toBeUndefined()
    expect(back?.outcome).toBe('abandoned')
    expect(seen.failures).toEqual([])
    const { tree, remote } = await desk.recipients()
    expect(tree).toEqual(remote)
    expect(new Set(Object.values(remote).flat())).toEqual(new Set([desk.old]))
    expect(await desk.recipientsInCluster()).toEqual([desk.old])
    const after = await desk.clearTexts(await desk.inCluster())
    for (const [path, text] of Object.entries(before)) if (!path.includes('age-key')) expect(after[path]).toBe(text)
    expect(await desk.sandbox.git('status', '--porcelain')).toBe('')
  })

  test('is too late once the old key has left the cluster', async () => {
    const done = await desk.rotate({}, { onEvent: () => undefined, decorate: failingReport })
    expect(done.outcome).toBe('failed')

    await expect(desk.abandon(done.runId)).rejects.toMatchObject({ code: 'point-of-no-return' })
    expect((await desk.resume(done.runId)).outcome).toBe('done')
  })
})

describe('servers that go away', () => {
  test.each(['add-key', 'apply-add', 'take-out'])('an API server that is started anew in step %s costs nothing', async (step) => {
    const { name, root } = desk.sandbox.ref
    let back: Promise<unknown> = Promise.resolve()
    // Gone at once, and back after a while.
    const restart = async (): Promise<void> => {
      const record = (await readState(desk.sandbox.paths.dir))?.processes['kube-apiserver']
      process.kill(record?.pid ?? 0, 'SIGKILL')
      back = restartApiServer(standardSandbox(name, root))
    }

    const run = await desk.rotate({}, meanwhile(step, restart))
    await back
    const done = run.outcome === 'done' ? run : await desk.resume(run.runId)

    expect(done.error?.message).toBeUndefined()
    expect(done.outcome).toBe('done')
    expect(await desk.recipientsInCluster()).toHaveLength(1)
  })

  test('somebody who takes the new entry out of the Secret is met before the old key goes', async () => {
    const failed = await desk.rotate(
      {},
      meanwhile('new-data-keys', async () => {
        const secret = await desk.secret()
        for (const entry of Object.keys(secret.data as object)) if (entry.includes('age-rotate')) delete secret.data[entry]
        await desk.tool('kubectl', ['replace', '--filename=-'], { stdin: JSON.stringify(secret) })
      }),
    )

    expect(failed).toMatchObject({ outcome: 'failed', error: { code: 'key-not-kept' } })
    expect(await desk.recipientsInCluster()).toEqual([desk.old])
  })

  test.skipIf(!mayMount())('a disk without room for the backup stops the run before anything is sealed to the new key', async () => {
    const said = await desk.onSmallDisk('size=4k')

    expect(said).toMatch(/✗ back-up: .*no room/s)
    const runId = /\d{8}-\d{6}-age-rotate-[0-9a-f]{4}/.exec(said)?.[0] ?? ''
    expect(new Set(Object.values((await desk.recipients()).tree).flat())).toEqual(new Set([desk.old]))
    await desk.cli('runs', 'abandon', runId, '--yes')
    expect(await desk.recipientsInCluster()).toEqual([desk.old])
  })
})
