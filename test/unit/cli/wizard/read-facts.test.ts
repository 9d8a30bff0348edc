// What is found out by reading, and what is said where it cannot be had.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { listContexts } from '../../../../src/adapters/kube-contexts.ts'
import { type ClusterReader, readCluster } from '../../../../src/cli/wizard/read-cluster.ts'
import { type MachineReader, readHostKeys, readMachine } from '../../../../src/cli/wizard/read-machine.ts'
import { OpsError } from '../../../../src/errors.ts'
import type { KubeObject } from '../../../../src/ports/kube.ts'
import { UID } from './wizard-desk.ts'

const failing = (code: string): OpsError => new OpsError({ code, message: `no: ${code}`, hints: ['look'] })

const controller = (name: string, tag: string): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'flux-system' },
  spec: { template: { spec: { containers: [{ image: `ghcr.io/fluxcd/${name}:${tag}` }] } } },
})

const KINDS = ['Kustomization', 'GitRepository'].map((kind) => ({
  kind,
  group: kind === 'Kustomization' ? 'kustomize.toolkit.fluxcd.io' : 'source.toolkit.fluxcd.io',
  version: 'v1',
  plural: kind === 'Kustomization' ? 'kustomizations' : 'gitrepositories',
  namespaced: true,
}))

const root = (path: string, labels: Record<string, string> = {}): KubeObject =>
  ({
    metadata: { name: 'flux-system', namespace: 'flux-system', labels },
    spec: { path, sourceRef: { kind: 'GitRepository', name: 'fleet' } },
  }) as unknown as KubeObject

const source = {
  metadata: { name: 'fleet', namespace: 'flux-system' },
  spec: { url: 'ssh://git@github.com/acme/fleet' },
} as unknown as KubeObject

interface There {
  readonly Deployment?: readonly KubeObject[]
  readonly Kustomization?: readonly KubeObject[]
  readonly GitRepository?: readonly KubeObject[]
}

const kube = (there: There, more: Partial<ClusterReader> = {}): ClusterReader => ({
  identity: async () => ({ context: 'x', server: 'https://api.example', version: 'v1.34.4', uid: UID }),
  kinds: async () => KINDS,
  list: async ({ kind }) => [...(there[kind as keyof There] ?? [])],
  ...more,
})

const CONTROLLERS = [controller('source-controller', 'v1.7.3'), controller('kustomize-controller', 'v1.7.2')]

describe('the cluster', () => {
  test('without controllers has no Flux', async () => {
    expect(await readCluster(kube({}), 'x')).toMatchObject({ status: 'seen', uid: UID, version: 'v1.34.4', flux: { status: 'none' } })
  })

  test('with one: its release, where, and the folder of which repository it follows', async () => {
    const facts = await readCluster(
      kube({ Deployment: CONTROLLERS, Kustomization: [root('./clusters/prod/')], GitRepository: [source] }),
      'x',
    )

    expect(facts).toMatchObject({ flux: { status: 'there', path: 'clusters/prod' } })
    expect(JSON.stringify(facts)).toContain('Flux 2.7.3 in flux-system')
    expect(JSON.stringify(facts)).toContain('follows clusters/prod of ssh://git@github.com/acme/fleet')
  })

  test('what another Kustomization applies is not where it begins', async () => {
    const inner = root('./apps', { 'kustomize.toolkit.fluxcd.io/name': 'cluster' })

    const facts = await readCluster(kube({ Deployment: CONTROLLERS, Kustomization: [root('./clusters/prod'), inner] }), 'x')

    expect(facts).toMatchObject({ flux: { path: 'clusters/prod' } })
  })

  test('whose objects cannot be read has a Flux all the same', async () => {
    const reader = kube({ Deployment: CONTROLLERS }, { kinds: async () => Promise.reject(failing('kube-forbidden')) })

    const facts = await readCluster(reader, 'x')

    expect(facts).toMatchObject({ flux: { status: 'there', path: undefined } })
    expect(JSON.stringify(facts)).toContain('? what it follows could not be read: no: kube-forbidden')
  })

  test('whose Deployments cannot be read is not taken for one without Flux', async () => {
    const reader = kube({}, { list: async () => Promise.reject(failing('kube-forbidden')) })

    expect(await readCluster(reader, 'x')).toMatchObject({ status: 'seen', flux: { status: 'unknown', why: 'no: kube-forbidden' } })
  })

  test('that does not answer is unknown, with why', async () => {
    const reader = kube({}, { identity: async () => Promise.reject(failing('kube-unreachable')) })

    expect(await readCluster(reader, 'x')).toEqual({ status: 'unknown', context: 'x', why: 'no: kube-unreachable' })
  })
})

const machine = (parts: Record<string, Record<string, unknown>> = {}): MachineReader => {
  const none = async (): Promise<never> => Promise.reject(failing('git-no-repository'))
  return {
    git: { root: none, remotes: none, branch: none, tracked: none, ...parts.git },
    files: { exists: async () => false, readText: none, ...parts.files },
    exec: { run: none, ...parts.exec },
  } as unknown as MachineReader
}

const WHERE = { folder: '.', keyFiles: [{ said: '~/keys.txt', path: 'x' }], contexts: async () => [] }

describe('the machine', () => {
  test('with nothing on it is no error', async () => {
    const contexts = async () => Promise.reject(failing('kubeconfig-missing'))

    expect(await readMachine(machine(), { ...WHERE, contexts })).toEqual({
      contexts: [],
      noContexts: 'no: kubeconfig-missing',
      repository: undefined,
      ageKeyFile: undefined,
    })
  })

  test('gives the origin and not another remote, and the key file that is there', async () => {
    const git = {
      root: async () => '.',
      remotes: async () => [
        { name: 'fork', url: 'https://git.example.com/me/fleet' },
        { name: 'origin', url: 'https://git.example.com/acme/fleet' },
      ],
      branch: async () => 'main',
      tracked: async () => ['a.yaml'],
    }

    const facts = await readMachine(machine({ git, files: { exists: async () => true } }), WHERE)

    expect(facts.repository).toEqual({ origin: 'https://git.example.com/acme/fleet', branch: 'main', files: ['a.yaml'], recipients: [] })
    expect(facts.ageKeyFile).toBe('~/keys.txt')
  })

  test('a host that shows no key is unknown, with why', async () => {
    const exec = { run: async () => ({ exitCode: 1, stdout: '', stderr: '' }) }

    expect(await readHostKeys(machine({ exec }), { host: 'git.example.com', port: '2222' })).toMatchObject({
      status: 'unknown',
      host: 'git.example.com:2222',
    })
  })
})

test('contexts come with their servers, the current one first', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'flux-ops-contexts-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'config')
  const context = (name: string, cluster: string) => ({ name, context: { cluster, user: 'u' } })
  const config = {
    'current-context': 'b',
    clusters: [{ name: 'one', cluster: { server: 'https://one' } }],
    users: [{ name: 'u', user: {} }],
    contexts: [context('c', 'gone'), context('a', 'one'), context('b', 'one')],
  }
  await writeFile(file, JSON.stringify(config))

  expect(await listContexts({ kubeconfig: file, env: {} })).toEqual([
    { name: 'b', server: 'https://one', current: true },
    { name: 'a', server: 'https://one', current: false },
    { name: 'c', server: '', current: false },
  ])
})
