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

test('what is suspended is told with age, person and reason, and what is forgotten is marked and says what to type', () => {
  const of = (name: string, annotations: Record<string, string>): KubeObject => {
    const one = suspended(object('HelmRelease', `media/${name}`))
    return { ...one, metadata: { ...one.metadata, annotations } }
  }
  const known = {
    'flux-ops.dev/suspended-by': 'you',
    'flux-ops.dev/suspended-reason': 'disk\u001b[2J',
    'flux-ops.dev/suspended-at': '2026-11-22T00:51:00Z',
  }
  const over = { ...known, 'flux-ops.dev/suspended-until': '2026-11-22T01:51:00Z' }

  const lines = drawDiagnosis(diagnosed([of('plex', known), of('web', over)])).split('\n')

  expect(lines.slice(lines.indexOf('suspended'))).toEqual([
    'suspended',
    '  ⚠ HelmRelease media/web  for 2 hours, by you: disk␛[2J; it was to end at 2026-11-22T01:51:00Z  forgotten',
    '    HelmRelease media/plex  for 2 hours, by you: disk␛[2J',
    '    → ask who it was; then  flux-ops resume OBJECT, or all that are past their end:  flux-ops resume --expired',
    '    → to keep one suspended, and say why:  flux-ops suspend OBJECT --reason "…" --for 2d',
    '',
  ])
})
