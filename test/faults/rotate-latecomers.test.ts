// A rotation during which somebody begins to need the old key: it stops while that key still opens everything.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { RotationDesk } from '../runbooks/age-rotate/desk.ts'
import { meanwhile } from '../runbooks/age-rotate/meanwhile.ts'

let desk: RotationDesk

beforeAll(async () => {
  desk = await RotationDesk.open('pin')
})
afterAll(() => desk?.close())
beforeEach(() => desk.fresh())
afterEach(async () => expect(await desk.losses()).toEqual([]))

/** Beside the first Kustomization that decrypts: another one, which applies nothing of its own. */
const anotherKustomization = async (spec: object): Promise<void> => {
  const { items } = JSON.parse(await desk.kubectl('get', 'kustomizations.kustomize.toolkit.fluxcd.io', '-n', 'flux-system', '-o', 'json'))
  // biome-ignore lint/suspicious/noExplicitAny: an object of Kubernetes
  const known = items.find((item: any) => item.spec.decryption !== undefined)
  const late = {
    apiVersion: known.apiVersion,
    kind: 'Kustomization',
    metadata: { name: 'late', namespace: 'flux-system' },
    spec: { ...known.spec, dependsOn: [], prune: false, suspend: true, ...spec },
  }
  await desk.tool('kubectl', ['create', '-f', '-'], { stdin: JSON.stringify(late) })
}
const withoutIt = () => desk.kubectl('delete', 'kustomizations.kustomize.toolkit.fluxcd.io', '-n', 'flux-system', 'late')

test('a Secret of its own with the old key that comes after the plan stops the run before anything is sealed without that key', async () => {
  const stop = await desk.rotate(
    {},
    meanwhile('prove', async () => {
      const key = await readFile(join(desk.sandbox.paths.secrets, 'age.agekey'), 'utf8')
      const secret = {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'late', namespace: 'flux-system' },
        stringData: { 'a.agekey': key },
      }
      await desk.tool('kubectl', ['create', '-f', '-'], { stdin: JSON.stringify(secret) })
      await anotherKustomization({ decryption: { provider: 'sops', secretRef: { name: 'late' } } })
    }),
  )
  expect(stop).toMatchObject({
    outcome: 'failed',
    error: {
      code: 'rotation-unproven',
      message: expect.stringContaining(
        'Secret flux-system/late holds the old key alone, and Kustomization flux-system/late decrypts with it',
      ),
    },
  })
  expect(Object.values((await desk.recipients()).remote).every((recipients) => recipients.includes(desk.old))).toBe(true)
  await withoutIt()

  expect((await desk.resume(stop.runId)).outcome).toBe('done')
  await desk.kubectl('delete', 'secret', '-n', 'flux-system', 'late')
})

test('a Kustomization of another repository that begins to use the Secret keeps the old key in the cluster', async () => {
  const stop = await desk.rotate(
    {},
    meanwhile('last-look', () => anotherKustomization({ sourceRef: { kind: 'GitRepository', name: 'another-repository' } })),
  )
  expect(stop).toMatchObject({
    outcome: 'failed',
    error: { code: 'rotation-unproven', message: expect.stringContaining('Kustomization flux-system/late decrypts with Secret') },
  })
  expect(await desk.recipientsInCluster()).toContain(desk.old)
  await withoutIt()

  expect((await desk.resume(stop.runId)).outcome).toBe('done')
  expect(await desk.recipientsInCluster()).not.toContain(desk.old)
})
