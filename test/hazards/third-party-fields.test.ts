// An object of somebody else's kind that is applied as v1, while its operator has written the status as v1beta1: the API server checks every apply
// against the oldest version that managedFields name.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitUntil } from '../../src/sandbox/processes.ts'
import { type HazardDesk, hazardDesk } from './desk.ts'

const FOLDER = 'cluster/apps/default'
const CRD = `${FOLDER}/servers-crd.yaml`
const SERVER = `${FOLDER}/server.yaml`
const KUSTOMIZATION = `${FOLDER}/kustomization.yaml`

const version = (name: string, storage: boolean, more = ''): string => `    - name: ${name}
      served: true
      storage: ${storage}
      subresources: {status: {}}
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
                port: {type: integer}${more}
            status: {type: object, properties: {phase: {type: string}}}
`
const ACCESS = '\n                access: {type: string, default: deny}'
const crd = (...versions: string[]): string => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: servers.example.org
spec:
  group: example.org
  scope: Namespaced
  names: {kind: Server, plural: servers, singular: server}
  versions:
${versions.join('')}`
const server = (apiVersion: string, port: number): string => `apiVersion: example.org/${apiVersion}
kind: Server
metadata:
  name: web
  namespace: default
spec:
  port: ${port}
`

let desk: HazardDesk

beforeAll(async () => {
  desk = await hazardDesk()
  await desk.applied({
    [CRD]: () => crd(version('v1beta1', true)),
    [SERVER]: () => server('v1beta1', 80),
    [KUSTOMIZATION]: (text) => `${text}  - ./servers-crd.yaml\n  - ./server.yaml\n`,
  })
  // The operator of that kind, built with v1beta1.
  const status = JSON.stringify({ status: { phase: 'Ready' } })
  const patch = ['patch', 'servers.v1beta1.example.org', 'web', '--subresource=status', '--type=merge', '--field-manager=operator']
  await desk.kubectl('-n', 'default', ...patch, '--patch', status)
  await desk.applied({ [CRD]: () => crd(version('v1beta1', false), version('v1', true)), [SERVER]: () => server('v1', 81) })
})
afterAll(async () => desk?.release())

test('is named before anything is written, with the object, who applies it, and both versions', async () => {
  const before = await desk.world()

  const said = await desk.plan()

  expect(said.code).toBe(0)
  expect(said.text).toMatch(/⚠ third-party-managed-fields +1 object may end with "field not declared in schema" once their CRD changes/)
  expect(said.text).toMatch(
    /Server default\/web +is applied as v1 by Kustomization flux-system\/cluster-apps, its managedFields still name v1beta1/,
  )
  expect(said.text).toContain('→ flux-operator migrate resources --api-version=example.org/v1 --kind=Server --all-namespaces --dry-run')
  expect(await desk.world()).toEqual(before)
})

test('in the plain way is applied until v1 has a new field, then fails, and flux check is content', async () => {
  await desk.plainUpgrade()
  await desk.pushed({ [CRD]: () => crd(version('v1beta1', false), version('v1', true, ACCESS)) })

  const message = 'jsonpath={.status.conditions[?(@.type=="Ready")].message}'
  const read = () => desk.kubectl('-n', 'flux-system', 'get', 'kustomization', 'cluster-apps', '-o', message)
  await waitUntil('the Kustomization to fail', async () => (await read()).includes('dry-run failed'), { withinMs: 300_000 })
  expect(await read()).toContain('Server/default/web dry-run failed: .spec.access: field not declared in schema')
  expect(await desk.fluxInClone('check')).toContain('all checks passed')
})
