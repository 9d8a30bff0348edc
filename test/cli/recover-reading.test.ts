// What `recover` reads of a real API server, as who may read everything and as who may read next to nothing.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FLUX_KINDS } from '../../src/flux/kinds.ts'
import { ReadingDesk } from './recover-desk.ts'

const kustomization = (namespace: string, name: string): object => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name, namespace },
  spec: { interval: '1h', prune: false, path: './', sourceRef: { kind: 'GitRepository', name: 'home', namespace: 'flux-system' } },
})

const namespace = (name: string): object => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })

/** Of a service that is not there. */
const downApi = {
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  metadata: { name: 'v1.down.example' },
  spec: {
    group: 'down.example',
    version: 'v1',
    groupPriorityMinimum: 100,
    versionPriority: 100,
    insecureSkipTLSVerify: true,
    service: { name: 'nobody', namespace: 'default' },
  },
}

let desk: ReadingDesk

beforeAll(async () => {
  desk = await ReadingDesk.open('2.7.3')
  await desk.apply(namespace('flux-system'), namespace('apps'), downApi)
  await desk.kubectl('wait', '--for=condition=Available=false', '--timeout=60s', 'apiservice/v1.down.example')
  await desk.apply(kustomization('flux-system', 'here'), kustomization('apps', 'away'))
  await desk.failed('flux-system', 'here', 'kustomize build failed: \u001b[2J\u202e no such file')
  await desk.failed('apps', 'away', 'kustomize build failed')
})

afterAll(() => desk?.close())

describe('the kinds that are served', () => {
  const groups = [...new Set(FLUX_KINDS.map(({ group }) => group))]

  test.each([false, true])('are all fifteen of Flux, while the API of somebody else is down (group by group: %s)', async (plain) => {
    const served = await desk.kinds(groups, { plain })

    expect(served.map(({ kind, plural, group }) => `${kind} ${plural}.${group}`).sort()).toEqual(
      FLUX_KINDS.map(({ kind, plural, group }) => `${kind} ${plural}.${group}`).sort(),
    )
    expect(served.find(({ kind }) => kind === 'Alert')?.version).toBe('v1beta3')
    expect(served.every(({ namespaced }) => namespaced)).toBe(true)
  })

  test('cannot be told of an API that is down', async () => {
    await expect(desk.kinds(['down.example'])).rejects.toMatchObject({
      code: 'kube-error',
      message: expect.stringContaining('down.example/v1'),
    })
  })
})

describe('whoever may read everything', () => {
  test('is shown the causes of every namespace, and which cluster it is', async () => {
    const uid = await desk.kubectl('get', 'namespace', 'kube-system', '--output=jsonpath={.metadata.uid}')

    const { code, diagnosis } = await desk.diagnosis()

    expect(code).toBe(3)
    expect(diagnosis.cluster.uid).toBe(uid)
    expect(diagnosis.causes.map(({ object }) => object)).toEqual(['Kustomization apps/away', 'Kustomization flux-system/here'])
    expect(diagnosis.unseen).toEqual([
      { what: 'the controllers', why: expect.stringContaining('no Deployment in flux-system is one of Flux') },
    ])
  })
})

describe('whoever may read one kind in one namespace', () => {
  test('is shown its causes, and told of all that was not seen', async () => {
    const rule = { apiGroups: ['kustomize.toolkit.fluxcd.io'], resources: ['kustomizations'], verbs: ['get', 'list'] }
    const kubeconfig = await desk.account('narrow', [rule])

    const { code, diagnosis } = await desk.diagnosis(kubeconfig)
    const drawn = await desk.recover(kubeconfig)

    expect(code).toBe(3)
    expect(diagnosis.causes.map(({ object, state }) => `${object} ${state}`)).toEqual(['Kustomization flux-system/here build-failed'])
    expect(diagnosis.unseen.map(({ what }) => what).sort()).toEqual(
      [
        ...FLUX_KINDS.map(({ kind }) => (kind === 'Kustomization' ? 'Kustomization outside of flux-system' : kind)),
        'Deployment in flux-system',
        'Pod in flux-system',
        'Event',
        'Namespace',
      ].sort(),
    )
    expect(diagnosis.cluster.uid).toBeNull()
    expect(drawn.code).toBe(3)
    expect(drawn.stdout).toContain('? Event: not allowed to list events')
    expect(drawn.stdout).toContain('␛[2J<U+202E> no such file')
  })
})

describe('whoever may read nothing', () => {
  test('is told so, and never that all is ready', async () => {
    const kubeconfig = await desk.account('nobody', [])

    const { code, stdout } = await desk.recover(kubeconfig)

    expect(code).toBe(3)
    expect(stdout).toMatch(/^\S+: nothing of Flux was seen\n/)
    expect(stdout).not.toContain('ready')
  })
})
