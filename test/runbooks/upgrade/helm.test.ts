// A HelmRelease in git keeps Flux: the upgrade changes the version of the chart, and helm-controller upgrades the release that it runs from.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { release } from '../../../src/flux/catalogue/index.ts'
import { drive } from '../desk.ts'
import { type Fixture, fixture, TO } from '../fixture.ts'

const tagsOf = (version: string): string[] =>
  ['helm', 'kustomize', 'notification', 'source'].map((name) => {
    const found = release(version).controllers.find((each) => each.component === `${name}-controller`)
    return `ghcr.io/fluxcd/${name}-controller:${found?.tag}`
  })

describe('a cluster with a HelmRelease of the chart flux2 in git', () => {
  let sandbox: Fixture
  beforeAll(async () => {
    sandbox = await fixture('helm')
  })
  afterAll(async () => sandbox?.remove())

  test('is upgraded by the chart that holds the target, with one commit of its version and of API versions', async () => {
    const start = performance.now()

    const done = await drive({
      dir: sandbox.paths.dir,
      runbook: 'upgrade',
      input: { to: TO, repo: sandbox.paths.repo, timeoutSeconds: 180 },
    })

    console.log(`upgrade in style helm: ${((performance.now() - start) / 1000).toFixed(1)} s`)
    expect(done.error?.message).toBeUndefined()
    expect(done.outcome).toBe('done')
    expect(await sandbox.images()).toEqual(tagsOf(TO))
    const ran = done.events.flatMap((event) => (event.type === 'step.finished' ? [event.id] : []))
    expect(ran).toContain('helm-applies')
    expect(ran).not.toContain('apply')
    const changes = (await sandbox.git('show', '--format=', 'HEAD')).split('\n').filter((line) => /^[-+][^-+]/.test(line))
    expect(changes).toContain('+    tag: "2.19.2" # of the chart, not of Flux')
    expect(changes.filter((line) => !/tag: "|v1beta2|toolkit\.fluxcd\.io\/v1\b/.test(line))).toEqual([])
    const deployed = '-o=jsonpath={.status.history[0].chartVersion} {.status.history[0].status}'
    expect(await sandbox.run('kubectl', '-n', 'flux-system', 'get', 'helmrelease', 'flux2', deployed)).toMatch(/^2\.19\.2\S* deployed$/)
    const stored = Object.values(await sandbox.storedVersions()).flat()
    expect(stored.filter((version) => /v1beta2|v2beta/.test(version))).toEqual([])
  })
})
