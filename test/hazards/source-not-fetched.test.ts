// The cluster no longer fetches the repository: the merge changes nothing, and says so to nobody.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitUntil } from '../../src/sandbox/processes.ts'
import { edited, expectRefused, FROM, type HazardDesk, hazardDesk, TO } from './desk.ts'

const SOURCE = ['-n', 'flux-system', 'get', 'gitrepository', 'home-cluster', '-o']
let desk: HazardDesk

beforeAll(async () => {
  desk = await hazardDesk()
  const wrong = JSON.stringify({ stringData: { username: 'nobody', password: 'wrong' } })
  const secret = await desk.kubectl(...SOURCE, 'jsonpath={.spec.secretRef.name}')
  await desk.kubectl('-n', 'flux-system', 'patch', 'secret', secret, '--type=merge', '--patch', wrong)
  await desk.run('flux', '-n', 'flux-system', 'reconcile', 'source', 'git', 'home-cluster', '--timeout=30s').catch(() => '')
  const ready = (): Promise<string> => desk.kubectl(...SOURCE, 'jsonpath={.status.conditions[?(@.type=="Ready")].status}')
  await waitUntil('the source to fail', async () => (await ready()) === 'False', { withinMs: 120_000 })
})
afterAll(async () => desk?.release())

test('is named before anything is written, with the source and what it says', async () => {
  const before = await desk.world()

  const said = await desk.plan()

  expectRefused(said, 'source-fetches', '1 source cannot be fetched: the new version would never arrive')
  expect(said.text).toMatch(/GitRepository flux-system\/home-cluster +\S+: .*(authentication|authorization|unauthorized)/i)
  expect(await desk.world()).toEqual(before)
})

test('in the plain way is a push that brings nothing: the controllers stay, and flux check is content', async () => {
  const { images } = await desk.world()
  const push = desk.pushed({ 'cluster/flux/config/flux.yaml': edited(`tag: v${FROM}`, `tag: v${TO}`) }, 30)

  await expect(push).rejects.toThrow(/reconcile source git/)

  const { head, remoteHead, ...after } = await desk.world()
  expect(head).toBe(remoteHead)
  expect(await desk.kubectl(...SOURCE, 'jsonpath={.status.artifact.revision}')).not.toContain(head)
  expect(after.images).toEqual(images)
  expect(await desk.fluxInClone('check')).toContain('all checks passed')
})
