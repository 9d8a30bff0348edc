// The Flux Operator keeps Flux: the upgrade changes the version in git and the real operator does the rest; so does the way back.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { release } from '../../src/flux/catalogue/index.ts'
import { type Driven, drive } from '../runbooks/desk.ts'
import { type Fixture, FROM, fixture, TO } from '../runbooks/fixture.ts'
import { eventually } from '../sandbox/scratch.ts'
import { ride } from './harness/ride.ts'

const tagsOf = (version: string): string[] =>
  ['helm', 'kustomize', 'notification', 'source'].map((name) => {
    const found = release(version).controllers.find((each) => each.component === `${name}-controller`)
    return `ghcr.io/fluxcd/${name}-controller:${found?.tag}`
  })

const instanceOf = (sandbox: Fixture, path: string): Promise<string> =>
  sandbox.run('kubectl', '-n', 'flux-system', 'get', 'fluxinstance', 'flux', '-o', `jsonpath=${path}`)

const headIsOneCommit = async (sandbox: Fixture, runId: string): Promise<void> => {
  const log = (await sandbox.git('log', '--format=%H', `--grep=Flux-Ops-Run: ${runId}`, 'origin/main')).trim()
  expect(log.split('\n')).toHaveLength(1)
  expect((await sandbox.git('ls-remote', 'origin', 'refs/heads/main')).split('\t')[0]).toBe(log)
}

/** Lines that the newest commit took out and put in, without the marks. */
const changesOf = async (sandbox: Fixture): Promise<string[]> =>
  (await sandbox.git('show', '--format=', 'HEAD')).split('\n').filter((line) => /^[-+][^-+]/.test(line))

describe('a cluster with a FluxInstance in git', () => {
  let sandbox: Fixture
  let done: Driven
  const upgrade = { to: TO, repo: '', timeoutSeconds: 180 }

  beforeAll(async () => {
    sandbox = await fixture('operator')
    upgrade.repo = sandbox.paths.repo
  })
  afterAll(async () => sandbox?.remove())

  test('is planned without an apply of ours, and a dry run changes nothing', async () => {
    const before = [await sandbox.git('rev-parse', 'HEAD'), await instanceOf(sandbox, '{.spec}'), ...(await sandbox.images())]

    const result = await drive({ dir: sandbox.paths.dir, runbook: 'upgrade', input: upgrade, dryRun: true })

    expect(result.error?.message).toBeUndefined()
    const said = result.events.filter((event) => event.type === 'step.would').map((event) => ('id' in event ? event.id : ''))
    expect(said).toEqual(expect.arrayContaining(['backup', 'migrate-repository', 'pin', 'commit', 'push', 'operator-applies', 'reconcile']))
    expect(said).not.toContain('apply')
    expect([await sandbox.git('rev-parse', 'HEAD'), await instanceOf(sandbox, '{.spec}'), ...(await sandbox.images())]).toEqual(before)
  })

  test('is upgraded by the operator, with one commit that holds nothing but the version and API versions', async () => {
    const start = performance.now()

    done = await drive({ dir: sandbox.paths.dir, runbook: 'upgrade', input: upgrade })

    console.log(`upgrade in style operator: ${((performance.now() - start) / 1000).toFixed(1)} s`)
    expect(done.error?.message).toBeUndefined()
    expect(done.outcome).toBe('done')
    expect(await sandbox.images()).toEqual(tagsOf(TO))
    expect(await instanceOf(sandbox, '{.status.lastAppliedRevision}')).toMatch(new RegExp(`^v${TO}@`))
    expect(await sandbox.processes()).toHaveLength(4)
    await headIsOneCommit(sandbox, done.runId)
    const changes = await changesOf(sandbox)
    expect(changes).toContain(`+    version: "${TO}" # one version and no range: when to upgrade is ours to say`)
    expect(changes.filter((line) => !/version: "|v1beta2|toolkit\.fluxcd\.io\/v1\b/.test(line))).toEqual([])
    const stored = Object.values(await sandbox.storedVersions()).flat()
    expect(stored.filter((version) => /v1beta2|v2beta/.test(version))).toEqual([])
  })

  test('is not taken back by the version in git alone: the operator refuses to go back a minor', async () => {
    const ask = (version: string): Promise<string> =>
      sandbox.run(
        'kubectl',
        '-n',
        'flux-system',
        'patch',
        'fluxinstance',
        'flux',
        '--type=merge',
        `-p={"spec":{"distribution":{"version":"${version}"}}}`,
      )
    await ask(FROM)

    const said = await eventually('the operator to refuse', async () => {
      const message = await instanceOf(sandbox, '{.status.conditions[?(@.type=="Stalled")].message}')
      return message === '' ? undefined : message
    })

    expect(said).toBe(`build failed: downgrading from v${TO} to v${FROM} is not supported, reinstall needed`)
    expect(await sandbox.images()).toEqual(tagsOf(TO))
    await ask(TO)
    await sandbox.run('kubectl', '-n', 'flux-system', 'wait', 'fluxinstance/flux', '--for=condition=Ready', '--timeout=120s')
  })

  test('is taken back by the rollback, although the operator refuses to go back by itself', async () => {
    const back = await drive({ dir: sandbox.paths.dir, runbook: 'rollback', input: { run: done.runId, timeoutSeconds: 180 } })

    expect(back.error?.message).toBeUndefined()
    expect(back.outcome).toBe('done')
    expect(await sandbox.images()).toEqual(tagsOf(FROM))
    expect(await instanceOf(sandbox, '{.status.lastAppliedRevision}')).toMatch(new RegExp(`^v${FROM}@`))
    expect(await instanceOf(sandbox, '{.spec.distribution.version}')).toBe(FROM)
    expect(await sandbox.git('diff', '--stat', 'HEAD~2', 'HEAD')).toBe('')
  })
})

describe('a cluster with the HelmReleases of the operator and of its FluxInstance', () => {
  let sandbox: Fixture
  beforeAll(async () => {
    sandbox = await fixture('operator-helm')
  })
  afterAll(async () => sandbox?.remove())

  test('is upgraded through the values of the HelmRelease, also when the run is killed on the way', async () => {
    const args = ['upgrade', '--to', TO, '--yes']

    const { runId, seconds } = await ride(sandbox.paths, args, [
      { where: 'middle', step: 'pin', call: 1 },
      { where: 'middle', step: 'push', what: 'git push' },
      { where: 'after', event: 'step.started operator-applies' },
      { where: 'before', event: 'step.finished verify' },
    ])

    console.log(`upgrade in style operator-helm, killed four times: ${seconds.at(-1)} s`)
    expect(await sandbox.images()).toEqual(tagsOf(TO))
    expect(await instanceOf(sandbox, '{.status.lastAppliedRevision}')).toMatch(new RegExp(`^v${TO}@`))
    await headIsOneCommit(sandbox, runId)
    expect(await changesOf(sandbox)).toContain(`+        version: ${TO}`)
    const args2 = [
      '-n',
      'flux-system',
      'get',
      'deployment',
      'kustomize-controller',
      '-o',
      'jsonpath={.spec.template.spec.containers[0].args}',
    ]
    expect(await sandbox.run('kubectl', ...args2)).toContain('--concurrent=20')
  })
})
