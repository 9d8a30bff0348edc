// What changes in a Secret when a key goes, and whose Secret it is.
import { describe, expect, test } from 'vitest'
import { whoKeeps, withoutKeyIn } from '../../../../runbooks/age-rotate/cluster/key-secrets.ts'
import type { KubeObject } from '../../../../src/ports/kube.ts'
import { keyFileOf } from '../../../../src/sops/keys/generate.ts'
import { nextKey, oldKey, otherKey } from './a-plan.ts'

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const file = (...keys: (typeof oldKey)[]): string => keys.map((key) => keyFileOf(key, '2026-11-22T03:12:00Z').reveal()).join('')

describe('a Secret without a key', () => {
  const gone = (data: Record<string, string>, annotations: Record<string, string> = {}) =>
    withoutKeyIn(Object.fromEntries(Object.entries(data).map(([name, text]) => [name, base64(text)])), annotations, oldKey)

  test('loses an entry that holds nothing else, and no other', () => {
    expect(gone({ 'age.agekey': file(oldKey), 'run.agekey': file(nextKey), note: 'x' })).toEqual({ data: { 'age.agekey': null } })
  })

  test('keeps the other keys of an entry, as they stand there', () => {
    expect(gone({ 'keys.agekey': `# ours\n${file(otherKey, oldKey)}` })).toEqual({
      data: { 'keys.agekey': base64(`# ours\n${file(otherKey)}`) },
    })
  })

  test('loses it in every entry, also in those that Flux does not read', () => {
    expect(gone({ 'a.agekey': file(oldKey), identity: oldKey.secret.reveal(), 'b.agekey': file(oldKey, nextKey) })).toEqual({
      data: { 'a.agekey': null, identity: null, 'b.agekey': base64(file(nextKey)) },
    })
  })

  test('loses it where Windows has ended the lines', () => {
    expect(gone({ 'a.agekey': file(oldKey).replaceAll('\n', '\r\n') })).toEqual({ data: { 'a.agekey': null } })
  })

  test('is left alone where it does not hold the key', () => {
    expect(gone({})).toBeUndefined()
    expect(gone({ 'a.agekey': file(nextKey, otherKey), note: `not ${oldKey.secret.reveal()} alone` }, { a: 'b' })).toBeUndefined()
  })

  const applied = (object: object): Record<string, string> => ({
    'flux-ops.dev/age-backup-at': '2026-11-22T03:12:00Z',
    [LAST_APPLIED]: `${JSON.stringify({ apiVersion: 'v1', kind: 'Secret', ...object })}\n`,
  })

  test.each([
    ['in the clear', { stringData: { 'age.agekey': file(otherKey, oldKey) } }],
    ['in base64', { data: { 'age.agekey': base64(file(oldKey)) } }],
    ['in base64, behind another key', { data: { 'age.agekey': base64(file(otherKey, oldKey)) } }],
    ['in base64 that is broken into lines', { data: { 'age.agekey': base64(file(otherKey, oldKey)).replace(/.{76}/g, '$&\n') } }],
    [
      'in base64 that Windows has broken into lines',
      { data: { 'age.agekey': base64(file(otherKey, oldKey)).replace(/.{64}/g, '$&\r\n') } },
    ],
  ])('loses the annotation in which kubectl remembers it %s', (_how, object) => {
    expect(gone({ 'run.agekey': file(nextKey) }, applied(object))).toEqual({ data: {}, annotations: { [LAST_APPLIED]: null } })
  })

  test('keeps the annotation when it remembers other keys', () => {
    const others = applied({ stringData: { a: file(nextKey) }, data: { b: base64(file(otherKey)) } })

    expect(gone({ 'age.agekey': file(oldKey) }, others)).toEqual({ data: { 'age.agekey': null } })
  })

  test('keeps the annotation when it is no text of kubectl', () => {
    expect(gone({ 'age.agekey': file(oldKey) }, { [LAST_APPLIED]: '{' })).toEqual({ data: { 'age.agekey': null } })
  })
})

describe('a Secret', () => {
  const secret = (metadata: Partial<KubeObject['metadata']>, more: Partial<KubeObject> = {}): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'sops-age', namespace: 'flux-system', ...metadata },
    ...more,
  })
  const flux = { 'kustomize.toolkit.fluxcd.io/name': 'apps', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' }

  test.each([
    ['that a person made', {}],
    ['with labels and annotations of people', { labels: { app: 'flux' }, annotations: { note: 'x' } }],
    ['that Flux was told to leave alone', { labels: flux, annotations: { 'kustomize.toolkit.fluxcd.io/reconcile': 'disabled' } }],
    ['whose apply Flux passes over', { labels: flux, annotations: { 'kustomize.toolkit.fluxcd.io/ssa': 'Ignore' } }],
  ])('%s is ours to write', (_which, metadata) => {
    expect(whoKeeps(secret(metadata))).toBeUndefined()
  })

  test.each([
    ['Flux applies', { labels: flux }, 'is applied from git by Kustomization flux-system/apps'],
    // Whether Flux leaves it alone is decided by what stands in git, which is not seen here.
    [
      'Flux makes once',
      { labels: flux, annotations: { 'kustomize.toolkit.fluxcd.io/ssa': 'IfNotPresent' } },
      'Kustomization flux-system/apps',
    ],
    ['Flux merges', { labels: flux, annotations: { 'kustomize.toolkit.fluxcd.io/ssa': 'Merge' } }, 'Kustomization flux-system/apps'],
    [
      'Helm has installed',
      { annotations: { 'meta.helm.sh/release-name': 'keys', 'meta.helm.sh/release-namespace': 'infra' } },
      'Helm release infra/keys',
    ],
    [
      'a SealedSecret owns',
      { ownerReferences: [{ apiVersion: 'bitnami.com/v1alpha1', kind: 'SealedSecret', name: 'sops-age', uid: 'u' }] },
      'is kept by SealedSecret sops-age',
    ],
    ['External Secrets manages', { labels: { 'reconcile.external-secrets.io/managed': 'true' } }, 'is kept by External Secrets'],
  ])('that %s is not', (_which, metadata, why) => {
    expect(whoKeeps(secret(metadata))).toContain(why)
  })

  test('that is immutable is not, whoever has made it', () => {
    expect(whoKeeps(secret({ annotations: { 'kustomize.toolkit.fluxcd.io/reconcile': 'disabled' } }, { immutable: true }))).toContain(
      'is immutable',
    )
  })
})
