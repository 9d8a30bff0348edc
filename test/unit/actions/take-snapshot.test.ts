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

describe('which kinds are served, where the API server does not tell', () => {
  const untold = failing('kube-forbidden', 'not allowed to get the kinds that are served')
  const missing = failing('kube-not-served')
  const told403 = 'not allowed to get the kinds that are served'

  test('is found by asking for each in the versions that are known, the newest first', async () => {
    const asked: string[] = []
    const desk = new SnapshotDesk((resource, options) => {
      if (resource.group.endsWith('fluxcd.io')) {
        asked.push(`${resource.kind} ${resource.version}`)
        if (resource.kind === 'HelmRelease' && resource.version === 'v2beta2') return [item('web', 'apps')]
        if (options.mustBeServed === true && ['HelmRelease', 'Bucket'].includes(resource.kind)) throw missing
      }
      return usual(resource, options)
    }, untold)

    const { objects, unseen } = await desk.take()

    expect(asked.filter((one) => one.startsWith('HelmRelease'))).toEqual(['HelmRelease v2', 'HelmRelease v2beta2'])
    expect(asked.filter((one) => one.startsWith('Kustomization'))).toEqual(['Kustomization v1'])
    expect(objects).toMatchObject([{ apiVersion: 'helm.toolkit.fluxcd.io/v2beta2', kind: 'HelmRelease' }])
    expect(unseen).toEqual([{ what: 'which kinds are served', why: expect.stringMatching(`^${told403}; .*not found: Bucket$`) }])
  })

  test('is told beside all that may not be read', async () => {
    const desk = new SnapshotDesk(() => {
      throw failing('kube-forbidden')
    }, untold)

    expect(told(await desk.take())).toEqual([
      'which kinds are served',
      ...ALL_KINDS.map(({ kind }) => kind),
      'Deployment in flux-system',
      'Pod in flux-system',
      'Event',
      'Namespace',
    ])
  })

  test('is an error where the server can do nothing else either', async () => {
    const broken = failing('kube-error', 'HTTP 500')
    const desk = new SnapshotDesk(() => {
      throw failing('kube-error', 'HTTP 500 as well')
    }, broken)

    await expect(desk.take()).rejects.toBe(broken)
  })

  test.each(['kube-unreachable', 'kube-busy', 'kube-unauthorized'])(
    'is not asked for one by one of a server that is lost: %s',
    async (code) => {
      const lost = failing(code)
      const desk = new SnapshotDesk(usual, lost)

      await expect(desk.take()).rejects.toBe(lost)
      expect(desk.asked).toEqual(['HelmRelease *', 'Kustomization *', 'OCIRepository *'])
    },
  )
})

describe('warnings', () => {
  const warning = (at: number, about: object = { kind: 'Kustomization', apiVersion: 'kustomize.toolkit.fluxcd.io/v1' }): KubeObject => ({
    ...item(`e${at}`, 'default'),
    involvedObject: about,
    lastTimestamp: new Date(Date.parse('2026-11-22T00:00:00Z') + at * 1000).toISOString(),
  })
  const storm = (...events: KubeObject[]): SnapshotDesk =>
    new SnapshotDesk((resource, options) => (resource.kind === 'Event' ? events : usual(resource, options)))
  const many = (count: number): KubeObject[] => Array.from({ length: count }, (_, at) => warning(at))
  const names = ({ events }: Snapshot): string[] => events.map(({ metadata }) => metadata.name)

  test('are the only events that are asked for, and those that a storm has thousands of are left out by the server', async () => {
    let asked: { fieldSelector?: string | undefined } = {}
    await new SnapshotDesk((resource, options) => {
      if (resource.kind === 'Event') asked = options
      return usual(resource, options)
    }).take()

    expect(asked.fieldSelector).toMatch(/^type=Warning,involvedObject\.kind!=Pod,/)
  })

  test('are kept where they are about an object of Flux, and not of a kind that another project has named alike', async () => {
    const k3s = warning(1, { kind: 'HelmChart', apiVersion: 'helm.cattle.io/v1' })
    const snapshot = await storm(warning(0), k3s, warning(2, { kind: 'Certificate' }), warning(3, { kind: 'HelmRelease' })).take()

    expect(names(snapshot)).toEqual(['e0', 'e3'])
  })

  test('are all kept where there are just as many as are wanted', async () => {
    expect(await storm(...many(5000)).take()).toMatchObject({ events: { length: 5000 }, unseen: [] })
  })

  test('are the newest ones where there are more, wherever they stand, and that is told', async () => {
    const snapshot = await storm(...many(12_000).reverse()).take()

    expect(names(snapshot)).toHaveLength(5000)
    expect(names(snapshot)).toContain('e11999')
    expect(names(snapshot)).not.toContain('e6999')
    expect(snapshot.unseen).toMatchObject([{ what: 'Event', why: 'only the newest 5000 of 12000 warnings about Flux were kept' }])
  })

  test('are not read for ever, and that is told', async () => {
    const crowd = Array.from({ length: 20_001 }, (_, at) => warning(at, { kind: 'Other' }))

    const snapshot = await storm(warning(0), ...crowd).take()

    expect(names(snapshot)).toEqual(['e0'])
    expect(snapshot.unseen).toMatchObject([{ what: 'Event', why: expect.stringMatching(/^only the first 40 pages of warnings were read/) }])
  })

  test('of the pods of Flux are asked for where a controller is down', async () => {
    const down = { ...controller(), status: {} }
    const desk = new SnapshotDesk((resource, options) => {
      if (resource.kind === 'Deployment') return [down]
      return resource.kind === 'Event' && options.namespace !== undefined ? [warning(1, { kind: 'Pod' })] : usual(resource, options)
    })

    expect(names(await desk.take())).toEqual(['e1'])
    expect(desk.asked.filter((one) => one.startsWith('Event'))).toEqual(['Event *', 'Event flux-system'])
  })
})
