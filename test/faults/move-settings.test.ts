// A move to the Flux Operator with every setting asked for by a flag, on a real control plane: taken back nothing of it is left, and in the end the
// controllers run with what the plan has shown.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MovePlan } from '../../runbooks/migrate-operator/plan-schema.ts'
import { type Driven, drive } from '../runbooks/desk.ts'
import { MoveDesk } from '../runbooks/migrate-operator/desk.ts'

const SETTINGS = {
  concurrent: 11,
  requeueDependency: '7s',
  memoryLimit: '2Gi',
  inMemoryBuild: true,
  helmCache: { maxSize: 12, ttl: '61m', purgeInterval: '6m' },
  oomWatch: { threshold: 90, interval: '600ms' },
}

// biome-ignore lint/suspicious/noExplicitAny: a spec of Kubernetes
type Spec = any

let desk: MoveDesk
let uids: Record<string, string>
let revisions: Record<string, number>
let specs: Record<string, Spec>
let done: Driven

beforeAll(async () => {
  desk = await MoveDesk.open('bootstrap')
  await desk.fresh()
  uids = await desk.uids()
  revisions = await desk.revisions()
  specs = await desk.podSpecs()
})
afterAll(() => desk?.close())

const others = (now: Readonly<Record<string, string>>): string[] =>
  Object.entries(uids).flatMap(([label, uid]) => (now[label] === uid ? [] : [label]))

test('taken back at its push, no setting of a flag is left in any controller', async () => {
  await desk.sandbox.faults({ push: 'reject' })
  const stopped = await desk.move({}, { settings: SETTINGS })
  expect(stopped.error?.code).toBe('git-rejected')
  await desk.sandbox.faults({})

  const back = await desk.again('abandon', stopped.runId)

  expect(back.error?.message).toBeUndefined()
  expect(back.outcome).toBe('abandoned')
  expect(await desk.podSpecs()).toEqual(specs)
  expect(others(await desk.uids())).toEqual([])
})

test('comes to its end with every setting that was shown, each controller replaced once', async () => {
  revisions = await desk.revisions()

  done = await desk.move({}, { settings: SETTINGS })

  expect(done.error?.message).toBeUndefined()
  expect(done.outcome).toBe('done')
  const replaced = Object.entries(await desk.revisions()).flatMap(([name, revision]) =>
    name in revisions ? [revision - (revisions[name] ?? 0)] : [],
  )
  expect(new Set(replaced)).toEqual(new Set([1]))
  expect(others(await desk.uids())).toEqual([])
  expect(await desk.notReady()).toEqual([])
})

test('the plan has shown each of them, and each patch of the repository that a flag overrules', () => {
  const { differences, overruled } = done.state.plan as MovePlan
  const fields = differences
    .filter(({ reason }) => reason === 'asked')
    .map(({ object, path }) => `${object.split('/')[1]} ${path.split(' ')[1] ?? path}`)

  expect(differences.filter(({ reason }) => reason === 'lost' || reason === 'kept')).toEqual([])
  expect(fields.sort()).toEqual([
    'helm-controller --concurrent',
    'helm-controller --feature-gates=OOMWatch',
    'helm-controller --oom-watch-interval',
    'helm-controller --oom-watch-memory-threshold',
    'helm-controller --requeue-dependency',
    'helm-controller spec.template.spec.containers[manager].resources',
    'kustomize-controller --concurrent',
    'kustomize-controller --requeue-dependency',
    'kustomize-controller spec.template.spec.containers[manager].resources',
    'kustomize-controller spec.template.spec.volumes',
    'source-controller --concurrent',
    'source-controller --helm-cache-max-size',
    'source-controller --helm-cache-purge-interval',
    'source-controller --helm-cache-ttl',
    'source-controller spec.template.spec.containers[manager].resources',
  ])
  const said = overruled.map(({ object, patch, flag }) => `${object.split('/')[1]} ${patch}, ${flag}`)
  expect(said.sort()).toEqual([
    'helm-controller --concurrent=8, --concurrent=11',
    'helm-controller --requeue-dependency=1s, --requeue-dependency=7s',
    'kustomize-controller --concurrent=8, --concurrent=11',
    'kustomize-controller --requeue-dependency=1s, --requeue-dependency=7s',
    'source-controller --concurrent=8, --concurrent=11',
  ])
})

test('the controllers run with them, and with whatever ran before', async () => {
  const now = (await desk.podSpecs()) as Record<string, Spec>
  const container = (all: Record<string, Spec>, name: string): Spec => all[name].template.spec.containers[0]

  expect(container(now, 'helm-controller').args).toEqual(
    expect.arrayContaining([
      '--concurrent=11',
      '--requeue-dependency=7s',
      '--oom-watch-memory-threshold=90',
      '--oom-watch-interval=600ms',
      '--feature-gates=OOMWatch=true',
    ]),
  )
  expect(container(now, 'source-controller').args).toEqual(
    expect.arrayContaining(['--helm-cache-max-size=12', '--helm-cache-ttl=61m', '--helm-cache-purge-interval=6m']),
  )
  expect(now['kustomize-controller'].template.spec.volumes).toContainEqual({ name: 'temp', emptyDir: { medium: 'Memory' } })
  for (const name of ['source-controller', 'kustomize-controller', 'helm-controller']) {
    const [is, was] = [container(now, name), container(specs, name)]
    expect(is.resources).toEqual({ ...was.resources, limits: { ...was.resources.limits, memory: '2Gi' } })
    const flags = (args: string[]): string[] => args.map((arg) => arg.replace(/=.*/, ''))
    expect(flags(is.args)).toEqual(expect.arrayContaining(flags(was.args)))
  }
})

test('an upgrade knows this Flux as before', async () => {
  const input = { to: '2.9.2', repo: desk.sandbox.paths.repo, timeoutSeconds: 120 }

  const planned = await drive({ dir: desk.sandbox.paths.dir, runbook: 'upgrade', input, planOnly: true })

  const asked = planned.events.flatMap((event) => (event.type === 'check.finished' && event.id === 'controller-flags-known' ? [event] : []))
  expect(asked[0]?.result.status).toBe('pass')
})
