// A step that waits for a person.
import { expect, test } from 'vitest'
import { runRunbook } from '../../../src/engine/run.ts'
import { fixture, RUN, runbookOf } from './fakes.ts'

test('says at a manual step what is still lacking', async () => {
  const manual = {
    kind: 'manual',
    id: 'm',
    title: 'turn the key',
    why: '',
    instructions: () => ['turn it'],
    isDone: async () => false,
    lacking: async () => ['it is half turned'],
  } as const
  const { options } = fixture(runbookOf([manual]))

  const result = await runRunbook(options)

  expect(result.state.steps[0]?.instructions).toEqual(['turn it', 'it is half turned', `then: flux-ops runs resume ${RUN}`])
})
