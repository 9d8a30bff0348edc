// What is written into the empty cluster of a rehearsal, and in which order.
import { expect, test } from 'vitest'
import { DEPLOYMENT } from '../../../src/actions/resources.ts'
import { bare } from '../../../src/flux/installation/bare.ts'
import type { Context } from '../../../src/ports/context.ts'
import type { KubeObject, ObjectName, Resource } from '../../../src/ports/kube.ts'
import { replant } from '../../../src/rehearsal/replant.ts'
import { flux } from './objects.ts'

const OWNED = [{ manager: 'kubectl', operation: 'Apply', apiVersion: 'apps/v1' }]

interface Written {
  readonly did: string
  readonly body: unknown
}

function emptyCluster(): { ctx: Context; written: Written[] } {
  const written: Written[] = []
  const kube = {
    create: async (resource: Resource, object: KubeObject) => {
      written.push({ did: `create ${resource.kind} ${object.metadata.name}`, body: object })
      return object
    },
    patch: async (resource: Resource, name: ObjectName, _type: string, body: KubeObject) => {
      written.push({ did: `patch ${resource.kind} ${name.name}`, body })
      return body
    },
    kinds: async () => [],
    serves: async () => true,
  }
  const clock = { now: () => new Date(0), sleep: async () => undefined }
  return { ctx: { kube, clock, signal: new AbortController().signal, progress: () => undefined } as unknown as Context, written }
}

const deployment: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'source-controller', namespace: 'flux-system', uid: 'u', resourceVersion: '7', managedFields: OWNED },
  spec: { replicas: 1 },
}
const source = flux('GitRepository', 'home', { url: 'https://github.com/me/home' })
const provider = flux('Provider', 'slack', { type: 'slack' })
const secret = { namespace: 'flux-system', name: 'token', type: 'Opaque', keys: ['token'] }

async function planted(): Promise<Written[]> {
  const { ctx, written } = emptyCluster()
  await replant(ctx, {
    captured: {
      namespace: 'flux-system',
      crds: [],
      objects: [source, provider],
      system: [{ resource: DEPLOYMENT, object: deployment }],
      secrets: [secret],
    },
    holds: [{ object: provider, why: 'nothing is sent' }],
    forged: { ageKey: '', files: new Set(), values: {} },
    own: (object) => object,
  })
  return written
}

test('the controllers come last, when all that they read is there, with the field managers that they had', async () => {
  const written = await planted()

  expect(written.map(({ did }) => did)).toEqual([
    'create Namespace flux-system',
    'create Secret token',
    'create GitRepository home',
    'create Provider slack',
    'create Deployment source-controller',
    'patch Deployment source-controller',
  ])
  expect(written.at(-1)?.body).toEqual({ metadata: { managedFields: OWNED } })
})

test('what is held is suspended from its first moment on', async () => {
  const written = await planted()

  expect(written.find(({ did }) => did === 'create Provider slack')?.body).toMatchObject({ spec: { type: 'slack', suspend: true } })
})

test('nothing that only a server sets is written', () => {
  const object = { ...deployment, status: { replicas: 1 }, metadata: { ...deployment.metadata, ownerReferences: [], finalizers: ['x'] } }

  expect(bare(object)).toEqual({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'source-controller', namespace: 'flux-system' },
    spec: { replicas: 1 },
  })
})
