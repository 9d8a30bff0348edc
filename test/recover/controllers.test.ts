// What stops the whole of Flux, each alone and on a cluster that was well before: the cause is the controller, or the server, and not what waits for it.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Diagnosis } from '../../src/diagnosis/diagnose.ts'
import { RecoverDesk } from './desk.ts'
import { configMap, helmRelease, kustomization, type Place, type Provoked, source } from './scenario.ts'

const applied = (id: string, more: (place: Place) => object[] = () => []): Provoked => ({
  id,
  title: id,
  files: { 'a.yaml': configMap('a') },
  objects: (place) => [source(place), kustomization(place, 'app'), ...more(place)],
})

const chart = (place: Place): object =>
  helmRelease(place, 'app', { chart: { spec: { chart: place.path, sourceRef: { kind: 'GitRepository', name: 'src' } } } })

const REQUESTED = 'reconcile.fluxcd.io/requestedAt=now'

const deployment = (component: string): string => `Deployment flux-system/${component}`

const blocksAll =
  (cause: string, labels: readonly string[]) =>
  ({ causes }: Diagnosis): boolean =>
    labels.every((label) => causes.find(({ object }) => object === cause)?.blocks.includes(label))

const named = ({ causes }: Diagnosis): string[] => causes.map(({ object, state }) => `${object}: ${state}`)

describe.each(['2.7.3', '2.9.2'])('with the controllers of Flux %s', (flux) => {
  let desk: RecoverDesk

  const inFlux = (...args: string[]): Promise<string> => desk.kubectl('-n', 'flux-system', ...args)
  const stop = async (component: string): Promise<void> => {
    await inFlux('scale', 'deployment', component, '--replicas=0')
    await inFlux('wait', 'pod', '-l', `app=${component}`, '--for=delete', '--timeout=60s')
  }
  const ready = ({ namespace }: Place): Promise<string> =>
    desk.kubectl('wait', 'kustomization/app', '-n', namespace, '--for=condition=Ready', '--timeout=90s')

  beforeAll(async () => {
    desk = await RecoverDesk.open(flux)
  }, 300_000)
  afterEach(() => desk.sandbox.reset(), 300_000)
  afterAll(() => desk?.close())

  test('a controller that ends again and again is the cause of what nobody reconciles', async () => {
    const scenario = applied('crash')
    const waits = [`Kustomization ${desk.place(scenario).namespace}/app`]
    // In the middle of a try: what is cut short says so of each object, and none of them is a cause.
    await inFlux('annotate', 'kustomizations', '--all', '--overwrite', REQUESTED)
    await desk.crash('kustomize-controller')
    await desk.provoke([scenario])

    const found = await desk.once(blocksAll(deployment('kustomize-controller'), waits))

    expect(named(found)).toEqual([`${deployment('kustomize-controller')}: controller-crash-looping`])
    expect(found.causes[0]?.blocks).toEqual(expect.arrayContaining(waits))
    expect(found.causes[0]?.evidence.map(({ text }) => text).join('\n')).toContain('ended right after its start')
  })

  test('a controller that is scaled to 0 is the cause of what changes without it, and of what has no artifact to apply', async () => {
    const scenario = applied('stopped', (place) => [chart(place)])
    const { namespace } = desk.place(scenario)
    const waits = [`HelmChart ${namespace}/${namespace}-app`, `HelmRelease ${namespace}/app`, `Kustomization ${namespace}/app`]
    await stop('source-controller')
    await desk.provoke([scenario])

    const found = await desk.once(blocksAll(deployment('source-controller'), waits))

    expect(named(found)).toEqual([`${deployment('source-controller')}: controller-stopped`])
    expect(found.causes[0]?.blocks).toEqual(expect.arrayContaining([`GitRepository ${namespace}/src`, ...waits]))
  })

  test('a git server that is down is told at the repository of Flux itself, and not at what was applied from it', async () => {
    await desk.stopGit()
    await inFlux('annotate', 'gitrepositories', '--all', '--overwrite', REQUESTED)

    const found = await desk.once(({ causes }) => causes.length > 0)

    expect(named(found)).toEqual(['GitRepository flux-system/home-cluster: git-unreachable'])
  })

  test('a namespace that cannot go as a controller is stopped is told under that controller', async () => {
    const scenario = applied('going')
    const place = desk.place(scenario)
    const waits = [`Kustomization ${place.namespace}/app`, `Namespace ${place.namespace}`]
    await desk.provoke([scenario])
    await ready(place)
    await stop('kustomize-controller')
    await desk.kubectl('delete', 'namespace', place.namespace, '--wait=false')

    const found = await desk.once(blocksAll(deployment('kustomize-controller'), waits))

    expect(named(found)).toEqual([`${deployment('kustomize-controller')}: controller-stopped`])
    expect(found.causes[0]?.blocks).toEqual(waits)
  })

  test('a namespace that cannot go as somebody else holds an object in it is told under that object', async () => {
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
