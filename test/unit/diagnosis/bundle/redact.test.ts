import { describe, expect, test } from 'vitest'
import { redactDiagnosis, redactSnapshot } from '../../../../src/diagnosis/bundle/redact.ts'
import { createScrub } from '../../../../src/diagnosis/bundle/scrub-text.ts'
import { diagnose } from '../../../../src/diagnosis/diagnose.ts'
import type { Snapshot } from '../../../../src/diagnosis/snapshot.ts'
import { troubled } from '../hostile.ts'
import { storm } from '../storm.ts'

const scrub = createScrub()
const sent = (snapshot: Snapshot): Snapshot => JSON.parse(JSON.stringify(redactSnapshot(snapshot, scrub)))

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
