// Every layout on a cluster with the controllers of Flux 2.9.2, pushed to an ordinary git server: all that comes to be is Ready, sealed and substituted
// values arrive, and a Flux that keeps itself runs with the settings of the cluster file.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ClusterFile } from '../../src/cluster-file/schema.ts'
import { environment } from '../../src/sandbox/index.ts'
import { waitUntil } from '../../src/sandbox/processes.ts'
import { runTool } from '../../src/sandbox/run-tool.ts'
import { manifests } from '../../src/scaffold/manifest.ts'
import type { Scaffold } from '../../src/scaffold/model.ts'
import { gitRepository, kustomization } from '../../src/scaffold/objects.ts'
import { type SharedSandbox, sharedSandbox } from '../helpers/shared-sandbox.ts'
import { push } from '../recover/repository.ts'
import { clusterFile, scaffolded, type Thing } from '../unit/scaffold/desk.ts'

const SECRET = 'scaffold-age'
const PATIENCE_MS = 300_000

let sandbox: SharedSandbox
let work: string
let url: string
let registry: string
let identity: string

beforeAll(async () => {
  sandbox = await sharedSandbox('bootstrap', '2.9.2')
  work = await mkdtemp(join(tmpdir(), 'flux-ops-scaffold-'))
  url = (await get('gitrepository', 'flux-system', 'flux-system')).spec.url
  registry = new URL((await get('ocirepository', 'dashboards', 'flux-system')).spec.url.replace(/^oci:/, 'http:')).host
  identity = await tool('age-keygen', [])
  // It applies Flux as well.
  await kubectl('patch', 'kustomization', 'flux-system', '-n', 'flux-system', '--type=merge', '-p', '{"spec":{"suspend":true}}')
  await publish()
  for (const each of SYNCED) await follow(each)
})
afterAll(async () => {
  await sandbox?.release()
  await rm(work, { recursive: true, force: true })
})

async function tool(name: string, args: readonly string[], stdin = '', cwd = work): Promise<string> {
  const file = name === 'git' ? 'git' : join(sandbox.paths.bin, name)
  return (await runTool(file, args, environment({ dir: sandbox.paths.dir }), { stdin, cwd, timeoutMs: PATIENCE_MS })).stdout
}

const kubectl = (...args: string[]): Promise<string> => tool('kubectl', args)
const apply = (text: string): Promise<string> => tool('kubectl', ['apply', '--server-side', '-f', '-'], text)
const get = async (kind: string, name: string, namespace: string): Promise<Thing> =>
  JSON.parse(await kubectl('get', kind, name, '-n', namespace, '-o', 'json'))

const SYNCED = [
  { id: 'layers', path: 'clusters/layers', style: 'git', layout: { kind: 'layers', substitutionOptOut: true } },
  { id: 'config', path: 'kubernetes/flux/config', style: 'git', layout: { kind: 'layers' } },
  { id: 'operated', path: 'kubernetes/main/flux', style: 'operator', layout: { kind: 'layers' } },
  { id: 'overlays', path: 'applications/overlays/overlays', style: 'git', layout: { kind: 'overlays' } },
] as const

const namespaceOf = (id: string): string => (id === 'oci' ? 'flux-system' : `flux-${id}`)

/** Each in a namespace of its own, as no cluster has more than one. */
const fileOf = ({ id, path, style, layout }: (typeof SYNCED)[number]): ClusterFile =>
  clusterFile({
    name: id,
    path,
    style,
    layout: { ...layout, sampleApp: true },
    flux: { namespace: namespaceOf(id) },
    sops: { secretName: SECRET, key: { file: 'keys.txt' } },
  })

const ociFile = (): ClusterFile =>
  clusterFile({
    name: 'home',
    path: 'cluster/flux',
    style: 'kustomize',
    layout: { kind: 'oci', sampleApp: true, substitutionOptOut: true },
    flux: {
      registry: `${registry}/fluxcd`,
      networkPolicy: false,
      settings: { concurrent: 7, requeueDependency: '2s', inMemoryBuild: true, memoryLimit: '2Gi', oomWatch: {}, helmCache: {} },
    },
    git: { url, allowInsecure: true, secretName: 'flux-system' },
    sops: { secretName: SECRET, key: { file: 'keys.txt' } },
  })

/** Sealed as the runbook does, and the sample apps of the layouts kept apart. */
async function textsOf(id: string, { files }: Scaffold): Promise<Record<string, string>> {
  const recipient = /age1[0-9a-z]+/.exec(identity)?.[0] ?? ''
  const how = ['--filename-override', 'secret.yaml', '--age', recipient, '--encrypted-regex', '^(data|stringData)$']
  const texts: Record<string, string> = {}
  for (const { path, text, seal } of files) {
    if (path === '.sops.yaml') continue
    const own = text.replace(/^( {2}name(?:space)?: sample)$/m, `$1-${id}`)
    texts[path] = seal ? await tool('sops', ['encrypt', ...how], own) : own
  }
  return texts
}

async function publish(): Promise<void> {
  const recipient = /age1[0-9a-z]+/.exec(identity)?.[0] ?? ''
  const texts: Record<string, string> = {}
  for (const each of SYNCED) {
    Object.assign(texts, await textsOf(each.id, scaffolded(fileOf(each), texts, { recipient })))
    texts[`${each.path}/${namespaceOf(each.id)}/kustomization.yaml`] = 'resources: []\n'
  }
  Object.assign(texts, await textsOf('oci', scaffolded(ociFile(), texts, { recipient })))
  await push(texts, [], { url, work, git: (args, cwd) => tool('git', args, '', cwd ?? work) })
}

async function credentials(namespace: string): Promise<void> {
  const { data } = await get('secret', 'flux-system', 'flux-system')
  const secrets = [
    { name: SECRET, stringData: { 'age.agekey': identity } },
    ...(namespace === 'flux-system' ? [] : [{ name: 'flux-system', data }]),
  ]
  const namespaces = namespace === 'flux-system' ? [] : [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }]
  const objects = secrets.map(({ name, ...values }) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, ...values }))
  await apply(manifests(...[...namespaces, ...objects].map((object) => ({ object }))))
}

/** As bootstrap leaves it. */
async function follow(each: (typeof SYNCED)[number]): Promise<void> {
  const namespace = namespaceOf(each.id)
  const setting = { namespace, source: namespace, decryption: undefined }
  const sync = kustomization(setting, { name: namespace, folder: each.path, interval: '10m', wait: false })
  await credentials(namespace)
  await apply(manifests(gitRepository(setting, { ...fileOf(each).git, url }), sync))
}

interface Standing {
  readonly name: string
  readonly ready: string
}

async function standings(namespace: string): Promise<Standing[]> {
  const { items } = JSON.parse(await kubectl('get', 'kustomizations.kustomize.toolkit.fluxcd.io', '-n', namespace, '-o', 'json'))
  return items.map(({ metadata, status }: Thing) => {
    const ready = status?.conditions?.find(({ type }: Thing) => type === 'Ready')
    return { name: metadata.name, ready: ready?.status === 'True' ? 'True' : `${ready?.status}: ${ready?.message}` }
  })
}

async function allReady(namespace: string, names: readonly string[]): Promise<void> {
  let last: Standing[] = []
  const look = async (): Promise<boolean> => {
    last = (await standings(namespace)).filter(({ name }) => names.includes(name))
    return last.length === names.length && last.every(({ ready }) => ready === 'True')
  }
  await waitUntil('all are Ready', look, { withinMs: PATIENCE_MS }).catch(() => undefined)
  expect(Object.fromEntries(last.map(({ name, ready }) => [name, ready]))).toEqual(Object.fromEntries(names.map((name) => [name, 'True'])))
}

const LAYERS = ['cluster', 'cluster-vars', 'cluster-infrastructure', 'cluster-operators', 'cluster-core', 'cluster-apps']

const EXPECTED: Readonly<Record<string, { names: readonly string[]; data: object }>> = {
  layers: { names: LAYERS, data: { message: 'applied by Flux to cluster layers' } },
  config: { names: LAYERS, data: { message: 'applied by Flux to cluster config' } },
  operated: { names: LAYERS, data: { message: 'applied by Flux to cluster operated' } },
  overlays: { names: ['sample-app'], data: { message: 'applied by Flux', cluster: 'overlays' } },
}

test.each(SYNCED)('$layout.kind that follow $path by style $style become Ready, every one', async ({ id }) => {
  const { names, data } = EXPECTED[id] ?? { names: [], data: {} }

  await allReady(namespaceOf(id), [namespaceOf(id), ...names])

  expect((await get('configmap', 'sample-app', `sample-${id}`)).data).toMatchObject(data)
})

test('oci that follows cluster/flux becomes Ready and sets the controllers, every one', async () => {
  await credentials('flux-system')
  const dir = await mkdtemp(join(work, 'clone-'))
  await tool('git', ['clone', '--quiet', url, dir])

  await kubectl('apply', '--server-side', '--force-conflicts', '--kustomize', join(dir, 'cluster/flux/config'))

  await allReady('flux-system', ['flux', 'cluster', 'cluster-vars', 'cluster-apps', 'cluster-apps-sample-app'])
  expect((await get('configmap', 'sample-app', 'sample-oci')).data).toEqual({ message: 'applied by Flux for example.com' })
  const { spec, status } = await get('deployment', 'helm-controller', 'flux-system')
  const [manager] = spec.template.spec.containers
  expect(manager.args).toEqual(expect.arrayContaining(['--concurrent=7', '--feature-gates=OOMWatch=true']))
  expect([manager.resources.limits.memory, status.readyReplicas]).toEqual(['2Gi', 1])
})
