// The Helm chart keeps Flux, and helm-controller replaces itself in the middle of its own upgrade: dry run, kills, the way back, bad input.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { release } from '../../src/flux/catalogue/index.ts'
import { RELEASE_FILE } from '../../src/sandbox/services/repositories/helm-content.ts'
import { drive } from '../runbooks/desk.ts'
import { type Fixture, FROM, fixture, TO } from '../runbooks/fixture.ts'
import { fluxOps } from './harness/cli.ts'
import { ride } from './harness/ride.ts'

const tagsOf = (version: string): string[] =>
  ['helm', 'kustomize', 'notification', 'source'].map((name) => {
    const found = release(version).controllers.find((each) => each.component === `${name}-controller`)
    return `ghcr.io/fluxcd/${name}-controller:${found?.tag}`
  })

describe('a cluster that the Helm chart keeps', () => {
  let sandbox: Fixture
  const world = async (): Promise<string[]> => [
    await sandbox.git('rev-parse', 'HEAD', 'origin/main'),
    await sandbox.git('status', '--porcelain'),
    await sandbox.run('kubectl', '-n', 'flux-system', 'get', 'helmrelease,ocirepository', '-o=jsonpath={.items[*].spec}'),
    ...(await sandbox.images()),
  ]
  const deployed = (): Promise<string> =>
    sandbox.run('kubectl', '-n', 'flux-system', 'get', 'helmrelease', 'flux2', '-o=jsonpath={.status.history[0].chartVersion}')

  beforeAll(async () => {
    sandbox = await fixture('helm')
  })
  beforeEach(async () => sandbox.reset())
  afterAll(async () => sandbox?.remove())

  test('is planned to the chart that holds the target, and a dry run changes nothing', async () => {
    const before = await world()

    const input = { to: TO, repo: sandbox.paths.repo, timeoutSeconds: 180 }
    const result = await drive({ dir: sandbox.paths.dir, runbook: 'upgrade', input, dryRun: true })

    expect(result.error?.message).toBeUndefined()
    const said = result.events.filter((event) => event.type === 'step.would').map((event) => ('id' in event ? event.id : ''))
    expect(said).toEqual(expect.arrayContaining(['backup', 'migrate-storage', 'pin', 'commit', 'push', 'helm-applies', 'reconcile']))
    expect(await world()).toEqual(before)
  })

  test('is upgraded also when the run is killed on the way, and taken back by a rollback that is killed too', async () => {
    const { runId, seconds } = await ride(
      sandbox.paths,
      ['upgrade', '--to', TO, '--yes'],
      [
        { where: 'middle', step: 'backup', call: 1 },
        { where: 'middle', step: 'pin', call: 1 },
        { where: 'middle', step: 'push', what: 'git push' },
        { where: 'after', event: 'step.started helm-applies' },
        { where: 'before', event: 'step.finished helm-applies' },
        { where: 'before', event: 'step.finished verify' },
      ],
    )

    console.log(`upgrade in style helm, killed six times: ${seconds.at(-1)} s`)
    expect(await sandbox.images()).toEqual(tagsOf(TO))
    expect(await deployed()).toMatch(/^2\.19\.2/)
    const log = (await sandbox.git('log', '--format=%H', `--grep=Flux-Ops-Run: ${runId}`, 'origin/main')).trim()
    expect(log.split('\n')).toHaveLength(1)

    const back = await ride(
      sandbox.paths,
      ['rollback', runId, '--yes'],
      [
        { where: 'after', event: 'step.finished hold' },
        { where: 'middle', step: 'apply-old', call: 1 },
        { where: 'after', event: 'step.started release' },
      ],
    )

    console.log(`rollback in style helm, killed three times: ${back.seconds.at(-1)} s`)
    expect(await sandbox.images()).toEqual(tagsOf(FROM))
    expect(await deployed()).toMatch(/^2\.17\.3/)
    expect(await sandbox.git('diff', '--stat', 'HEAD~2', 'HEAD')).toBe('')
    const held = '-o=jsonpath={.spec.suspend}'
    expect(await sandbox.run('kubectl', '-n', 'flux-system', 'get', 'helmrelease', 'flux2', held)).toBe('')
  })

  test('is not touched where the chart that a person names does not hold the target', async () => {
    const before = await world()

    const said = await fluxOps(sandbox.paths, ['upgrade', '--to', TO, '--chart-version', '2.17.3', '--yes'])

    expect(said.code).toBe(3)
    expect(said.output).toMatch(/chart-has-target\s+chart flux2 2\.17\.3 of \S+ holds Flux 2\.7\.3/)
    expect(await world()).toEqual(before)
  })

  test('is not touched where git has a range for the chart', async () => {
    const file = join(sandbox.paths.repo, RELEASE_FILE)
    await writeFile(file, (await readFile(file, 'utf8')).replace(/tag: "2\.17\.3".*/, 'semver: 2.17.x'))
    await sandbox.git('commit', '--quiet', '-am', 'chore: follow the patches')
    await sandbox.git('push', '--quiet')
    const before = await sandbox.images()

    const said = await fluxOps(sandbox.paths, ['upgrade', '--to', TO, '--yes'])

    expect(said.code).toBe(3)
    expect(said.output).toMatch(/pins-found[\s\S]*2\.17\.x: is a range/)
    expect(await sandbox.images()).toEqual(before)
  })
})
