import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rewriteManagedFields, staleVersions } from '../../../src/actions/managed-fields.ts'
import type { ManagedField } from '../../../src/ports/kube.ts'

const V1 = 'source.toolkit.fluxcd.io/v1'
const OLD = 'source.toolkit.fluxcd.io/v1beta2'

const leaves = (trie: Record<string, unknown>, path = ''): string[] =>
  Object.entries(trie).flatMap(([key, value]) => [`${path}/${key}`, ...leaves(value as Record<string, unknown>, `${path}/${key}`)])

const trie = fc.letrec((tie) => ({
  node: fc.dictionary(fc.constantFrom('f:a', 'f:b', 'f:c', '.'), fc.oneof({ depthSize: 'small' }, fc.constant({}), tie('node')), {
    maxKeys: 3,
  }),
})).node as fc.Arbitrary<Record<string, unknown>>

const entry: fc.Arbitrary<ManagedField> = fc.record({
  manager: fc.constantFrom('kubectl', 'kustomize-controller', 'flux'),
  operation: fc.constantFrom('Apply', 'Update'),
  apiVersion: fc.constantFrom(V1, OLD),
  fieldsV1: trie,
})

describe('managedFields', () => {
  it('names every version that is not the wanted one once', () => {
    const object = {
      apiVersion: V1,
      kind: 'OCIRepository',
      metadata: { name: 'a', managedFields: [{ apiVersion: OLD }, { apiVersion: V1 }, { apiVersion: OLD }] },
    }

    expect(staleVersions(object, V1)).toEqual([OLD])
  })

  it('keeps every field of every manager when entries become twins', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 8 }), (entries) => {
        const after = rewriteManagedFields(entries, V1)

        for (const before of entries) {
          const mine = after.filter((each) => each.manager === before.manager && each.operation === before.operation)
          expect(mine).toHaveLength(1)
          const kept = new Set(leaves(mine[0]?.fieldsV1 as Record<string, unknown>))
          for (const leaf of leaves(before.fieldsV1 as Record<string, unknown>)) expect(kept.has(leaf)).toBe(true)
        }
      }),
    )
  })

  it('leaves no entry at another version', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 8 }), (entries) =>
        rewriteManagedFields(entries, V1).every((each) => each.apiVersion === V1),
      ),
    )
  })
})
