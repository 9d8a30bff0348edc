// Two Kustomizations that depend on each other: kustomize-controller cannot sort what a new commit concerns, and asks none of all the others either.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitUntil } from '../../src/sandbox/processes.ts'
import { edited, FROM, type HazardDesk, hazardDesk, TO } from './desk.ts'

const KS = ['-n', 'flux-system', 'get', 'kustomization']
const VOLUMES = 'cluster/apps/storage/volumes/ks.yaml'
let desk: HazardDesk

beforeAll(async () => {
  desk = await hazardDesk()
  await desk.pushed({ [VOLUMES]: edited('  interval: 30m\n', '  dependsOn:\n    - name: cluster-apps-hello\n  interval: 30m\n') })
  const names = (): Promise<string> => desk.kubectl(...KS, 'cluster-apps-volumes', '-o', 'jsonpath={.spec.dependsOn[*].name}')
  await waitUntil('the circle to be applied', async () => (await names()) === 'cluster-apps-hello', { withinMs: 300_000 })
})
afterAll(async () => desk?.release())

test('are named before anything is written, with the whole circle', async () => {
  const before = await desk.world()

  const said = await desk.plan()

  expect(said.text).toMatch(/⚠ no-dependency-cycle/)
  const [hello, volumes] = ['hello', 'volumes'].map((each) => `Kustomization flux-system/cluster-apps-${each}`)
  expect([`${volumes} → ${hello} → ${volumes}`, `${hello} → ${volumes} → ${hello}`].some((each) => said.text.includes(each))).toBe(true)
  expect(await desk.world()).toEqual(before)
})

test('in the plain way keep the new version from everything that follows the repository: one line in a log says so', async () => {
  const applied = [...KS, 'cluster', '-o', 'jsonpath={.status.lastAttemptedRevision}']
  const before = await desk.kubectl(...applied)
  const complaints = async (): Promise<number> => (await logged()).split('failed to sort dependencies').length
  const had = await complaints()

  await desk.pushed({ 'cluster/flux/config/flux.yaml': edited(`tag: v${FROM}`, `tag: v${TO}`) })

  await waitUntil('the controller to give up', async () => (await complaints()) > had, { withinMs: 120_000 })
  expect(await desk.kubectl(...applied)).toBe(before)
  expect(before).not.toContain((await desk.world()).head)
})

/** What the controllers of the sandbox have written down. */
async function logged(): Promise<string> {
  const names = (await readdir(desk.paths.logs, { recursive: true })).filter((name) => name.includes('kustomize-controller'))
  return (await Promise.all(names.map((name) => readFile(join(desk.paths.logs, name), 'utf8').catch(() => '')))).join('')
}
