// Settings of the controllers as patches: which flag goes to which controller, and what a controller that lacks it is spared.
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { COMPONENTS } from '../../../src/flux/kinds.ts'
import { type Controllers, controllerPatches, type KustomizePatch } from '../../../src/scaffold/controller-patches.ts'
import { componentsOf, images, installPatches } from '../../../src/scaffold/install-patches.ts'
import { clusterFile } from './desk.ts'

const USUAL = ['source-controller', 'kustomize-controller', 'helm-controller', 'notification-controller'] as const

const controllers = (more: Partial<Controllers> = {}): Controllers => ({ version: '2.9.2', components: USUAL, ...more })

const settingsOf = (settings: object = {}) => clusterFile({ flux: { settings } }).flux.settings

const patched = (settings: object, more: Partial<Controllers> = {}): KustomizePatch[] =>
  controllerPatches(settingsOf(settings), controllers(more))

/** Arguments that the patches add, by controller. */
function added(patches: readonly KustomizePatch[]): Record<string, string[]> {
  const all: Record<string, string[]> = {}
  for (const { patch, target } of patches) {
    const read = parse(patch)
    if (!Array.isArray(read)) continue
    expect(read.every(({ op, path }) => op === 'add' && path === '/spec/template/spec/containers/0/args/-')).toBe(true)
    const name = target.name ?? ''
    all[name] = [...(all[name] ?? []), ...read.map(({ value }) => value)]
  }
  return all
}

test('no settings make no patch', () => {
  expect(patched({}, { logLevel: 'info', tolerationKeys: [] })).toEqual([])
})

test('each flag goes to the controllers that have it, one patch for each controller', () => {
  const patches = patched(
    { concurrent: 10, requeueDependency: '5s', helmCache: {}, oomWatch: {}, featureGates: { 'helm-controller': { DetectDrift: false } } },
    { logLevel: 'debug' },
  )

  expect(patches).toHaveLength(4)
  expect(added(patches)).toEqual({
    'source-controller': [
      '--log-level=debug',
      '--concurrent=10',
      '--helm-cache-max-size=10',
      '--helm-cache-ttl=60m',
      '--helm-cache-purge-interval=5m',
    ],
    'kustomize-controller': ['--log-level=debug', '--concurrent=10', '--requeue-dependency=5s'],
    'helm-controller': [
      '--log-level=debug',
      '--concurrent=10',
      '--requeue-dependency=5s',
      '--oom-watch-memory-threshold=95',
      '--oom-watch-interval=500ms',
      '--feature-gates=DetectDrift=false,OOMWatch=true',
    ],
    'notification-controller': ['--log-level=debug'],
  })
})

test('a controller that does not run is not patched', () => {
  const patches = patched(
    { concurrent: 2, helmCache: {}, oomWatch: {}, memoryLimit: '1Gi', inMemoryBuild: true },
    { components: ['source-controller'] },
  )

  expect([...new Set(patches.map(({ target }) => target.name))]).toEqual(['source-controller'])
})

test('a gate that the release is known not to have is left out, as the controller would not start', () => {
  const gates = { featureGates: { 'kustomize-controller': { DirectSourceFetch: true, GroupChangeLog: true } } }

  const older = controllerPatches({ ...settingsOf(), ...gates } as never, controllers({ version: '2.7.3' }))
  const newer = controllerPatches({ ...settingsOf(), ...gates } as never, controllers())

  expect(added(older)).toEqual({ 'kustomize-controller': ['--feature-gates=GroupChangeLog=true'] })
  expect(added(newer)).toEqual({ 'kustomize-controller': ['--feature-gates=DirectSourceFetch=true,GroupChangeLog=true'] })
})

test('memory, builds in memory and tolerations are found by name', () => {
  const patches = patched({ memoryLimit: '2Gi', inMemoryBuild: true }, { tolerationKeys: ['example.com/flux'] })

  expect(patches.map(({ target, patch }) => [target.name, parse(patch).spec.template.spec])).toEqual([
    [
      '(source-controller|kustomize-controller|helm-controller)',
      { containers: [{ name: 'manager', resources: { limits: { memory: '2Gi' } } }] },
    ],
    ['kustomize-controller', { volumes: [{ name: 'temp', emptyDir: { medium: 'Memory' } }] }],
    [`(${USUAL.join('|')})`, { tolerations: [{ key: 'example.com/flux', operator: 'Exists' }] }],
  ])
})

test('a limit below what Flux asks for lowers the request as well: the API server would refuse it', () => {
  const [patch] = patched({ memoryLimit: '32Mi' })

  expect(parse(patch?.patch ?? '').spec.template.spec.containers[0].resources).toEqual({
    limits: { memory: '32Mi' },
    requests: { memory: '32Mi' },
  })
})

describe('over manifests that hold every controller', () => {
  const flux = (more: object) => clusterFile({ style: 'kustomize', flux: more }).flux

  test('those that are not asked for are deleted, with network policies where they are not wanted', () => {
    const patches = installPatches(flux({ networkPolicy: false }))

    expect(patches.map(({ patch, target }) => [parse(patch).$patch, target])).toEqual([
      ['delete', { kind: 'Deployment', name: '(image-reflector-controller|image-automation-controller|source-watcher)' }],
      ['delete', { group: 'networking.k8s.io', kind: 'NetworkPolicy' }],
    ])
  })

  test('a release without a controller is not asked to delete it', () => {
    const names = installPatches(flux({ version: '2.6.3' })).map(({ target }) => target.name)

    expect(names).toEqual(['(image-reflector-controller|image-automation-controller)'])
  })

  test('another namespace and another domain are said to those that address each other', () => {
    const all = added(installPatches(flux({ namespace: 'gitops', clusterDomain: 'k8s.example' })))

    expect(all).toEqual({
      'source-controller': [
        '--events-addr=http://notification-controller.gitops.svc.k8s.example./',
        '--storage-adv-addr=source-controller.gitops.svc.k8s.example.',
      ],
      'kustomize-controller': ['--events-addr=http://notification-controller.gitops.svc.k8s.example./'],
      'helm-controller': ['--events-addr=http://notification-controller.gitops.svc.k8s.example./'],
    })
  })

  test('one namespace alone, a pull secret and another registry', () => {
    const asked = flux({ watchAllNamespaces: false, imagePullSecret: 'registry', registry: 'registry.example.com/flux' })

    expect(added(installPatches(asked))['helm-controller']).toEqual(['--watch-all-namespaces=false'])
    expect(installPatches(asked).filter(({ target }) => target.kind === 'ServiceAccount')).toHaveLength(1)
    expect(images(asked).slice(0, 2)).toEqual([
      { name: 'fluxcd/source-controller', newName: 'registry.example.com/flux/source-controller' },
      { name: 'ghcr.io/fluxcd/source-controller', newName: 'registry.example.com/flux/source-controller' },
    ])
  })

  test('all controllers are asked for once', () => {
    const asked = flux({ components: [...COMPONENTS.slice(0, 4)], componentsExtra: [...COMPONENTS.slice(4)] })

    expect(componentsOf(asked)).toEqual([...COMPONENTS])
    expect(installPatches(asked)).toEqual([])
  })
})
