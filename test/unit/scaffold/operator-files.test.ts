// What stands in git of a Flux that the Flux Operator keeps.
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { type OperatorFacts, operatorFiles } from '../../../src/scaffold/operator-files.ts'
import { type Asked, clusterFile, RECIPIENT, read, type Thing } from './desk.ts'

const FACTS: OperatorFacts = { openshift: false, serviceMonitors: true, pullSecret: true }

const filesOf = (flux: object = {}, more: Asked = {}, facts: Partial<OperatorFacts> = {}): Record<string, string> =>
  Object.fromEntries(
    operatorFiles(clusterFile({ style: 'operator', flux, ...more }), { ...FACTS, ...facts }).map(({ path, text }) => [path, text]),
  )

const FOLDER = 'clusters/prod-eu/flux-system'

const instanceOf = (...args: Parameters<typeof filesOf>): Thing => parse(filesOf(...args)[`${FOLDER}/flux-instance.yaml`] ?? '').spec
const releaseOf = (...args: Parameters<typeof filesOf>): Thing[] => read(filesOf(...args)[`${FOLDER}/flux-operator.yaml`] ?? '')

test('three files lie in the folder of Flux, and its kustomization file lists the other two', () => {
  const files = filesOf()

  expect(Object.keys(files)).toEqual([`${FOLDER}/flux-operator.yaml`, `${FOLDER}/flux-instance.yaml`, `${FOLDER}/kustomization.yaml`])
  expect(parse(files[`${FOLDER}/kustomization.yaml`] ?? '').resources).toEqual(['flux-operator.yaml', 'flux-instance.yaml'])
})

test('a FluxInstance says release, controllers, network policy and what is followed, and nothing that is as it is by itself', () => {
  expect(instanceOf()).toEqual({
    distribution: { version: '2.9.2', registry: 'ghcr.io/fluxcd' },
    components: ['source-controller', 'kustomize-controller', 'helm-controller', 'notification-controller'],
    cluster: { type: 'kubernetes', networkPolicy: true },
    sync: {
      kind: 'GitRepository',
      url: 'https://git.example.com/acme/fleet.git',
      ref: 'refs/heads/main',
      path: './clusters/prod-eu',
      interval: '1m0s',
      pullSecret: 'flux-system',
    },
  })
})

test('each field of the file that a FluxInstance has a place for stands there', () => {
  const commonMetadata = { labels: { 'app.kubernetes.io/name': 'flux' } }
  const operator = { version: '0.58.1', clusterType: 'aws', size: 'large', multitenant: true, commonMetadata }
  const flux = {
    registry: 'mirror.example.com/fluxcd',
    imagePullSecret: 'registry',
    networkPolicy: false,
    clusterDomain: 'k8s.example.com',
    componentsExtra: ['source-watcher'],
  }

  const spec = instanceOf({ ...flux, operator })

  expect(spec.distribution).toEqual({ version: '2.9.2', registry: 'mirror.example.com/fluxcd', imagePullSecret: 'registry' })
  expect(spec.cluster).toEqual({ type: 'aws', size: 'large', networkPolicy: false, multitenant: true, domain: 'k8s.example.com' })
  expect(spec.commonMetadata).toEqual(commonMetadata)
  expect(spec.components).toContain('source-watcher')
})

test('settings, log level, taints, key and submodules become patches', () => {
  const flux = { settings: { concurrent: 20, inMemoryBuild: true }, logLevel: 'debug', tolerationKeys: ['node/flux'] }

  const { patches } = instanceOf(flux, { sops: { key: { file: 'key', recipient: RECIPIENT } }, git: { recurseSubmodules: true } }).kustomize

  const text = JSON.stringify(patches)
  for (const part of [
    '--concurrent=20',
    '--log-level=debug',
    'medium: Memory',
    'key: node/flux',
    'name: sops-age',
    '/spec/recurseSubmodules',
  ])
    expect(text).toContain(part)
})

test('a cluster that serves what OpenShift serves is of that type, unless the file says another', () => {
  expect(instanceOf({}, {}, { openshift: true }).cluster.type).toBe('openshift')
  expect(instanceOf({ operator: { clusterType: 'kubernetes' } }, {}, { openshift: true }).cluster.type).toBe('kubernetes')
})

test('a repository that asks for nothing gets no Secret', () => {
  expect(instanceOf({}, {}, { pullSecret: false }).sync).not.toHaveProperty('pullSecret')
})

test('the operator is a HelmRelease of its chart at one version, and nothing prunes it', () => {
  const [source, release] = releaseOf({ operator: { version: '0.58.1' } })

  expect(source.spec).toEqual({
    interval: '1h',
    url: 'oci://ghcr.io/controlplaneio-fluxcd/charts/flux-operator',
    ref: { tag: '0.58.1' },
  })
  expect(release.spec).toEqual({ interval: '1h', chartRef: { kind: 'OCIRepository', name: 'flux-operator' } })
  for (const { metadata } of [source, release]) expect(metadata.annotations).toEqual({ 'kustomize.toolkit.fluxcd.io/prune': 'disabled' })
})

test('the chart gets a mirror, its Secret, taints, and a ServiceMonitor where the cluster knows such', () => {
  const operator = { registry: 'mirror.example.com/cp', insecureRegistry: true, multitenant: true }
  const flux = { operator, imagePullSecret: 'registry', tolerationKeys: ['node/flux'], settings: { monitors: ['ServiceMonitor'] } }

  const [source, release] = releaseOf(flux)

  expect(source.spec).toMatchObject({ url: 'oci://mirror.example.com/cp/charts/flux-operator', insecure: true })
  expect(release.spec.serviceAccountName).toBe('helm-controller')
  expect(release.spec.values).toEqual({
    serviceMonitor: { create: true },
    image: { repository: 'mirror.example.com/cp/flux-operator', pullSecrets: [{ name: 'registry' }] },
    tolerations: [{ key: 'node/flux', operator: 'Exists' }],
  })
  expect(releaseOf(flux, {}, { serviceMonitors: false })[1].spec.values).not.toHaveProperty('serviceMonitor')
})

test('what looks like a variable in the FluxInstance is not filled in by Flux', () => {
  const files = filesOf({ operator: { commonMetadata: { annotations: { note: ['$', '{TEAM}'].join('') } } } })

  expect(parse(files[`${FOLDER}/flux-instance.yaml`] ?? '').metadata.annotations).toMatchObject({
    'kustomize.toolkit.fluxcd.io/substitute': 'disabled',
  })
})
