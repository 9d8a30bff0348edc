// The drill of a whole installation: bootstrapped, filled, lost, restored, and the same again. It prints how long the restore took.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { RestoreDesk } from '../runbooks/restore/desk.ts'

let desk: RestoreDesk
let host: string

beforeAll(async () => {
  desk = await RestoreDesk.open()
  await desk.boot.reset()
  host = await desk.boot.registry()
})
afterAll(() => desk?.close())

const APPS = 24
const PER_APP = 7

const yaml = (...objects: object[]): string => objects.map((object) => stringify(object)).join('---\n')

const name = (at: number): string => `app-${String(at).padStart(2, '0')}`

const kustomization = (app: string, more: object = {}): object => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name: app, namespace: 'flux-system' },
  spec: {
    interval: '10m',
    path: `./apps/${app}`,
    prune: true,
    wait: true,
    targetNamespace: app,
    sourceRef: { kind: 'GitRepository', name: 'flux-system' },
    decryption: { provider: 'sops', secretRef: { name: 'sops-age' } },
    ...more,
  },
})

const configMap = (app: string, at: number, value = 'as it was'): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: `${app}-${at}` },
  data: { value },
})

const release = (app: string): object => ({
  apiVersion: 'helm.toolkit.fluxcd.io/v2',
  kind: 'HelmRelease',
  metadata: { name: 'hello', namespace: app },
  spec: {
    interval: '10m',
    chart: { spec: { chart: 'hello', version: '1.0.0', sourceRef: { kind: 'HelmRepository', name: 'charts', namespace: 'flux-system' } } },
    values: { message: app, replicas: 1 },
  },
})

const CHARTS = (): object => ({
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'HelmRepository',
  metadata: { name: 'charts', namespace: 'flux-system' },
  spec: { type: 'oci', interval: '1h', insecure: true, url: `oci://${host}/charts` },
})

const namespace = (app: string): object => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: app } })

/** Every third has a sealed Secret, every fifth a HelmRelease; each waits for the one five before it. */
async function filled(): Promise<Record<string, string>> {
  const files: Record<string, string> = { 'clusters/prod/charts.yaml': yaml(CHARTS()) }
  for (let at = 0; at < APPS; at++) {
    const app = name(at)
    const after = at >= 5 ? { dependsOn: [{ name: name(at - 5) }] } : {}
    files[`clusters/prod/${app}.yaml`] = yaml(namespace(app), kustomization(app, after))
    const maps = Array.from({ length: PER_APP }, (_, index) => configMap(app, index))
    files[`apps/${app}/all.yaml`] = yaml(...maps, ...(at % 5 === 0 ? [release(app)] : []))
    if (at % 3 === 0) files[`apps/${app}/secret.sops.yaml`] = await desk.sealed('sealed', app, `value of ${app}`)
  }
  return files
}

const byHand = (): string =>
  yaml(
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'by-hand', namespace: 'flux-system' }, stringData: { LEVEL: 'high' } },
    {
      ...kustomization('by-hand', {
        path: './apps/app-01',
        targetNamespace: 'default',
        postBuild: { substituteFrom: [{ kind: 'Secret', name: 'by-hand' }] },
      }),
    },
    {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      metadata: { name: 'asleep', namespace: 'flux-system' },
      spec: { interval: '10m', url: `${desk.boot.server}/fleet.git`, ref: { branch: 'main' }, secretRef: { name: 'flux-system' } },
    },
    kustomization('of-the-one-asleep', {
      path: './apps/app-02',
      targetNamespace: 'default',
      sourceRef: { kind: 'GitRepository', name: 'asleep' },
    }),
  )

const kubectl = (...args: string[]): Promise<string> => desk.boot.kubectl(...args)

async function suspend(...objects: string[]): Promise<void> {
  const said = await desk.boot.start(['suspend', ...objects, '--reason', 'disks are moved', '--yes'])
  expect(said, `${said.stdout}${said.stderr}`).toMatchObject({ code: 0 })
}

test('a cluster of two hundred objects that is lost is what it was after its restore', async () => {
  const key = { key: { generate: 'x25519' }, backup: { recipients: [desk.recipient], out: await desk.boot.folder() } }
  const built = await desk.boot.bootstrap(await desk.boot.file({ sops: key }))
  expect(built, built.stdout).toMatchObject({ code: 0 })
  await desk.boot.push(await filled())
  await desk.fetch()
  await desk.settled(APPS + 7)
  await desk.apply(byHand())
  await desk.settled(APPS + 10)
  await suspend('ks/app-03', 'ks/app-10', 'hr/app-05/hello', 'gitrepo/asleep')
  // What is suspended stays at what it was, whatever git says by now.
  await desk.boot.push({
    'apps/app-10/all.yaml': yaml(configMap('app-10', 0, 'newer'), release('app-10')),
    'apps/app-11/more.yaml': yaml(configMap('app-11', 9)),
  })
  await desk.fetch()
  await kubectl('-n', 'app-11', 'wait', '--for=create', 'configmap/app-11-9', '--timeout=60s')
  // Flux holds back whatever depends on one that is suspended at an older commit.
  await desk.settled(APPS + 10, /^app-(08|13|15|18|20|23)$/)
  const before = await desk.everything()
  expect(Object.keys(before).length).toBeGreaterThanOrEqual(200)
  const file = await desk.backup()

  await desk.lose(desk.boot.registry)
  expect(await kubectl('get', 'namespaces', '-o', 'name')).not.toContain('flux-system')
  const began = performance.now()
  const said = await desk.restore(file)
  const seconds = (performance.now() - began) / 1000

  expect(said, `${said.stdout}${said.stderr}`).toMatchObject({ code: 0 })
  expect(await desk.everything()).toEqual(before)
  process.stdout.write(`restore drill: ${Object.keys(before).length} objects, back in ${seconds.toFixed(1)} s\n`)
})
