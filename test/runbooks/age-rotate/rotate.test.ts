// A rotation on a real control plane, with real git, sops and controllers.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { RotationDesk } from './desk.ts'

let desk: RotationDesk

beforeAll(async () => {
  desk = await RotationDesk.open('pin')
})
afterAll(() => desk?.close())
beforeEach(() => desk.fresh())

describe('a rotation', () => {
  test('leaves one key in the cluster, which is new and backed up, and alone opens what it opened before', async () => {
    const before = await desk.clearTexts(await desk.inCluster())

    const done = await desk.rotate()

    expect(done.error?.message).toBeUndefined()
    expect(done.outcome).toBe('done')
    const [next, ...more] = await desk.inCluster()
    expect(more).toEqual([])
    expect(next?.recipient).not.toBe(desk.old)
    expect((await desk.backedUp()).map(({ recipient }) => recipient)).toContain(next?.recipient)
    const { remote, tree } = await desk.recipients()
    expect(tree).toEqual(remote)
    expect(new Set(Object.values(remote).flat())).toEqual(new Set([next?.recipient]))
    const { 'cluster/bootstrap/age-key.sops.yaml': keyNow, ...after } = await desk.clearTexts([next as NonNullable<typeof next>])
    const { 'cluster/bootstrap/age-key.sops.yaml': keyBefore, ...others } = before
    expect(after).toEqual(others)
    expect(keyNow).toContain(next?.recipient)
    expect(keyNow).not.toContain(desk.old)
    expect(keyBefore).toContain(desk.old)
    expect(new Set(Object.values(await desk.ready()))).toEqual(new Set(['True']))
    expect(await desk.losses()).toEqual([])
  })

  test('takes the old key out of whatever kubectl has kept of it as well', async () => {
    const old = (await desk.inCluster())[0]?.secret.reveal() ?? ''
    expect(JSON.stringify(await desk.secret())).toContain(old)

    await desk.rotate()

    const { data, metadata } = await desk.secret()
    const everything = `${JSON.stringify(metadata)} ${Object.values(data as Record<string, string>)
      .map((value) => Buffer.from(value, 'base64'))
      .join(' ')}`
    expect(everything).not.toContain(old)
  })

  test('is two commits that change recipients, data keys and rules, and nothing else', async () => {
    const plain = async (): Promise<string> =>
      (await desk.sandbox.git('ls-tree', '-r', 'HEAD'))
        .split('\n')
        .filter((line) => !/\.sops\./.test(line))
        .join('\n')
    const before = await plain()

    const done = await desk.rotate()

    const log = await desk.sandbox.git('log', '--format=%s', `--grep=Flux-Ops-Run: ${done.runId}`)
    expect(log.trim().split('\n')).toEqual(['Seal secrets anew, without the former age key', 'Seal secrets to the next age key as well'])
    expect(await plain()).toBe(before)
    const rules = await readFile(join(desk.sandbox.paths.repo, '.sops.yaml'), 'utf8')
    expect(rules).toContain((await desk.inCluster())[0]?.recipient)
    expect(rules).not.toContain(desk.old)
  })

  test('shows and changes nothing in a dry run', async () => {
    const [secret, head] = [await desk.secret(), await desk.sandbox.git('rev-parse', 'HEAD')]

    const dry = await desk.rotate({}, { dryRun: true })

    expect(dry.outcome).toBe('planned')
    expect(dry.events.filter(({ type }) => type === 'step.would').length).toBeGreaterThan(10)
    expect((await desk.secret()).metadata.resourceVersion).toBe(secret.metadata.resourceVersion)
    expect(await desk.sandbox.git('rev-parse', 'HEAD')).toBe(head)
    expect(await desk.sandbox.git('status', '--porcelain')).toBe('')
    expect(await desk.backedUp()).toHaveLength(1)
  })

  test('of a compromised key names every value that it opened, by name and never by content', async () => {
    const done = await desk.rotate({ compromised: true })

    const report = await readFile(join(done.runDir, 'report.md'), 'utf8')
    expect(report).toContain('cluster/flux/vars/cluster-secrets.sops.yaml (Secret cluster-secrets): stringData.SECRET_DOMAIN')
    expect(report).toContain('(Secret github-deploy-key): stringData.password')
    expect(report).not.toMatch(/home\.arpa|AGE-SECRET-KEY/)
  })

  test('leaves the old key in the cluster until the day that was named, and resume ends it then', async () => {
    const until = new Date(Date.now() + 7 * 86_400_000).toISOString()
    const waiting = await desk.rotate({ keepOldUntil: until })
    const early = await desk.resume(waiting.runId)
    const both = await desk.recipientsInCluster()
    const later = () => new Date(Date.parse(until) + 1000)

    const done = await desk.resume(waiting.runId, { decorate: (world) => ({ ...world, clock: { ...world.clock, now: later } }) })

    expect([waiting.exit, early.exit]).toEqual(['waiting', 'waiting'])
    expect(both).toHaveLength(2)
    expect(both).toContain(desk.old)
    expect(done.outcome).toBe('done')
    expect(await desk.recipientsInCluster()).not.toContain(desk.old)
  })
})
