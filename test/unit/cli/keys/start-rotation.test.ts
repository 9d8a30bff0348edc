// What a lost key has laid open, for the person who has run the rotation.
import { expect, test } from 'vitest'
import { drawValues } from '../../../../src/cli/keys/start-rotation.ts'

const HEAD = 'to be replaced at their providers: whoever has the old key opens the history of the repository with it'

const draw = (...values: { file: string; object: string; names: readonly string[] }[]): string => drawValues({ values })

test('every value has its line', () => {
  expect(draw({ file: 'a.yaml', object: 'Secret a', names: ['data.x', 'data.y'] }, { file: 'b.json', object: '', names: ['data'] })).toBe(
    `${HEAD}\n  a.yaml (Secret a): data.x\n  a.yaml (Secret a): data.y\n  b.json: data\n`,
  )
})

test.each([[undefined], [null], [{}], [{ values: [] }], [{ values: [{ file: 'a', object: '', names: [] }] }]])(
  'nothing is said of %j',
  (plan) => {
    expect(drawValues(plan)).toBe('')
  },
)

test('nothing in a name moves the cursor, changes the colour or begins a line', () => {
  const text = draw({ file: 'a\u001b[2J.yaml', object: 'Secret \r\nx', names: ['data.\u202edrow\u0007', 'data.\u009b31m'] })

  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what may not be there
  expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/)
  expect(text.split('\n')).toHaveLength(4)
  expect(text).toContain('  a␛[2J.yaml (Secret ␍␊x): data.<U+202E>drow␇')
})
