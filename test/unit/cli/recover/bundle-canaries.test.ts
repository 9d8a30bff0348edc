// Secrets planted in every place that an API server or a log can have: none of them is in a bundle, in any spelling.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Snapshot } from '../../../../src/diagnosis/snapshot.ts'
import type { KubeObject } from '../../../../src/ports/kube.ts'
import { known } from '../../../secrets/known-secrets.ts'
import { controller } from '../../actions/snapshot-desk.ts'
import { SHAPES, WORDS } from '../../diagnosis/bundle/canaries.ts'
import { troubled } from '../../diagnosis/hostile.ts'
import { AT } from '../../diagnosis/objects.ts'
import { filesOf, take } from './bundle-desk.ts'

const spread = (value: unknown, to: (value: Record<string, unknown>) => Record<string, unknown>): unknown =>
  Array.isArray(value)
    ? value.map((one) => spread(one, to))
    : typeof value === 'object' && value !== null
      ? to(Object.fromEntries(Object.entries(value).map(([key, one]) => [key, spread(one, to)])))
      : value

const LISTS = ['objects', 'deployments', 'pods', 'events', 'namespaces'] as const

/** One with everything that an API server gives beside what a diagnosis reads. */
function rich(word: () => string): (object: KubeObject) => KubeObject {
  return (object) => ({
    ...object,
    data: { key: word() },
    stringData: { key: word() },
    metadata: {
      ...object.metadata,
      annotations: {
        ...object.metadata.annotations,
        'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ spec: { values: { password: word() } } }),
        'example.com/note': word(),
        'deployment.kubernetes.io/desired-note': '1',
      },
      labels: { ...object.metadata.labels, 'example.com/owner': word(), [word()]: 'a' },
      managedFields: [
        {
          manager: 'kubectl',
          operation: 'Apply',
          fieldsV1: { 'f:spec': { [`k:{"name":"${word()}"}`]: {}, 'f:suspend': {}, [`v:"${word()}"`]: {} } },
        },
      ],
    },
    spec: {
      ...object.spec,
      values: { db: { password: word() }, list: [word()] },
      valuesFrom: [{ kind: 'Secret', name: 'a', value: word() }],
      postBuild: { substitute: { TOKEN: word() }, substituteFrom: [{ kind: 'Secret', name: 'a', data: word() }] },
      patches: [{ patch: word(), target: { kind: 'Deployment' } }],
      postRenderers: [{ kustomize: { patches: [{ patch: word() }] } }],
      commonMetadata: { labels: { a: word() }, annotations: { a: word() } },
      healthCheckExprs: [{ current: word() }],
      address: word(),
      channel: word(),
      username: word(),
      summary: word(),
      eventMetadata: { a: word() },
      template: {
        ...object.spec?.template,
        metadata: { annotations: { a: word() }, labels: { a: word() } },
        spec: {
          volumes: [{ secret: { secretName: word() } }],
          imagePullSecrets: [{ name: word() }],
          containers: [
            ...(object.spec?.template?.spec?.containers ?? []),
            {
              name: 'c',
              image: 'i:v1',
              command: ['sh', word()],
              args: [`--token=${word()}`, word(), '--log-level=info', '--password', word(), `--storage-url=${word()}`],
              env: [{ name: 'A', value: word(), valueFrom: { secretKeyRef: { name: word() } } }],
              envFrom: [{ secretRef: { name: word() } }],
              resources: { limits: { memory: '1Gi', odd: word() } },
            },
          ],
        },
      },
    },
    status: { ...object.status, webhookPath: `/hook/${word()}`, observedPostRenderersDigest: word(), url: word() },
  })
}

const everywhere = (snapshot: Snapshot, change: (object: KubeObject) => KubeObject): Snapshot => ({
  ...snapshot,
  ...Object.fromEntries(LISTS.map((list) => [list, snapshot[list].map(change)])),
})

const base = (message = 'kustomize build failed'): Snapshot => {
  const snapshot = troubled(message)
  const namespaces = [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a', deletionTimestamp: AT } }]
  return { ...snapshot, deployments: [...snapshot.deployments, controller()], namespaces }
}

const found = (files: Readonly<Record<string, string>>, secrets: readonly string[]): string[] =>
  secrets.flatMap((secret) =>
    known(secret, secret).spellings.flatMap((spelling) =>
      Object.entries(files).flatMap(([name, text]) => (text.includes(spelling) ? [`${secret} in ${name}`] : [])),
    ),
  )

describe('a word that nothing but its place gives away', () => {
  const words = (): { word: () => string; all: string[] } => {
    const all: string[] = []
    const word = (): string => {
      all.push(`canary${all.length}x${'qwzv'[all.length % 4]}`)
      return all.at(-1) as string
    }
    return { word, all }
  }

  test('is in none of the places that hold values', async () => {
    const { word, all } = words()

    const files = await filesOf(await take(everywhere(base(), rich(word))))

    expect(all.length).toBeGreaterThan(400)
    expect(found(files, all)).toEqual([])
  })

  test('is in no field that nobody has thought of, at any depth', async () => {
    const { word, all } = words()
    const seen = base()
    const planted = spread(seen, (value) => ({ ...value, unthought: word(), [word()]: { a: word() } })) as Snapshot
    // What selects pods is kept, whatever it is called.
    const deployments = planted.deployments.map((one, at) => ({
      ...one,
      spec: { ...one.spec, selector: seen.deployments[at]?.spec.selector },
    }))

    const files = await filesOf(await take({ ...planted, deployments }))

    expect(all.length).toBeGreaterThan(300)
    expect(found(files, all)).toEqual([])
  })

  test('of a name that is kept it is still there: the search would find it', async () => {
    const files = await filesOf(
      await take(everywhere(base(), (object) => ({ ...object, metadata: { ...object.metadata, name: 'canary' } }))),
    )

    expect(found(files, ['canary']).length).toBeGreaterThan(0)
  })
})

/** A text with a secret in it behind every text but names. */
const inEveryText = (snapshot: Snapshot, text: string): Snapshot =>
  spread(snapshot, (value) =>
    Object.fromEntries(
      Object.entries(value).map(([key, one]) => [
        key,
        typeof one === 'string' && !/^(name|namespace|kind|apiVersion|uid|takenAt)$/.test(key) ? `${one} ${text}` : one,
      ]),
    ),
  ) as Snapshot

describe('a secret by its shape', () => {
  test.each(Object.entries(SHAPES))('%s is in no text', async (_title, planted) => {
    await fc.assert(
      fc.asyncProperty(planted, async ({ text, secret }) => {
        const log = `${text}\n${JSON.stringify({ level: 'error', msg: text, error: text })}\n`
        const snapshot = base(text)
        const seen = inEveryText({ ...snapshot, unseen: [] }, text)

        const files = await filesOf(
          await take(
            { ...seen, deployments: [...seen.deployments, ...snapshot.deployments], pods: [...seen.pods, ...snapshot.pods] },
            async () => log,
          ),
        )

        expect(Object.keys(files).some((name) => name.startsWith('logs/'))).toBe(true)
        expect(found(files, [secret])).toEqual([])
      }),
      { numRuns: 4 },
    )
  })

  test('and a word that is known to be secret is in none', async () => {
    await fc.assert(
      fc.asyncProperty(WORDS, async (word) => {
        const files = await filesOf(await take(base(`password=${word}`), async () => `token: ${word}\n`))

        expect(found(files, [word])).toEqual([])
      }),
      { numRuns: 10 },
    )
  })
})
