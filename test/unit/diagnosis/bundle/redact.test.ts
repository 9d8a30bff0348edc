import { describe, expect, test } from 'vitest'
import { redactDiagnosis, redactSnapshot } from '../../../../src/diagnosis/bundle/redact.ts'
import { createScrub } from '../../../../src/diagnosis/bundle/scrub-text.ts'
import { diagnose } from '../../../../src/diagnosis/diagnose.ts'
import type { Snapshot } from '../../../../src/diagnosis/snapshot.ts'
import { troubled } from '../hostile.ts'
import { AT, object, snapshotOf, suspended } from '../objects.ts'
import { storm } from '../storm.ts'

const scrub = createScrub()
const sent = (snapshot: Snapshot): Snapshot => JSON.parse(JSON.stringify(redactSnapshot(snapshot, scrub)))

test('who suspended an object, why and since when is handed on, and of what others have set nothing', () => {
  const fields = {
    'f:spec': { 'f:suspend': {}, 'f:values': { 'f:password': {} } },
    'f:metadata': { 'f:annotations': { 'f:flux-ops.dev/suspended-at': {}, 'f:other.example/note': {} } },
  }
  const managedFields = [{ manager: 'flux-ops', operation: 'Update', time: AT, fieldsV1: fields }]
  const annotations = {
    'flux-ops.dev/suspended-at': AT,
    'flux-ops.dev/suspended-by': 'you@laptop',
    'flux-ops.dev/suspended-reason': 'disks are moved, token=abc',
    'other.example/note': 'x',
  }
  const plain = suspended(object('HelmRelease', 'media/plex'))
  const snapshot = snapshotOf([{ ...plain, metadata: { ...plain.metadata, annotations, managedFields } }])

  const [told] = diagnose(sent(snapshot)).suspended

  expect(told).toMatchObject({ by: 'you@laptop', manager: 'flux-ops', since: AT, reason: 'disks are moved, token=<redacted>' })
  expect(JSON.stringify(sent(snapshot))).not.toMatch(/password|other\.example/)
})

test('logs that a diagnosis was made with are handed on, redacted', () => {
  const logs = [{ pod: 'flux-system/a', container: 'manager', text: 'unknown flag: --x\nAuthorization: Bearer abcDEF123456' }]

  expect(redactSnapshot({ ...snapshotOf([]), logs }, scrub).logs).toEqual([
    { pod: 'flux-system/a', container: 'manager', text: 'unknown flag: --x\nAuthorization: Bearer <redacted>' },
  ])
})

describe('the diagnosis of what is handed on is that of the cluster, texts redacted', () => {
  test.each([1, 2, 3])('in storm %i of 2,000 objects', (seed) => {
    const { snapshot } = storm(seed, { objects: 2000, causes: 3 })

    expect(diagnose(sent(snapshot))).toEqual(redactDiagnosis(diagnose(snapshot), scrub))
  })

  test('in a hundred small storms', () => {
    for (let seed = 300; seed < 400; seed++) {
      const { snapshot } = storm(seed, { objects: 120, causes: seed % 9 })

      expect(diagnose(sent(snapshot)), `storm ${seed}`).toEqual(redactDiagnosis(diagnose(snapshot), scrub))
    }
  })

  test.each([
    'dependency not found',
    'clone https://user:hunter2@a.example: authentication required',
    "timeout waiting for: [Deployment/default/web status: 'InProgress']",
  ])('where everything says %.40s', (message) => {
    const snapshot = troubled(message)

    expect(diagnose(sent(snapshot))).toEqual(redactDiagnosis(diagnose(snapshot), scrub))
  })

  test('and of the same causes where messages are longer than a diagnosis reads', () => {
    const snapshot = troubled(`password: hunter22 and then ${'x'.repeat(40_000)} the end`)
    const causes = (from: Snapshot) =>
      diagnose(from).causes.map(({ object, state, also, blocks, since }) => ({ object, state, also, blocks, since }))

    expect(causes(sent(snapshot))).toEqual(causes(snapshot))
  })
})
