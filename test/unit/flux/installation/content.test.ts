// A backup as text: what goes in comes out, and kubectl can read what stands in it.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { type Content, contentText, PARTS, readContent } from '../../../../src/flux/installation/content.ts'
import type { KubeObject } from '../../../../src/ports/kube.ts'

const SECRETS = { group: '', version: 'v1', plural: 'secrets', kind: 'Secret', namespaced: true }

const header: Content['header'] = {
  taken: '2026-11-22T12:00:00.000Z',
  fluxOps: '0.1.0',
  context: 'prod',
  uid: 'u',
  kubernetes: 'v1.34.4',
  namespace: 'flux-system',
  flux: '2.9.2',
  keptBy: 'a Kustomization',
  sources: [],
  suspended: [],
  waiting: [],
  leftOut: [],
}

const contentWith = (objects: readonly KubeObject[]): Content => ({
  header,
  parts: {
    ...(Object.fromEntries(PARTS.map((part) => [part, []])) as unknown as Content['parts']),
    secrets: objects.map((object) => ({ resource: SECRETS, object })),
  },
  expected: [{ apiVersion: 'v1', kind: 'A', metadata: { name: 'a' }, spec: { a: '# part secrets\n---' } }],
})

const secret = (data: Record<string, string>, more: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'keys', namespace: 'flux-system', managedFields: [{ manager: 'kubectl', operation: 'Apply' }] },
  data,
  ...more,
})

describe('a backup as text', () => {
  test('comes out as it went in, whatever stands in it', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), { maxKeys: 4 }), (data) => {
        const content = contentWith([secret(data)])

        expect(readContent(contentText(content), 'x')).toEqual(content)
      }),
    )
  })

  test('is YAML whose documents are the objects, without what kubectl refuses', () => {
    const data = { a: '\u0085\u2028---\n# part crds', b: 'é' }
    const documents = parseAllDocuments(contentText(contentWith([secret(data), secret({})]))).map((document) => document.toJS())

    expect(documents.filter((one) => one !== null)).toEqual([
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keys', namespace: 'flux-system' }, data },
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keys', namespace: 'flux-system' }, data: {} },
    ])
  })

  test('keeps a status and the generation that it speaks of, and drops what a server sets', () => {
    const object = secret({}, { status: { observedGeneration: 7 } })
    const whole = {
      ...object,
      metadata: { ...object.metadata, generation: 7, uid: 'u', resourceVersion: '1', creationTimestamp: 'x', finalizers: ['f'] },
    }

    const [found] = readContent(contentText(contentWith([whole])), 'x').parts.secrets

    expect(found?.object).toEqual({ ...object, metadata: { ...object.metadata, generation: 7 } })
  })

  test.each([
    ['nothing', ''],
    ['a backup of keys', '# flux-ops age keys, format 1\nAGE-SECRET-KEY-1'],
    ['another format', '# flux-ops-installation/2 {}'],
    ['a header that is cut off', '# flux-ops-installation/1 {"taken":'],
    ['a header without a time', '# flux-ops-installation/1 {"fluxOps":"1"}'],
    [
      'an object outside of any part',
      `# flux-ops-installation/1 ${JSON.stringify(header)}\n{"apiVersion":"v1","kind":"Secret","metadata":{"name":"TOP-SECRET"}}`,
    ],
    [
      'an object without its line',
      `# flux-ops-installation/1 ${JSON.stringify(header)}\n# part secrets\n{"apiVersion":"v1","kind":"Secret","metadata":{"name":"TOP-SECRET"}}`,
    ],
    ['a part that is not known', `# flux-ops-installation/1 ${JSON.stringify(header)}\n# part TOP-SECRET`],
  ])('is refused where it is %s, and nothing of it is repeated', (_what, text) => {
    expect(() => readContent(text, 'x.age')).toThrow(
      expect.objectContaining({ exit: 'usage', message: expect.not.stringContaining('TOP-SECRET') }),
    )
  })
})
