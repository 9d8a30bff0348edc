import { expect, test } from 'vitest'
import { drawDiagnosis } from '../../../../src/cli/recover/draw.ts'
import type { Snapshot } from '../../../../src/diagnosis/snapshot.ts'
import type { KubeObject } from '../../../../src/ports/kube.ts'
import { diagnosed, not, object, suspended } from '../../diagnosis/objects.ts'

const ready = object('Kustomization', 'flux-system/apps')
const unseen = [{ what: 'Event', why: 'no', kind: 'Event' }]

const headline = (objects: readonly KubeObject[], more: Partial<Snapshot> = {}): string =>
  drawDiagnosis(diagnosed(objects, more)).split('\n')[0] ?? ''

test('all are ready only where everything was seen and nothing is suspended', () => {
  expect(headline([ready])).toBe('prod-eu: all 1 object ready')
  expect(headline([ready], { unseen })).toBe('prod-eu: 1 object seen, none of them not ready')
  expect(headline([ready, suspended(object('Kustomization', 'a/b'))])).toBe('prod-eu: 2 objects seen, none of them not ready, 1 suspended')
})

test('nothing is not all', () => {
  expect(headline([], { unseen })).toBe('prod-eu: nothing of Flux was seen')
  expect(headline([])).toBe('prod-eu: Flux has no objects here')
})

test('what could not be seen is told with why', () => {
  expect(drawDiagnosis(diagnosed([ready], { unseen }))).toContain('not seen\n  ? Event: no\n')
})

test('a long list says how many it leaves out', () => {
  const many = Array.from({ length: 30 }, (_, at) => not(object('Kustomization', `flux-system/k${at}`), 'Progressing', 'under way'))

  expect(drawDiagnosis(diagnosed(many))).toContain('and 5 more: --json has them all')
})
