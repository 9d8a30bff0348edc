// The ways in which a move to the Flux Operator goes wrong by hand, each on a real cluster: lost settings, two owners, a FluxInstance that takes Flux with it,
// files that go too early.
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { MoveDesk } from '../runbooks/migrate-operator/desk.ts'
import { eventually } from '../sandbox/scratch.ts'

const FOLDER = 'clusters/prod/flux-system'

let desk: MoveDesk
let uids: Record<string, string>

const others = (now: Readonly<Record<string, string>>): string[] =>
  Object.entries(uids).flatMap(([label, uid]) => (now[label] === uid ? [] : [label]))

const flux = (...args: string[]): Promise<string> => desk.kubectl('-n', 'flux-system', ...args)

/** A change that the cluster has applied, and that the clone has. */
async function applied(message: string, edit: () => Promise<void>, seen: () => Promise<boolean>): Promise<void> {
  await edit()
  await desk.sandbox.git('add', '--all')
  await desk.sandbox.git('commit', '--quiet', '-m', message)
  await desk.sandbox.git('push', '--quiet')
  for (const object of ['gitrepository/flux-system', 'kustomization/flux-system'])
    await flux('annotate', object, `reconcile.fluxcd.io/requestedAt=${message.length}${Date.now()}`, '--overwrite')
  await eventually(message, seen, 90_000)
  await desk.calm()
}

const stoppedAtPush = async (): Promise<string> => {
  await desk.sandbox.faults({ push: 'reject' })
  const stopped = await desk.move()
  expect(stopped.error?.code).toBe('git-rejected')
  await desk.sandbox.faults({})
  return stopped.runId
}

beforeAll(async () => {
  desk = await MoveDesk.open('bootstrap')
})
afterAll(() => desk?.close())
beforeEach(async () => {
  await desk.fresh()
  uids = await desk.uids()
})

test('what somebody has set by hand, and what else the folder of Flux lists, is there afterwards', async () => {
  const tolerations = [{ key: 'arm', operator: 'Exists' }]
  const settings = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: own\n  namespace: flux-system\n'
  const path = desk.file(`${FOLDER}/kustomization.yaml`)
  await applied(
    'list more',
    async () => {
      await writeFile(desk.file(`${FOLDER}/settings.yaml`), settings)
      await writeFile(path, (await readFile(path, 'utf8')).replace('  - gotk-sync.yaml\n', '  - gotk-sync.yaml\n  - settings.yaml\n'))
    },
    async () => (await flux('get', 'configmap', 'own', '-o', 'name')) !== '',
  )
  await flux('patch', 'deployment', 'helm-controller', '--patch', JSON.stringify({ spec: { template: { spec: { tolerations } } } }))
  await flux('rollout', 'status', 'deployment/helm-controller')
  await desk.calm()
  const own = await flux('get', 'configmap', 'own', '-o', 'jsonpath={.metadata.uid}')

  const done = await desk.move()

  expect(done.error?.message).toBeUndefined()
  const { differences } = done.state.plan as { differences: { reason: string; path: string; object: string }[] }
  expect(differences.filter(({ reason }) => reason !== 'operator')).toMatchObject([
    { reason: 'kept', object: 'Deployment flux-system/helm-controller', path: 'spec.template.spec.tolerations' },
  ])
  expect(JSON.parse(await flux('get', 'deployment', 'helm-controller', '-o', 'jsonpath={.spec.template.spec.tolerations}'))).toEqual(
    tolerations,
  )
  expect(await flux('get', 'configmap', 'own', '-o', 'jsonpath={.metadata.uid}')).toBe(own)
  expect(await readFile(path, 'utf8')).toContain('- settings.yaml')
  expect(await readFile(path, 'utf8')).not.toMatch(/patches|gotk-components.yaml\n/)
})

test('a setting that somebody wrote into gotk-components.yaml itself stops the move before git changes, and comes back', async () => {
  const path = desk.file(`${FOLDER}/gotk-components.yaml`)
  const args = ['get', 'deployment', 'helm-controller', '-o', 'jsonpath={.spec.template.spec.containers[0].args}']
  await applied(
    'edit what is generated',
    async () => writeFile(path, (await readFile(path, 'utf8')).replaceAll('--log-level=info', '--log-level=debug')),
    async () => (await flux(...args)).includes('debug'),
  )
  const head = await desk.commitOnRemote()

  const stopped = await desk.move()

  expect(stopped.error?.code).toBe('takeover-differs')
  expect(stopped.error?.message).toContain('--log-level=debug → --log-level=info')
  expect(await desk.commitOnRemote()).toBe(head)
  const back = await desk.again('abandon', stopped.runId)
  expect(back.outcome).toBe('abandoned')
  expect(await flux(...args)).toContain('--log-level=debug')
  expect(others(await desk.uids())).toEqual([])
})

test('what was applied behind the operator’s back before the push is taken over again, or nothing is pushed', async () => {
  const runId = await stoppedAtPush()
  const labels = { 'kustomize.toolkit.fluxcd.io/name': 'flux-system', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' }
  const annotations = { 'kustomize.toolkit.fluxcd.io/prune': null, 'kustomize.toolkit.fluxcd.io/ssa': null }
  const stolen = ['patch', 'deployment', 'helm-controller', '--field-manager=kustomize-controller', '--type=merge', '--patch']
  await flux(...stolen, JSON.stringify({ metadata: { labels, annotations } }))

  const done = await desk.again('resume', runId)

  expect(done.error?.message).toBeUndefined()
  expect(done.outcome).toBe('done')
  expect(others(await desk.uids())).toEqual([])
  expect(await desk.ownedTwice()).toEqual([])
})

test('an operator that is down does not shut the way back, and takes nothing with it when it comes up again', async () => {
  const runId = await stoppedAtPush()
  await flux('scale', 'deployment', 'flux-operator', '--replicas=0')
  await flux('wait', '--for=delete', 'pod', '-l', 'app.kubernetes.io/name=flux-operator', '--timeout=60s').catch(() => '')

  const back = await desk.again('abandon', runId)

  expect(back.error?.message).toBeUndefined()
  expect(back.outcome).toBe('abandoned')
  expect(others(await desk.uids())).toEqual([])
  expect(await desk.byOperator()).toEqual([])
  // The way back has asked Flux to look again: what is under way ends by itself.
  await desk.calm()
  expect(await desk.notReady()).toEqual([])
})

test('a second move is refused, and so is one on top of somebody’s FluxInstance', async () => {
  const done = await desk.move()
  expect(done.outcome).toBe('done')

  const again = await desk.move()

  expect(again.outcome).toBe('checks-failed')
  const said = again.events.flatMap((event) => (event.type === 'check.finished' && event.result.status === 'fail' ? [event.id] : []))
  expect(said).toContain('no-operator-yet')
})

test('a commit that others push meanwhile is kept, and the move stands on top of it', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'flux-ops-colleague-'))
  const url = (await desk.sandbox.git('remote', 'get-url', 'origin')).trim()
  await desk.sandbox.run('git', 'clone', '--quiet', url, dir)
  const pushed = { done: false }
  const colleague = async (): Promise<void> => {
    pushed.done = true
    await writeFile(join(dir, 'NOTES.md'), 'ours\n')
    await desk.sandbox.run('git', '-C', dir, 'add', '--all')
    await desk.sandbox.run('git', '-C', dir, 'commit', '--quiet', '-m', 'note')
    await desk.sandbox.run('git', '-C', dir, 'push', '--quiet', 'origin', 'HEAD:main')
  }

  const done = await desk.move({
    decorate: (world) => ({
      ...world,
      git: {
        ...world.git,
        push: async (...args) => {
          if (!pushed.done) await colleague()
          return world.git.push(...args)
        },
      },
    }),
  })

  expect(done.error?.message).toBeUndefined()
  expect(done.state.facts.push).toMatchObject({ replayed: 1 })
  expect(await desk.sandbox.git('show', 'origin/main:NOTES.md')).toBe('ours\n')
  expect(others(await desk.uids())).toEqual([])
})
