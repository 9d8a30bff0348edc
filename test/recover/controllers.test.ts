// What concerns the whole of Flux, each alone and on a cluster that was well before: the cause is the controller, or the server, and not what waits for it.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Diagnosis } from '../../src/diagnosis/diagnose.ts'
import type { Finding } from '../../src/diagnosis/finding.ts'
import { waitUntil } from '../../src/sandbox/processes.ts'
import type { AloneId } from './alone.ts'
import { RecoverDesk } from './desk.ts'
import { addFlag, crash, crashFromNowOn, crashNoMore, kill, limitMemory, rolledOut, stop, wipeStorage } from './havoc.ts'
import { record } from './results.ts'
import { configMap, helmRelease, kustomization, type Place, type Provoked, source } from './scenario.ts'
import { RELEASES } from './table.ts'
import { writeTable } from './write-table.ts'

const applied = (id: string, more: (place: Place) => object[] = () => []): Provoked => ({
  id,
  title: id,
  files: { 'a.yaml': configMap('a') },
  objects: (place) => [source(place), kustomization(place, 'app'), ...more(place)],
})

const chart = (place: Place, spec: object = {}): object =>
  helmRelease(place, 'app', {
    chart: { spec: { chart: place.path, reconcileStrategy: 'Revision', sourceRef: { kind: 'GitRepository', name: 'src' } } },
    ...spec,
  })

const CHART = {
  'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 0.1.0\n',
  'templates/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\n',
}

/** A hook that never ends: the upgrade is in the middle of it for as long as it may. */
const HOOK = `apiVersion: batch/v1
kind: Job
metadata:
  name: slow
  annotations: {helm.sh/hook: pre-upgrade, helm.sh/hook-delete-policy: before-hook-creation}
spec:
  template:
    metadata:
      annotations: {sandbox.flux-ops.dev/fail: never-ready}
    spec:
      restartPolicy: Never
      containers: [{name: slow, image: example.org/slow:1}]
`

const REQUESTED = 'reconcile.fluxcd.io/requestedAt=now'

const deployment = (component: string): string => `Deployment flux-system/${component}`

const blocksAll =
  (cause: string, labels: readonly string[]) =>
  ({ causes }: Diagnosis): boolean =>
    labels.every((label) => causes.find(({ object }) => object === cause)?.blocks.includes(label))

const inState =
  (state: string) =>
  ({ causes }: Diagnosis): boolean =>
    causes.some((one) => one.state === state)

const named = ({ causes }: Diagnosis): string[] => causes.map(({ object, state }) => `${object}: ${state}`)

const said = (finding: Finding | undefined): string => (finding?.evidence ?? []).map(({ what, text }) => `${what}: ${text}`).join('\n')

const isWell = ({ notReady, causes }: Diagnosis): boolean => notReady === 0 && causes.length === 0

describe.each(RELEASES)('with the controllers of Flux %s', (flux) => {
  let desk: RecoverDesk

  const inFlux = (...args: string[]): Promise<string> => desk.kubectl('-n', 'flux-system', ...args)
  const ready = ({ namespace }: Place, what = 'kustomization/app'): Promise<string> =>
    desk.kubectl('wait', what, '-n', namespace, '--for=condition=Ready', '--timeout=90s')

  /** A row of the table: found where the test comes to its end. */
  const alone = (id: AloneId, title: string, run: () => Promise<void>): void =>
    test(title, async () => {
      record('controllers', id, flux, { found: false })
      await run()
      record('controllers', id, flux, { found: true })
      expect.hasAssertions()
    })

  beforeAll(async () => {
    desk = await RecoverDesk.open(flux)
  }, 300_000)
  afterEach(() => desk.sandbox.reset(), 300_000)
  afterAll(async () => {
    writeTable()
    await desk?.close()
  })

  alone('controller-crashing', 'a controller that ends again and again is the cause of what nobody reconciles', async () => {
    const scenario = applied('crash')
    const waits = [`Kustomization ${desk.place(scenario).namespace}/app`]
    // In the middle of a try: what is cut short says so of each object, and none of them is a cause.
    await inFlux('annotate', 'kustomizations', '--all', '--overwrite', REQUESTED)
    await crash(desk, 'kustomize-controller')
    await desk.provoke([scenario])

    const found = await desk.once(blocksAll(deployment('kustomize-controller'), waits))

    expect(named(found)).toEqual([`${deployment('kustomize-controller')}: controller-crash-looping`])
    expect(found.causes[0]?.blocks).toEqual(expect.arrayContaining(waits))
    expect(said(found.causes[0])).toContain('ended right after its start')
  })

  alone('controller-bad-flag', 'a controller with a flag that it does not know is named with that flag, out of its own log', async () => {
    const scenario = applied('flag')
    const { namespace } = desk.place(scenario)
    await addFlag(desk, 'source-controller', '--no-such-flag=true')
    await desk.provoke([scenario])

    const found = await desk.once(
      (diagnosis) =>
        inState('controller-bad-flag')(diagnosis) &&
        blocksAll(deployment('source-controller'), [`GitRepository ${namespace}/src`])(diagnosis),
    )

    expect(named(found)).toEqual([`${deployment('source-controller')}: controller-bad-flag`])
    expect(found.causes[0]?.says).toContain('--no-such-flag')
    expect(found.causes[0]?.evidence).toContainEqual(
      expect.objectContaining({ kind: 'log', text: expect.stringContaining('unknown flag: --no-such-flag') }),
    )
  })

  alone(
    'controller-rollout',
    'a new pod that does not start is told, and nothing is blamed on it while the one before does its work',
    async () => {
      const scenario = applied('rollout')
      await addFlag(desk, 'kustomize-controller', '--no-such-flag=true', { oneByOne: false })
      await desk.provoke([scenario])
      await ready(desk.place(scenario))

      const found = await desk.once(inState('controller-rollout-stuck'))

      expect(named(found)).toEqual([`${deployment('kustomize-controller')}: controller-rollout-stuck`])
      expect(found.causes[0]).toMatchObject({ blocks: [], says: expect.stringContaining('--no-such-flag') })
    },
  )

  alone('controller-out-of-memory', 'a controller that is killed for want of memory is named with its limit', async () => {
    const scenario: Provoked = { ...applied('memory', (place) => [chart(place)]), files: CHART }
    const place = desk.place(scenario)
    const waits = [`HelmRelease ${place.namespace}/app`]
    await limitMemory(desk, 'helm-controller', '4Mi')
    await desk.provoke([{ ...scenario, objects: (there) => [source(there), chart(there)] }])

    const found = await desk.once(
      (diagnosis) => inState('controller-out-of-memory')(diagnosis) && blocksAll(deployment('helm-controller'), waits)(diagnosis),
    )

    expect(named(found)).toEqual([`${deployment('helm-controller')}: controller-out-of-memory`])
    expect(found.causes[0]?.says).toContain('limit 4Mi')
    expect(said(found.causes[0])).toContain('OOMKilled (exit 137)')
  })

  alone(
    'controller-stopped',
    'a controller that is scaled to 0 is the cause of what changes without it, and of what has no artifact to apply',
    async () => {
      const scenario = applied('stopped', (place) => [chart(place)])
      const { namespace } = desk.place(scenario)
      const waits = [`HelmChart ${namespace}/${namespace}-app`, `HelmRelease ${namespace}/app`, `Kustomization ${namespace}/app`]
      await stop(desk, 'source-controller')
      await desk.provoke([scenario])

      const found = await desk.once(blocksAll(deployment('source-controller'), waits))

      expect(named(found)).toEqual([`${deployment('source-controller')}: controller-stopped`])
      expect(found.causes[0]?.blocks).toEqual(expect.arrayContaining([`GitRepository ${namespace}/src`, ...waits]))
    },
  )

  describe('killed in the middle of an upgrade, helm-controller', () => {
    const scenario: Provoked = {
      id: 'killed',
      title: 'killed',
      files: CHART,
      objects: (place) => [source(place), chart(place, { timeout: '2m' })],
    }
    const pending = (): Promise<string> =>
      desk.kubectl('get', 'secrets', '-n', desk.place(scenario).namespace, '-l', 'owner=helm,status=pending-upgrade', '-o', 'name')

    const killInUpgrade = async (): Promise<string> => {
      const { namespace } = desk.place(scenario)
      await desk.provoke([scenario])
      await ready(desk.place(scenario), 'helmrelease/app')
      await desk.change(desk.place(scenario), { files: { ...CHART, 'templates/hook.yaml': HOOK } })
      await desk.kubectl('annotate', 'gitrepository/src', '-n', namespace, '--overwrite', REQUESTED)
      await waitUntil('a pending upgrade', async () => (await pending()) !== '', { withinMs: 90_000 })
      await crashFromNowOn(desk, 'helm-controller')
      await kill(desk, 'helm-controller')
      return `HelmRelease ${namespace}/app`
    }

    alone('helm-killed', 'is named while it is down, with the release that it was in the middle of', async () => {
      const release = await killInUpgrade()

      const found = await desk.once(blocksAll(deployment('helm-controller'), [release]))

      expect(named(found)).toEqual([`${deployment('helm-controller')}: controller-crash-looping`])
      expect(said(found.causes[0])).toContain("Running 'upgrade' action")
      expect(found.causes[0]?.fixes).toContainEqual(
        expect.objectContaining({ rank: 'never', says: expect.stringContaining('Secret of a release') }),
      )
      expect(await pending()).not.toBe('')
    })

    test('unlocks the release by itself once it is back: nothing is named, and it is ready without anybody doing anything to it', async () => {
      const release = await killInUpgrade()
      const place = desk.place(scenario)
      await desk.once(blocksAll(deployment('helm-controller'), [release]))
      await desk.change(place, { files: CHART, removes: ['templates/hook.yaml'] })
      await desk.kubectl('annotate', 'gitrepository/src', '-n', place.namespace, '--overwrite', 'reconcile.fluxcd.io/requestedAt=again')
      await crashNoMore(desk)

      const found = await desk.once(isWell)

      expect([named(found), found.notReady]).toEqual([[], 0])
      expect(await desk.kubectl('get', 'events', '-n', place.namespace, '-o', 'jsonpath={.items[*].message}')).toMatch(
        /Unlocked Helm release \S+ with chart \S+ in pending-upgrade state/,
      )
      expect(await pending()).toBe('')
      record('controllers', 'helm-killed', flux, { healed: true })
    })
  })

  alone(
    'git-server-down',
    'a git server that is down is told at the repository of Flux itself, and not at what was applied from it',
    async () => {
      await desk.stopGit()
      await inFlux('annotate', 'gitrepositories', '--all', '--overwrite', REQUESTED)

      const found = await desk.once(({ causes }) => causes.length > 0)

      expect(named(found)).toEqual(['GitRepository flux-system/home-cluster: git-unreachable'])
    },
  )

  alone(
    'storage-wiped',
    'a storage that was emptied is told at each source that is asked for, and is whole again by the safe fixes',
    async () => {
      const scenario = applied('wiped')
      const { namespace } = desk.place(scenario)
      await desk.provoke([scenario])
      await ready(desk.place(scenario))
      await wipeStorage(desk)
      await desk.kubectl('annotate', 'kustomizations', '--all', '-n', namespace, '--overwrite', REQUESTED)

      const found = await desk.once(blocksAll(`GitRepository ${namespace}/src`, [`Kustomization ${namespace}/app`]))
      for (const [command = '', ...args] of safeCommands(found))
        expect([command, (await desk.tool(command, args)).code]).toEqual(['flux', 0])

      expect(named(found)).toEqual([`GitRepository ${namespace}/src: artifact-lost`])
      expect(named(await desk.once(isWell))).toEqual([])
      record('controllers', 'storage-wiped', flux, { healed: true })
    },
  )

  test('a storage that was emptied is whole again once source-controller was started anew, and nothing is named', async () => {
    await wipeStorage(desk)
    await inFlux('delete', 'pod', '-l', 'app=source-controller')
    await rolledOut(desk, 'source-controller')
    await inFlux('annotate', 'kustomizations', '--all', '--overwrite', REQUESTED)

    const found = await desk.once(isWell)

    expect(named(found)).toEqual([])
    expect(found.notReady).toBe(0)
  })

  alone('access-denied', 'a reference into another namespace is named where the controllers may not follow it', async () => {
    const scenario: Provoked = {
      ...applied('denied'),
      objects: (place) => [
        kustomization(place, 'app', { sourceRef: { kind: 'GitRepository', name: 'home-cluster', namespace: 'flux-system' } }),
      ],
    }
    const { namespace } = desk.place(scenario)
    await addFlag(desk, 'kustomize-controller', '--no-cross-namespace-refs=true')
    await rolledOut(desk, 'kustomize-controller')
    await desk.provoke([scenario])

    const found = await desk.once(inState('access-denied'))

    expect(named(found)).toEqual([`Kustomization ${namespace}/app: access-denied`])
    expect(said(found.causes[0])).toContain('cross-namespace references have been blocked')
  })

  alone('namespace-without-controller', 'a namespace that cannot go as a controller is stopped is told under that controller', async () => {
    const scenario = applied('going')
    const place = desk.place(scenario)
    const waits = [`Kustomization ${place.namespace}/app`, `Namespace ${place.namespace}`]
    await desk.provoke([scenario])
    await ready(place)
    await stop(desk, 'kustomize-controller')
    await desk.kubectl('delete', 'namespace', place.namespace, '--wait=false')

    const found = await desk.once(blocksAll(deployment('kustomize-controller'), waits))

    expect(named(found)).toEqual([`${deployment('kustomize-controller')}: controller-stopped`])
    expect(found.causes[0]?.blocks).toEqual(waits)
  })

  alone('namespace-held', 'a namespace that cannot go as somebody else holds an object in it is told under that object', async () => {
    const scenario = applied('held')
    const place = desk.place(scenario)
    const held = `Kustomization ${place.namespace}/app`
    const hold = JSON.stringify([{ op: 'add', path: '/metadata/finalizers/-', value: 'example.org/hold' }])
    await desk.provoke([scenario])
    await ready(place)
    await desk.kubectl('-n', place.namespace, 'patch', 'kustomization', 'app', '--type=json', '-p', hold)
    await desk.kubectl('delete', 'namespace', place.namespace, '--wait=false')

    const found = await desk.once(blocksAll(held, [`Namespace ${place.namespace}`]))

    expect(named(found)).toEqual([`${held}: deletion-held`])
    expect(found.causes[0]?.blocks).toEqual([`Namespace ${place.namespace}`])
  })
})

/** What a person would type, word by word. */
const safeCommands = ({ causes }: Diagnosis): string[][] =>
  causes.flatMap(({ fixes }) =>
    fixes.filter(({ rank }) => rank === 'safe').flatMap(({ commands }) => commands.map((command) => command.split(' '))),
  )
