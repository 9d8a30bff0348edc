import { describe, expect, test } from 'vitest'
import { isSwitchInGit } from '../../../src/flux/suspension.ts'
import { forgetFields } from '../../../src/flux/suspension-fields.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { flux } from './objects.ts'

const withEntries = (managedFields: unknown): KubeObject => {
  const object = flux('Kustomization', 'apps')
  return { ...object, metadata: { ...object.metadata, managedFields } } as KubeObject
}

const forgotten = (managedFields: unknown): unknown => {
  const object = withEntries(managedFields)
  forgetFields(object)
  return object.metadata.managedFields
}

describe('names of fields that nobody asks for', () => {
  test('are taken away, and who wrote when is kept', () => {
    const entry = { manager: 'kubectl', operation: 'Update', time: '2026-11-22T03:00:00Z', apiVersion: 'a/v1' }

    expect(forgotten([{ ...entry, fieldsV1: { 'f:spec': { 'f:path': {}, 'f:prune': {} }, 'f:metadata': {} } }])).toEqual([
      { ...entry, fieldsV1: {} },
    ])
  })

  test('are not those of a suspension, beside which others go', () => {
    const switched = { 'f:spec': { 'f:suspend': {}, 'f:path': {} } }
    const watcher = { 'f:metadata': { 'f:annotations': { 'f:source.extensions.fluxcd.io/reconcile': {}, 'f:other': {} } } }

    expect(forgotten([{ fieldsV1: switched }, { fieldsV1: watcher }])).toEqual([
      { fieldsV1: { 'f:spec': { 'f:suspend': {} } } },
      { fieldsV1: { 'f:metadata': { 'f:annotations': { 'f:source.extensions.fluxcd.io/reconcile': {} } } } },
    ])
  })

  test('leave it known that git has the switch of an object that runs', () => {
    const object = withEntries([{ manager: 'kustomize-controller', fieldsV1: { 'f:spec': { 'f:suspend': {}, 'f:path': {} } } }])

    forgetFields(object)

    expect(isSwitchInGit(object)).toBe(true)
  })

  test.each([[undefined], ['text'], [[null, 'text', 3, { fieldsV1: 'text' }, {}]]])(
    'are none in what an API server does not say: %j',
    (odd) => {
      const before = structuredClone(odd)

      expect(forgotten(odd)).toEqual(before)
    },
  )
})
