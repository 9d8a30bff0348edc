// The end: the file is shown whole before anything can be done with it, and nothing is done without a choice.
import { expect, test } from 'vitest'
import { BACK } from '../../../../src/cli/wizard/model.ts'
import { QUESTIONS } from '../../../../src/cli/wizard/questions/index.ts'
import { review } from '../../../../src/cli/wizard/review.ts'
import { inspectClusterFile } from '../../../../src/cluster-file/read.ts'
import { answered, ENTER, NEEDED, type ScriptedAsker } from './wizard-desk.ts'

async function reviewed(
  replies: Parameters<typeof answered>[0],
  isThere = false,
): Promise<{ text: string | undefined; asker: ScriptedAsker }> {
  const { interview, asker } = await answered({ ...NEEDED, ...replies })
  return { text: await review({ asker, questions: QUESTIONS, interview, base: undefined, out: 'cluster.yaml', isThere }), asker }
}

test('what is shown is what is written', async () => {
  const { text = '', asker } = await reviewed({ file: 'write' })

  expect(asker.said.join('\n')).toContain(text.trimEnd())
  expect(inspectClusterFile(text)).toHaveProperty('cluster')
})

test('to leave writes nothing', async () => {
  expect((await reviewed({ file: 'leave' })).text).toBeUndefined()
})

test('over a file that is there nothing is suggested, and the choice says it', async () => {
  const { asker } = await reviewed({ file: 'write' }, true)

  expect(asker.prompt('file').preset).toBeUndefined()
  expect(asker.prompt('file').choices[0]).toEqual({ value: 'write', label: 'write it over cluster.yaml', detail: 'which is there already' })
})

test('an answer is changed, and the file is shown anew', async () => {
  const { text, asker } = await reviewed({ branch: [ENTER, 'release'], file: ['change', 'branch', 'write'] })

  expect(text).toContain('branch: release')
  expect(asker.names.filter((name) => name === 'file')).toHaveLength(3)
})

test('< goes back to the last question', async () => {
  const { text, asker } = await reviewed({ publish: [ENTER, 'pr'], file: [BACK, 'write'] })

  expect(asker.names.slice(-3)).toEqual(['file', 'publish', 'file'])
  expect(text).toContain('publish: pr')
})
