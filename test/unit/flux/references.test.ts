import { expect, test } from 'vitest'
import { release } from '../../../src/flux/catalogue/index.ts'
import { goneReferences } from '../../../src/flux/references.ts'
import { flux } from './objects.ts'

const gone = (spec: Record<string, unknown>, kind = 'Receiver'): string[] =>
  goneReferences([flux(kind, 'x', { spec })], release('2.9.2')).map((each) => `${each.path} ${each.apiVersion}`)

test('a reference is found at any depth, with its place', () => {
  const resources = [
    { kind: 'OCIRepository', apiVersion: 'source.toolkit.fluxcd.io/v1' },
    { kind: 'OCIRepository', apiVersion: 'source.toolkit.fluxcd.io/v1beta2' },
  ]

  expect(gone({ resources })).toEqual(['spec.resources[1] source.toolkit.fluxcd.io/v1beta2'])
})

test('kinds of others, and what a chart is given, are nobody’s business', () => {
  expect(gone({ resources: [{ kind: 'Thing', apiVersion: 'example.org/v1beta1' }] })).toEqual([])
  expect(gone({ values: { ref: { kind: 'HelmRelease', apiVersion: 'helm.toolkit.fluxcd.io/v2beta1' } } }, 'HelmRelease')).toEqual([])
})

test('a kind that a version of its group has is not gone, although another kind of the group has it not', () => {
  expect(gone({ ref: { kind: 'Alert', apiVersion: 'notification.toolkit.fluxcd.io/v1beta3' } })).toEqual([])
  expect(gone({ ref: { kind: 'Receiver', apiVersion: 'notification.toolkit.fluxcd.io/v1beta3' } })).toHaveLength(1)
})
