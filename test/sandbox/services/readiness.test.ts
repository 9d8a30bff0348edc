import { expect, test } from 'vitest'
import { type FluxObject, whyNotReady } from '../../../src/sandbox/services/repositories/readiness.ts'

const made = (status: FluxObject['status'], kind = 'Kustomization', spec: FluxObject['spec'] = {}): FluxObject => ({
  kind,
  metadata: { name: 'web', namespace: 'apps', generation: 3 },
  spec,
  status,
})
const ready = (status: string, message = '') => [{ type: 'Ready', status, message }]

test('an object is ready when its controller says so of its newest generation', () => {
  expect(whyNotReady(made({ observedGeneration: 3, conditions: ready('True') }))).toBeUndefined()
})

test.each([
  ['nothing was said yet', undefined, 'no word'],
  ['there are no conditions', { observedGeneration: 3 }, 'no word'],
  ['the word is about an older generation', { observedGeneration: 2, conditions: ready('True') }, 'not taken up'],
  ['its controller says no', { observedGeneration: 3, conditions: ready('False', 'no chart') }, 'no chart'],
  ['its controller does not know', { observedGeneration: 3, conditions: ready('Unknown') }, 'Unknown'],
])('an object is not ready when %s', (_when, status, reason) => {
  expect(whyNotReady(made(status))).toContain(reason)
})

test('a HelmRepository of type oci has no status and needs none', () => {
  expect(whyNotReady(made(undefined, 'HelmRepository', { type: 'oci' }))).toBeUndefined()
  expect(whyNotReady(made(undefined, 'HelmRepository', {}))).toContain('no word')
})
