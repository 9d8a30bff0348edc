import { expect, test } from 'vitest'
import type { Fix } from '../../../../runbooks/recover/plan-schema.ts'
import { reconcile } from '../../../../runbooks/recover/remedies/ask.ts'
import type { Context } from '../../../../src/ports/context.ts'
import type { KubeObject } from '../../../../src/ports/kube.ts'

const at = {
  group: 'kustomize.toolkit.fluxcd.io',
  version: 'v1',
  plural: 'kustomizations',
  kind: 'Kustomization',
  namespaced: true,
  namespace: 'apps',
  name: 'web',
  uid: 'one',
}
const fix: Fix = { object: 'Kustomization apps/web', at, does: 'reconcile', state: 'build-failed', says: 'no', blocks: 0, first: [] }

const cluster = (object: Pick<KubeObject, 'metadata'> | undefined) => {
  const written: unknown[] = []
  const kube = { get: async () => object, patch: async (...args: unknown[]) => written.push(args) }
  return { ctx: { kube } as unknown as Context, written }
}

test.each([
  ['is gone', undefined],
  ['was made anew under its name', { metadata: { name: 'web', namespace: 'apps', uid: 'another' } }],
])('an object that %s is not asked, and the proof says that it is not well', async (_how, object) => {
  const { ctx, written } = cluster(object)

  const facts = await reconcile.run(ctx, fix, 'token')

  expect(facts).toEqual({ gone: 'Kustomization apps/web' })
  expect(written).toEqual([])
  expect(await reconcile.proof(ctx, fix, 'token', '2026-11-22T00:00:00Z')).toMatchObject({ how: 'failing' })
})
