import { describe, expect, test } from 'vitest'
import { diagnose } from '../../../src/diagnosis/diagnose.ts'
import type { Snapshot } from '../../../src/diagnosis/snapshot.ts'
import { OpsError } from '../../../src/errors.ts'
import type { KubeObject, Resource } from '../../../src/ports/kube.ts'
import { dependsOn, not, object } from '../diagnosis/objects.ts'
import { ALL_KINDS, controller, failing, item, SnapshotDesk, usual } from './snapshot-desk.ts'

const told = ({ unseen }: Snapshot): string[] => unseen.map(({ what }) => what)

const kustomization: KubeObject = not(object('Kustomization', 'flux-system/apps'), 'BuildFailed', 'kustomize build failed')

describe('what is read', () => {
  test('is every kind of Flux, its controllers and their pods, warnings and namespaces, each by one list', async () => {
    const desk = new SnapshotDesk()

    const snapshot = await desk.take()

    expect(desk.asked.toSorted()).toEqual(
      [...ALL_KINDS.map(({ kind }) => `${kind} *`), 'Deployment flux-system', 'Event *', 'Namespace *', 'Pod flux-system'].sort(),
    )
    expect(snapshot.unseen).toEqual([])
    expect(snapshot.cluster).toEqual({ context: 'prod-eu', server: 'https://api.example', version: 'v1.34.4', uid: 'uid-of-kube-system' })
  })

  test('carries the kind and the version that it was asked for in', async () => {
    const old: Resource = { ...(ALL_KINDS[0] as Resource), version: 'v1beta2' }
    const desk = new SnapshotDesk((resource, options) => (resource === old ? [item('a', 'apps')] : usual(resource, options)), [old])

    expect((await desk.take()).objects).toMatchObject([{ apiVersion: 'source.toolkit.fluxcd.io/v1beta2', kind: 'GitRepository' }])
  })

  test('is nothing of other kinds in the same groups', async () => {
    const odd: Resource = { ...(ALL_KINDS[0] as Resource), kind: 'Odd', plural: 'odds' }
    const desk = new SnapshotDesk(usual, [...ALL_KINDS, odd])

    await desk.take()

    expect(desk.asked).not.toContain('Odd *')
  })
})

describe('what may not be read', () => {
  const forbidden = failing('kube-forbidden', 'not allowed to list')

  test('is told, kind by kind, where that is everything', async () => {
    const snapshot = await new SnapshotDesk(() => {
      throw forbidden
    }).take()

    expect(told(snapshot)).toEqual([
      ...ALL_KINDS.map(({ kind }) => kind),
      'Deployment in flux-system',
      'Pod in flux-system',
      'Event',
      'Namespace',
    ])
    expect(snapshot.cluster.uid).toBeNull()
    expect(diagnose(snapshot)).toMatchObject({ objects: 0, causes: [] })
  })

  test('is read in the namespace of Flux where it may be read there', async () => {
    const desk = new SnapshotDesk(({ kind }, { namespace }) => {
      if (kind === 'Kustomization' && namespace === 'flux-system') return [kustomization]
      throw forbidden
    })

    const snapshot = await desk.take()

    expect(snapshot.unseen).toContainEqual({
      what: 'Kustomization outside of flux-system',
      why: 'not allowed to list',
      kind: 'Kustomization',
      seenIn: 'flux-system',
    })
    expect(diagnose(snapshot).causes).toMatchObject([{ object: 'Kustomization flux-system/apps', state: 'build-failed' }])
  })

  test('is not asked for again in a namespace where it has none, or was asked for in one', async () => {
    const desk = new SnapshotDesk(() => {
      throw forbidden
    })

    await desk.take()

    expect(desk.asked.filter((one) => one.startsWith('Namespace'))).toHaveLength(1)
    expect(desk.asked.filter((one) => one.startsWith('Pod'))).toHaveLength(1)
  })

  test('is not known to be missing: a dependency in another namespace may be there', async () => {
    const needs = (name: string, namespace: string): KubeObject =>
      not(
        object('Kustomization', `flux-system/${name}`, dependsOn('base')),
        'DependencyNotReady',
        `dependency '${namespace}/base' not found`,
      )
    const away = { ...needs('away', 'infra'), spec: { dependsOn: [{ name: 'base', namespace: 'infra' }] } }
    const desk = new SnapshotDesk((resource, options) => {
      if (resource.kind !== 'Kustomization') return usual(resource, options)
      if (options.namespace === undefined) throw forbidden
      return [needs('here', 'flux-system'), away]
    })

    const { causes, moving } = diagnose(await desk.take())

    expect(causes.map(({ object: name, state }) => `${name} ${state}`)).toEqual(['Kustomization flux-system/here dependency-missing'])
    expect(moving.map(({ object: name }) => name)).toEqual(['Kustomization flux-system/away'])
  })

  test('does not hide what the server fails at for another reason', async () => {
    const snapshot = await new SnapshotDesk(({ kind }, options) => {
      if (kind === 'HelmRelease') throw failing('kube-error', 'conversion webhook failed')
      if (kind === 'Receiver') throw options.namespace === undefined ? forbidden : failing('kube-error', 'HTTP 500')
      return usual({ kind } as Resource, options)
    }).take()

    expect(snapshot.unseen.map(({ what, why }) => `${what}: ${why}`)).toEqual([
      'HelmRelease: conversion webhook failed',
      'Receiver: not allowed to list',
      'Receiver in flux-system: HTTP 500',
    ])
  })

  test.each([
    new OpsError({ code: 'a-bug', message: 'ours', exit: 'bug' }),
    new OpsError({ code: 'b', message: 'c', exit: 'usage' }),
    new Error('x'),
  ])('is never a mistake of ours: %s is thrown', async (error) => {
    const desk = new SnapshotDesk(({ kind }) => {
      throw kind === 'Pod' ? error : forbidden
    })

    await expect(desk.take()).rejects.toBe(error)
  })
})

describe('a server that goes away in the middle', () => {
  const gone = failing('kube-unreachable', 'cannot reach it')

  test('leaves what was seen to be diagnosed, and the rest is told', async () => {
    const snapshot = await new SnapshotDesk(({ kind }) => {
      if (['GitRepository', 'Kustomization'].includes(kind)) return kind === 'Kustomization' ? [kustomization] : []
      throw gone
    }).take()

    expect(diagnose(snapshot).causes).toMatchObject([{ object: 'Kustomization flux-system/apps' }])
    expect(told(snapshot)).toHaveLength(ALL_KINDS.length - 2 + 4)
  })

  test.each(['kube-unreachable', 'kube-busy', 'kube-unauthorized'])(
    'is not waited for again by the lists that come behind the first that was told %s',
    async (code) => {
      const desk = new SnapshotDesk(({ kind }) => {
        if (kind === 'GitRepository') return []
        throw failing(code)
      })

      const snapshot = await desk.take()

      expect(desk.asked.length).toBeLessThanOrEqual(10)
      expect(told(snapshot)).toHaveLength(ALL_KINDS.length - 1 + 4)
    },
  )

  test('is an error where it has not answered one list', async () => {
    const desk = new SnapshotDesk(() => {
      throw gone
    })

    await expect(desk.take()).rejects.toBe(gone)
  })
})

describe('what a whole answer lacks', () => {
  test('an API server that serves nothing of Flux is told', async () => {
    expect((await new SnapshotDesk(usual, []).take()).unseen).toEqual([
      { what: 'objects of Flux', why: 'the API server serves none of its kinds' },
    ])
  })

  test('a namespace without a controller is told, whatever else runs in it', async () => {
    const other = { ...controller(), spec: { template: { spec: { containers: [{ image: 'nginx:1' }] } } } }
    const snapshot = await new SnapshotDesk(({ kind }) => (kind === 'Deployment' ? [other] : [])).take('flux')

    expect(snapshot.unseen).toMatchObject([{ what: 'the controllers', why: expect.stringContaining('no Deployment in flux ') }])
  })

  test('a controller that runs without its kinds being served is told', async () => {
    const served = ALL_KINDS.filter(({ kind }) => kind !== 'HelmRelease')
    const snapshot = await new SnapshotDesk(
      ({ kind }) => (kind === 'Deployment' ? [controller(), controller('helm-controller')] : []),
      served,
    ).take()

    expect(snapshot.unseen).toEqual([{ what: 'HelmRelease', why: 'helm-controller is there, and the API server serves none of its kinds' }])
  })
})

describe('warnings', () => {
  const events = (count: number): KubeObject[] => Array.from({ length: count }, (_, at) => item(`e${at}`, 'default'))
  const storm = (count: number): SnapshotDesk =>
    new SnapshotDesk((resource, options) => (resource.kind === 'Event' ? events(count) : usual(resource, options)))

  test('are the only events that are asked for, one more than are wanted', async () => {
    let asked = {}
    await new SnapshotDesk((resource, options) => {
      if (resource.kind === 'Event') asked = options
      return usual(resource, options)
    }).take()

    expect(asked).toEqual({ fieldSelector: 'type=Warning', atMost: 5001 })
  })

  test('are all read where there are just as many as are wanted', async () => {
    expect(await storm(5000).take()).toMatchObject({ events: { length: 5000 }, unseen: [] })
  })

  test('are told to be no more than the first where there are more', async () => {
    const snapshot = await storm(5500).take()

    expect(snapshot.events).toHaveLength(5000)
    expect(snapshot.unseen).toMatchObject([{ what: 'Event', why: expect.stringMatching(/^only the first 5000 warnings were read/) }])
  })
})
