// examples/operator.yaml on an empty cluster with the real Flux Operator: every layer is Ready, the repository looks as after `migrate operator`, and a
// second time nothing changes.
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { OPERATOR_VERSION } from '../../src/sandbox/services/registry/operator-artifacts.ts'
import { BootstrapDesk } from '../runbooks/bootstrap/desk.ts'

type Fields = Record<string, Record<string, unknown>>

const FLUX = '2.9.2'
const FOLDER = 'kubernetes/main/flux/flux-system'
const EXAMPLE = new URL('../../examples/operator.yaml', import.meta.url)

let desk: BootstrapDesk
let file: string

/** The example; only hosts, context, release and key are others. */
async function adapted(): Promise<string> {
  const { apiVersion: _api, kind: _kind, ...example } = parse(await readFile(EXAMPLE, 'utf8')) as Fields
  const usual = parse(await readFile(await desk.file(), 'utf8')) as Fields
  const operator = {
    ...(example.flux?.operator as object),
    version: OPERATOR_VERSION,
    registry: await desk.operator(),
    insecureRegistry: true,
  }
  return desk.file({
    ...example,
    cluster: { ...example.cluster, context: usual.cluster?.context },
    flux: { ...example.flux, version: FLUX, operator },
    git: { ...example.git, url: usual.git?.url, allowInsecure: true, auth: usual.git?.auth },
    sops: { key: { generate: 'x25519' }, backup: { shares: { of: 3, needed: 2 }, out: await desk.folder() } },
    wait: { timeout: '3m' },
  })
}

const monitor = (kind: string) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${kind.toLowerCase()}s.monitoring.coreos.com` },
  spec: {
    group: 'monitoring.coreos.com',
    scope: 'Namespaced',
    names: { kind, plural: `${kind.toLowerCase()}s`, singular: kind.toLowerCase(), listKind: `${kind}List` },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } },
        },
      },
    ],
  },
})

/** A cluster with the Prometheus Operator, as far as kinds go. */
async function serveMonitors(): Promise<void> {
  const path = join(desk.work, 'monitors.json')
  await writeFile(path, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: ['PodMonitor', 'ServiceMonitor'].map(monitor) }))
  await desk.kubectl('apply', '--server-side', '-f', path)
  await desk.kubectl(
    'wait',
    '--for=condition=Established',
    'crd/podmonitors.monitoring.coreos.com',
    'crd/servicemonitors.monitoring.coreos.com',
  )
}

beforeAll(async () => {
  desk = await BootstrapDesk.open()
  await serveMonitors()
  file = await adapted()
})
afterAll(() => desk?.close())

// biome-ignore lint/suspicious/noExplicitAny: objects of Kubernetes
type Thing = any

const get = async (...args: string[]): Promise<Thing> => JSON.parse(await desk.kubectl('-n', 'flux-system', 'get', ...args, '-o', 'json'))

const nothingOfFlux = async (): Promise<string> =>
  (await desk.kubectl('get', 'deployments', '-A', '-o', 'name')) +
  (await desk.kubectl('get', 'crd', '-o', 'name')).replace(/.*monitoring.*\n/g, '')

test('a dry run tells both steps of the operator, and changes nothing', async () => {
  const dry = await desk.start(['bootstrap', '--file', file, '--dry-run'])

  expect(dry, dry.stdout + dry.stderr).toMatchObject({ code: 0 })
  expect(dry.stdout).toMatch(/flux pull artifact oci:\/\/\S+\/flux-operator-manifests:v0\.58\.1/)
  expect(dry.stdout).toMatch(/would: give the operator the FluxInstance/)
  expect([await nothingOfFlux(), await desk.log()]).toEqual(['', []])
})

test('an operator that its registry does not have is told before anything is done', async () => {
  const missing = join(desk.work, 'missing.yaml')
  await writeFile(missing, (await readFile(file, 'utf8')).replace(`version: ${OPERATOR_VERSION}`, 'version: 0.58.99'))

  const refused = await desk.bootstrap(missing)

  expect(refused).toMatchObject({ code: 3 })
  expect(refused.stdout + refused.stderr).toMatch(/has no version 0\.58\.99/)
  expect(await desk.log()).toEqual([])
})

test('where the branch refuses the push nothing of Flux is there', async () => {
  const hook = join(desk.bare(), 'hooks', 'pre-receive')
  await writeFile(hook, '#!/bin/sh\necho not today >&2\nexit 1\n', { mode: 0o755 })

  const stopped = await desk.bootstrap(file)
  await rm(hook)

  expect(stopped).toMatchObject({ code: 1 })
  expect([await nothingOfFlux(), await desk.log()]).toEqual(['', []])
})

test('taken up when the branch takes it, it ends with every layer Ready', async () => {
  const said = await desk.start(['runs', 'resume', '--yes'])

  expect(said, said.stdout + said.stderr).toMatchObject({ code: 0 })

  const { items } = await get('kustomizations.kustomize.toolkit.fluxcd.io,gitrepositories,ocirepositories,helmreleases,fluxinstances')
  const ready = (items as Thing[]).map(({ kind, metadata, status }) => [
    `${kind} ${metadata.name}`,
    status?.conditions?.find((each: { type: string }) => each.type === 'Ready')?.status,
  ])
  expect(Object.fromEntries(ready)).toMatchObject({
    'FluxInstance flux': 'True',
    'HelmRelease flux-operator': 'True',
    'Kustomization flux-system': 'True',
    'Kustomization cluster': 'True',
  })
  expect(ready.filter(([, status]) => status !== 'True')).toEqual([])
})

test('has each setting of the file in the controllers', async () => {
  const containers = async (name: string) => (await get('deployment', name)).spec.template.spec
  const [source, kustomize, helm] = await Promise.all(['source-controller', 'kustomize-controller', 'helm-controller'].map(containers))

  const args = (spec: Thing): string[] => spec.containers[0].args
  for (const spec of [source, kustomize, helm]) {
    expect(args(spec)).toContain('--concurrent=10')
    expect(spec?.containers[0].resources.limits.memory).toBe('1Gi')
  }
  for (const spec of [kustomize, helm]) expect(args(spec)).toContain('--requeue-dependency=5s')
  expect(kustomize?.volumes.find((each: { name: string }) => each.name === 'temp').emptyDir).toEqual({ medium: 'Memory' })
  expect(args(source)).toEqual(
    expect.arrayContaining(['--helm-cache-max-size=10', '--helm-cache-ttl=60m', '--helm-cache-purge-interval=5m']),
  )
  expect(args(helm)).toEqual(
    expect.arrayContaining(['--feature-gates=OOMWatch=true', '--oom-watch-memory-threshold=95', '--oom-watch-interval=500ms']),
  )
})

test('leaves in git what a migration leaves, in one commit', async () => {
  const files = (await desk.run('git', '-C', desk.bare(), 'ls-tree', '-r', '--name-only', 'main', FOLDER)).trim().split('\n')

  expect(files).toEqual([`${FOLDER}/flux-instance.yaml`, `${FOLDER}/flux-operator.yaml`, `${FOLDER}/kustomization.yaml`])
  expect(await desk.log()).toHaveLength(1)
  const { spec } = parse(await desk.show(`${FOLDER}/flux-instance.yaml`))
  expect(spec).toMatchObject({
    distribution: { version: FLUX, registry: 'ghcr.io/fluxcd' },
    commonMetadata: { labels: { 'app.kubernetes.io/name': 'flux' } },
    cluster: { type: 'kubernetes', networkPolicy: false },
    sync: { kind: 'GitRepository', ref: 'refs/heads/main', path: './kubernetes/main/flux', pullSecret: 'flux-system' },
  })
})

test('has a PodMonitor, and asks the chart for a ServiceMonitor, as the cluster knows both', async () => {
  expect((await get('podmonitors')).items.map(({ metadata }: Thing) => metadata.name)).toEqual(['flux-system'])
  expect((await get('helmrelease', 'flux-operator')).spec.values).toMatchObject({ serviceMonitor: { create: true } })
})

test('is kept by Flux alone: nothing of kubectl is left in the FluxInstance, and the chart owns the operator', async () => {
  const managers = async (kind: string, name: string): Promise<string[]> =>
    ((await get(kind, name, '--show-managed-fields')).metadata.managedFields as Thing[])
      .filter(({ subresource }) => subresource === undefined)
      .map(({ manager, operation }) => `${manager} ${operation}`)

  expect(await managers('fluxinstance', 'flux')).toEqual(['kustomize-controller Apply', 'flux-operator Update'])
  expect((await get('deployment', 'flux-operator')).metadata.labels).toMatchObject({ 'helm.toolkit.fluxcd.io/name': 'flux-operator' })
})

const KEPT = ['fluxinstances.fluxcd.controlplane.io', 'helmreleases.helm.toolkit.fluxcd.io', 'ocirepositories.source.toolkit.fluxcd.io']

test('changes nothing a second time: no commit, and no object is written', async () => {
  const before = await desk.versions(...KEPT)

  const again = await desk.bootstrap(file)

  expect(again, again.stdout + again.stderr).toMatchObject({ code: 0 })
  expect(await desk.log()).toHaveLength(1)
  expect(await desk.versions(...KEPT)).toEqual(before)
})
