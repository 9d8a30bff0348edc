// Why managedFields of other people's objects are looked at: a real API server refuses to apply an object that is still owned in an older
// API version, and flux-ops names it before.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readCrds } from '../../../src/actions/cluster-survey.ts'
import { lookAtThirdParties } from '../../../src/actions/third-party-fields.ts'
import { systemClock } from '../../../src/adapters/clock.ts'
import { type OpenWorld, openWorld } from '../../../src/adapters/context.ts'
import { createRedactor } from '../../../src/adapters/redactor.ts'
import { createRunStore } from '../../../src/adapters/run-store.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { environment } from '../../../src/sandbox/index.ts'
import { eventually, type Scratch, scratch } from '../../sandbox/scratch.ts'

let world: Scratch
let open: OpenWorld

const version = (name: string, storage: boolean, more: object = {}) => {
  const spec = { type: 'object', properties: { port: { type: 'integer' }, ...more } }
  const status = { type: 'object', properties: { phase: { type: 'string' } } }
  return {
    name,
    served: true,
    storage,
    subresources: { status: {} },
    schema: { openAPIV3Schema: { type: 'object', properties: { spec, status } } },
  }
}

const OLD = [version('v1beta1', true)]
const BOTH = [version('v1beta1', false), version('v1', true)]
const NEW_DEFAULT = [version('v1beta1', false), version('v1', true, { access: { type: 'string', default: 'deny' } })]

const crd = (versions: object[]) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'servers.example.org' },
  spec: { group: 'example.org', scope: 'Namespaced', names: { kind: 'Server', plural: 'servers', singular: 'server' }, versions },
})

const server = (apiVersion: string, port: number) => ({
  apiVersion: `example.org/${apiVersion}`,
  kind: 'Server',
  metadata: { name: 'web', namespace: 'default' },
  spec: { port },
})

/** What kustomize-controller leaves in its status. */
const kustomization = {
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name: 'apps', namespace: 'flux-system' },
  status: { inventory: { entries: [{ id: 'default_web_example.org_Server', v: 'v1' }] } },
} as unknown as KubeObject

async function kubectl(object: object, ...args: string[]): Promise<string> {
  const file = join(world.root, 'object.json')
  await writeFile(file, JSON.stringify(object))
  return world.kubectl([...args, '--filename', file], 'fields')
}

const apply = (object: object): Promise<string> => kubectl(object, 'apply', '--server-side', '--field-manager', 'kustomize-controller')
const tryApply = (object: object): Promise<string> =>
  kubectl(object, 'apply', '--server-side', '--field-manager', 'kustomize-controller', '--dry-run=server')

const look = async () => lookAtThirdParties(open.world.kube, [kustomization], (await readCrds(open.world.kube)).names)

beforeAll(async () => {
  world = await scratch()
  const { dir } = await world.up('fields')
  const redactor = createRedactor()
  const runs = createRunStore({ root: join(world.root, 'runs'), clock: systemClock, redactor, pid: process.pid })
  const signal = new AbortController().signal
  open = await openWorld({ env: environment({ dir }), namespace: 'flux-system', runs, redactor, signal, userAgent: 'flux-ops/test' })
  const served = (what: string, object: object) => eventually(`${what} to be served`, async () => (await apply(object)) !== '')
  await apply(crd(OLD))
  await served('v1beta1', server('v1beta1', 80))
  // The operator of that kind writes its status in the version that it was built with.
  const status = JSON.stringify({ status: { phase: 'Ready' } })
  const patch = ['patch', 'servers.v1beta1.example.org', 'web', '--subresource=status', '--type=merge', '--field-manager=operator']
  await world.kubectl([...patch, '--patch', status], 'fields')
  await apply(crd(BOTH))
  await served('v1', server('v1', 81))
  await apply(crd(NEW_DEFAULT))
  await eventually('the new default', async () => (await kubectl(server('v1', 81), 'get', '--output', 'json')).includes('"access": "deny"'))
})

afterAll(async () => {
  open?.close()
  await world?.remove()
})

test('an object that is owned in an older version is refused by the API server once a new one has a default', async () => {
  await expect(tryApply(server('v1', 82))).rejects.toThrow(/access: field not declared in schema/)
})

test('it is named before, from its metadata alone', async () => {
  const { found, left } = await look()

  expect(left).toEqual([])
  expect(found).toEqual([
    {
      group: 'example.org',
      kind: 'Server',
      where: 'Server default/web',
      named: ['v1beta1'],
      applied: 'v1',
      by: 'Kustomization flux-system/apps',
    },
  ])
})

test('once it is owned in the new version it is applied, and no longer named', async () => {
  const object = JSON.parse(await kubectl(server('v1', 81), 'get', '--show-managed-fields', '--output', 'json')) as KubeObject
  const managedFields = (object.metadata.managedFields ?? []).map((entry) => ({ ...entry, apiVersion: 'example.org/v1' }))
  const patch = JSON.stringify([{ op: 'replace', path: '/metadata/managedFields', value: managedFields }])
  await world.kubectl(['patch', 'servers.v1.example.org', 'web', '--type=json', '--patch', patch], 'fields')

  expect(await tryApply(server('v1', 82))).toContain('serverside-applied')
  expect((await look()).found).toEqual([])
})
