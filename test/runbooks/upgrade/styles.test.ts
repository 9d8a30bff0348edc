// The whole upgrade, the whole way back, and the upgrade again, killed over and over, for both install styles, on real controllers.
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { release } from '../../../src/flux/catalogue/index.ts'
import { type EndState, endState } from '../../faults/harness/end-state.ts'
import { type KillPoint, pointName } from '../../faults/harness/points.ts'
import { ride } from '../../faults/harness/ride.ts'
import { type Driven, drive } from '../desk.ts'
import { type Fixture, FROM, fixture, TO } from '../fixture.ts'

const tagsOf = (version: string): string[] =>
  ['helm', 'kustomize', 'notification', 'source'].map((name) => {
    const found = release(version).controllers.find((each) => each.component === `${name}-controller`)
    return `ghcr.io/fluxcd/${name}-controller:${found?.tag}`
  })

const at = (where: 'after' | 'before' | 'torn', event: string): KillPoint => ({ where, event })
const middle = (step: string, call: number | string): KillPoint => ({
  where: 'middle',
  step,
  ...(typeof call === 'number' ? { call } : { what: call }),
})

/** A sample of the kill points, in the order of the run; every one: npm run test:faults. A step whose effect came through although we died is found done: only its end comes again. */
const POINTS: readonly KillPoint[] = [
  at('after', 'plan.made'),
  at('torn', 'plan.accepted'),
  at('after', 'step.started backup'),
  middle('backup', 'write crds.json'),
  middle('migrate-storage', 2),
  middle('pin', 1),
  middle('commit', 'git commit'),
  at('after', 'step.started push'),
  middle('push', 'git push'),
  at('before', 'step.finished push'),
  middle('apply', 'kubectl apply'),
  middle('reconcile', 3),
  at('torn', 'step.finished verify'),
  at('before', 'run.finished'),
]

describe.each(['pin', 'bootstrap'] as const)('upgrade of a cluster in style %s', (style) => {
  let sandbox: Fixture
  let done: Driven
  let end: EndState
  const migrateWith = style === 'bootstrap' ? 'flux' : 'flux-ops'
  const upgrade = { to: TO, repo: '', timeoutSeconds: 120, migrateWith }
  const facts = (step: string): Record<string, unknown> => (done.state.facts[step] ?? {}) as Record<string, unknown>

  beforeAll(async () => {
    sandbox = await fixture(style)
    upgrade.repo = sandbox.paths.repo
  })
  afterAll(async () => sandbox?.remove())

  test('a dry run says every step and changes nothing', async () => {
    const before = [await sandbox.git('rev-parse', 'HEAD'), await sandbox.git('status', '--porcelain'), ...(await sandbox.images())]

    const result = await drive({ dir: sandbox.paths.dir, runbook: 'upgrade', input: upgrade, dryRun: true })

    expect(result.outcome).toBe('planned')
    const said = result.events.filter((event) => event.type === 'step.would').map((event) => ('id' in event ? event.id : ''))
    expect(said).toEqual(
      expect.arrayContaining(['backup', 'migrate-storage', 'migrate-repository', 'pin', 'commit', 'push', 'apply', 'reconcile']),
    )
    expect([await sandbox.git('rev-parse', 'HEAD'), await sandbox.git('status', '--porcelain'), ...(await sandbox.images())]).toEqual(
      before,
    )
  })

  test('runs to its end', async () => {
    const start = performance.now()

    done = await drive({ dir: sandbox.paths.dir, runbook: 'upgrade', input: upgrade })

    console.log(`upgrade in style ${style}: ${((performance.now() - start) / 1000).toFixed(1)} s`)
    expect(done.error?.message).toBeUndefined()
    expect(done.outcome).toBe('done')
    end = await endState(sandbox, done.runId, done.runId, dirname(done.runDir))
    expect(end).toMatchObject({ commits: 1, pushes: 1, workTree: '', outcome: 'done', endedTwice: [], leaseHolder: '' })
    expect(end.objects.filter((line) => !line.endsWith(': ready, reconciled for this run'))).toEqual([])
  })

  test('rewrites what is stored with what was asked for', () => {
    const previews = done.events.flatMap((event) =>
      event.type === 'step.started' && event.id === 'migrate-storage' ? [event.preview] : [],
    )

    expect(previews).toHaveLength(1)
    expect(previews[0]?.some((line) => /^flux --context \S+ migrate --timeout=120s$/.test(line))).toBe(migrateWith === 'flux')
    expect(facts('migrate-storage')).toMatchObject({ objects: expect.any(Number), crds: expect.arrayContaining([expect.any(String)]) })
  })

  test('leaves the controllers of the target as processes, and no others', async () => {
    expect(await sandbox.images()).toEqual(tagsOf(TO))
    const running = await sandbox.processes()

    expect(running).toHaveLength(4)
    expect(running.join()).not.toContain(FROM)
  })

  test('is one pushed commit that holds nothing but pins and API versions', async () => {
    const log = await sandbox.git('log', '--format=%H', `--grep=Flux-Ops-Run: ${done.runId}`, 'origin/main')

    expect(log.trim().split('\n')).toHaveLength(1)
    expect((await sandbox.git('ls-remote', 'origin', 'refs/heads/main')).split('\t')[0]).toBe(log.trim())
    expect(await sandbox.git('status', '--porcelain')).toBe('')
    const removed = (await sandbox.git('show', '--format=', 'HEAD', '--', ':!*gotk-components.yaml'))
      .split('\n')
      .filter((line) => /^-[^-]/.test(line))
    expect(removed.every((line) => /v2\.7\.3|v1beta2/.test(line))).toBe(true)
  })

  test('leaves no dropped API version in any stored version, nor in git', async () => {
    const stored = Object.values(await sandbox.storedVersions()).flat()

    expect(stored.filter((version) => /v1beta2|v2beta/.test(version))).toEqual([])
    const grep = await sandbox.git('grep', '-lE', 'source.toolkit.fluxcd.io/v1beta2', '--', ':!*gotk-components.yaml').catch(() => '')
    expect(grep).toBe('')
  })

  test('leaves no second owner on the Deployments once Flux has applied them', async () => {
    const list = await sandbox.run('kubectl', '-n', 'flux-system', 'get', 'deployments', '--show-managed-fields', '-o', 'json')
    const items = (JSON.parse(list) as { items: { metadata: { labels: Record<string, string>; managedFields: { manager: string }[] } }[] })
      .items

    for (const { metadata } of items) {
      expect(metadata.managedFields.map((entry) => entry.manager)).not.toContain('kubectl')
      expect(metadata.labels['kustomize.toolkit.fluxcd.io/name']).toBeDefined()
    }
  })

  test('keeps what the patches set', async () => {
    const args = await sandbox.run(
      'kubectl',
      '-n',
      'flux-system',
      'get',
      'deployment',
      'kustomize-controller',
      '-o',
      'jsonpath={.spec.template.spec.containers[0].args}',
    )

    expect(args).toContain('--concurrent')
  })

  test('proves that every object has reconciled again, and reports it', async () => {
    expect(facts('verify').version).toBe(TO)
    expect(Number(facts('verify').reconciled)).toBeGreaterThan(5)
    expect(await readFile(join(done.runDir, 'report.md'), 'utf8')).toContain(`# Flux ${FROM} → ${TO}`)
  })

  test('is taken back by the rollback, verified on the old version', async () => {
    const back = await drive({ dir: sandbox.paths.dir, runbook: 'rollback', input: { run: done.runId, timeoutSeconds: 120 } })

    expect(back.error?.message).toBeUndefined()
    expect(back.outcome).toBe('done')
    expect(await sandbox.images()).toEqual(tagsOf(FROM))
    expect(await sandbox.git('diff', '--stat', `${(facts('backup').commit as string) ?? ''}`, 'HEAD')).toBe('')
    const suspended = await sandbox.run(
      'kubectl',
      'get',
      'kustomizations.kustomize.toolkit.fluxcd.io',
      '-A',
      '-o',
      'jsonpath={.items[*].spec.suspend}',
    )
    expect(suspended.trim()).toBe('')
  })

  test('ends in the same way when it is killed again and again', async () => {
    await sandbox.reset()

    const { runId, seconds } = await ride(sandbox.paths, ['upgrade', '--to', TO, '--yes'], POINTS)

    const names = POINTS.map((point, index) => `  ${index + 1} ${pointName(point, new Map())}`)
    console.log(`style ${style}: killed at ${POINTS.length} points, ${seconds.at(-1)} s in all\n${names.join('\n')}`)
    expect(await endState(sandbox, runId)).toEqual(end)
  })
})
