// The real kubectl, no cluster: patches over the manifests of releases, and every folder of every layout.
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ClusterFile } from '../../../src/cluster-file/schema.ts'
import { controllerPatches } from '../../../src/scaffold/controller-patches.ts'
import { componentsOf, images, installPatches } from '../../../src/scaffold/install-patches.ts'
import { yamlOf } from '../../../src/scaffold/manifest.ts'
import { clusterFile, laidOut, read, type Thing } from '../../unit/scaffold/desk.ts'
import { controlPlaneTools, manifestsDir } from '../scratch.ts'

let root: string
let kubectl: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'flux-ops-scaffold-'))
  kubectl = (await controlPlaneTools()).kubectl ?? ''
})
afterAll(() => rm(root, { recursive: true, force: true }))

async function laid(name: string, texts: Readonly<Record<string, string>>): Promise<string> {
  for (const [path, text] of Object.entries(texts)) {
    await mkdir(dirname(join(root, name, path)), { recursive: true })
    await writeFile(join(root, name, path), text)
  }
  return join(root, name)
}

async function built(folder: string): Promise<Thing[]> {
  const { stdout } = await promisify(execFile)(kubectl, ['kustomize', folder], { maxBuffer: 2 ** 26 })
  return read(stdout).filter((object) => object !== null)
}

const FILES = [
  'helm-controller',
  'image-automation-controller',
  'image-reflector-controller',
  'kustomize-controller',
  'notification-controller',
  'policies',
  'rbac',
  'source-controller',
]

const SETTINGS = {
  concurrent: 10,
  requeueDependency: '5s',
  memoryLimit: '1Gi',
  inMemoryBuild: true,
  helmCache: {},
  oomWatch: {},
  featureGates: { 'helm-controller': { DetectDrift: true } },
}

const flux = (version: string, more: object = {}): ClusterFile['flux'] =>
  clusterFile({ style: 'kustomize', flux: { version, settings: SETTINGS, logLevel: 'debug', ...more } }).flux

async function patchedFlux(version: string, kustomization: object): Promise<Thing[]> {
  const dir = await manifestsDir(version)
  const texts = await Promise.all(FILES.map((name) => readFile(join(dir, `${name}.yaml`), 'utf8')))
  const resources = FILES.map((name) => `${name}.yaml`)
  return built(
    await laid(`flux-${version}`, {
      ...Object.fromEntries(resources.map((name, index) => [name, texts[index] ?? ''])),
      'kustomization.yaml': yamlOf({ resources, ...kustomization }),
    }),
  )
}

const deployment = (objects: readonly Thing[], name: string): Thing =>
  objects.find((object) => object.kind === 'Deployment' && object.metadata.name === name)

describe.each(['2.3.0', '2.7.3', '2.9.2'])('patches over Flux %s', (version) => {
  test('set each controller once, and leave the rest of it', async () => {
    const asked = flux(version)
    const objects = await patchedFlux(version, {
      patches: controllerPatches(asked.settings, { version, components: componentsOf(asked), logLevel: 'debug', tolerationKeys: ['flux'] }),
    })

    const { containers, volumes, tolerations } = deployment(objects, 'kustomize-controller').spec.template.spec
    expect(containers).toHaveLength(1)
    expect(containers[0].args.filter((arg: string) => /concurrent|requeue|log-level/.test(arg))).toEqual([
      '--log-level=info',
      '--log-level=debug',
      '--concurrent=10',
      '--requeue-dependency=5s',
    ])
    expect(containers[0].resources.limits.memory).toBe('1Gi')
    expect(volumes.filter(({ name }: { name: string }) => name === 'temp')).toEqual([{ name: 'temp', emptyDir: { medium: 'Memory' } }])
    expect(tolerations).toEqual([{ key: 'flux', operator: 'Exists' }])
    const helm = deployment(objects, 'helm-controller').spec.template.spec.containers[0].args
    expect(helm.filter((arg: string) => arg.startsWith('--feature-gates'))).toEqual(['--feature-gates=DetectDrift=true,OOMWatch=true'])
    expect(deployment(objects, 'image-reflector-controller').spec.template.spec.tolerations).toBeUndefined()
  })

  test('take what is not asked for out, and change namespace and registry', async () => {
    const asked = flux(version, {
      networkPolicy: false,
      namespace: 'gitops',
      registry: 'registry.example.com/flux',
      imagePullSecret: 'pull',
    })
    const objects = await patchedFlux(version, { namespace: 'gitops', images: images(asked), patches: installPatches(asked) })

    expect(objects.filter(({ kind }) => kind === 'NetworkPolicy')).toEqual([])
    expect(objects.filter(({ kind }) => kind === 'Deployment').map(({ metadata }) => metadata.name)).toEqual([
      'helm-controller',
      'kustomize-controller',
      'notification-controller',
      'source-controller',
    ])
    const [source] = deployment(objects, 'source-controller').spec.template.spec.containers
    expect(source.image).toMatch(/^registry\.example\.com\/flux\/source-controller:v/)
    expect(source.args.findLast((arg: string) => arg.startsWith('--storage-adv-addr'))).toBe(
      '--storage-adv-addr=source-controller.gitops.svc.cluster.local.',
    )
    expect(objects.find(({ kind }) => kind === 'ServiceAccount').imagePullSecrets).toEqual([{ name: 'pull' }])
  })
})

describe.each([
  ['layers', 'git', 'clusters/prod-eu'],
  ['layers', 'git', 'kubernetes/flux/config'],
  ['layers', 'operator', 'kubernetes/main/flux'],
  ['layers', 'kustomize', 'clusters/prod-eu'],
  ['overlays', 'git', 'applications/overlays/prod-eu'],
  ['overlays', 'kustomize', 'clusters/prod-eu'],
  ['oci', 'kustomize', 'cluster/flux'],
] as const)('layout %s by style %s in %s', (kind, style, path) => {
  test('is built by kubectl, folder by folder', async () => {
    const file = clusterFile({ path, style, layout: { kind, sampleApp: true, substitutionOptOut: kind !== 'overlays' } })
    const texts = { ...laidOut(file), [`${path}/flux-system/kustomization.yaml`]: 'resources: []\n' }
    const dir = await laid(`${kind}-${style}-${path.replaceAll('/', '-')}`, texts)
    const folders = Object.keys(texts)
      .filter((each) => each.endsWith('/kustomization.yaml') && !each.includes('/bootstrap/'))
      .map(dirname)

    const objects = (await Promise.all(folders.map((folder) => built(join(dir, folder))))).flat()

    expect(objects.some((object) => object.kind === 'ConfigMap' && object.metadata.name === 'sample-app')).toBe(true)
    expect(objects.filter(({ apiVersion }) => apiVersion === undefined)).toEqual([])
  })
})
