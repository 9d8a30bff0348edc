// What a person sees: lists, lines that fit, and the questions line by line.
import { describe, expect, test } from 'vitest'
import { listLines, moved, narrowed, startAt } from '../../../../src/cli/wizard/choice-list.ts'
import { drawEnding } from '../../../../src/cli/wizard/draw-ending.ts'
import { lineAsker } from '../../../../src/cli/wizard/line-asker.ts'
import { BACK, type Choice, type Prompt } from '../../../../src/cli/wizard/model.ts'
import { headLines, wrapped } from '../../../../src/cli/wizard/prompt-lines.ts'
import { cells } from '../../../../src/ui/cells.ts'
import { createPaint } from '../../../../src/ui/paint.ts'

const CHOICES: readonly Choice[] = [
  { value: 'prod-eu-2', label: 'prod-eu-2', detail: 'https://two' },
  { value: 'prod-eu', label: 'prod-eu', detail: 'https://one' },
  { value: 'stage', label: 'stage' },
]

describe('a list', () => {
  test('is narrowed by what is typed, what is just that in front', () => {
    expect(narrowed(CHOICES, 'prod-eu', true).map(({ value }) => value)).toEqual(['prod-eu', 'prod-eu-2'])
  })

  test('that is open has what is typed as its last choice, so that a near name is not taken for it', () => {
    const found = narrowed(CHOICES, 'prod', true)

    expect(found.at(-1)).toEqual({ value: 'prod', label: 'prod', detail: 'as it is typed; in no list' })
    expect(narrowed(CHOICES, 'prod', false)).toHaveLength(2)
  })

  test('is moved through round and round; where nothing is marked, from its ends', () => {
    expect(moved({ choices: CHOICES, at: 2 }, 1)).toBe(0)
    expect(moved({ choices: CHOICES, at: 0 }, -1)).toBe(2)
    expect([moved({ choices: CHOICES, at: -1 }, 1), moved({ choices: CHOICES, at: -1 }, -1)]).toEqual([0, 2])
    expect(startAt(CHOICES, undefined)).toBe(-1)
  })

  test('of three hundred shows some around the mark, and how many there are more', () => {
    const many = Array.from({ length: 300 }, (_, index) => ({ value: `${index}`, label: `context ${index}` }))

    const lines = listLines({ choices: many, at: 150 }, 5, 80)

    expect(lines).toHaveLength(6)
    expect(lines.filter((line) => line.startsWith('  ›'))).toEqual(['  › context 150'])
    expect(lines.at(-1)).toBe('    … 148 above, 147 below')
  })

  test('of hostile names stays in its columns and moves no cursor', () => {
    const hostile = [{ value: 'x', label: `\u001b[2J${'界'.repeat(90)}`, detail: 'y\u202e\nz' }]

    const lines = listLines({ choices: hostile, at: 0 }, 5, 80)

    expect(lines.map(cells).every((width) => width <= 80)).toBe(true)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(lines.join('')).not.toMatch(/[\u0000-\u001f\u202e]/)
  })
})

describe('words', () => {
  test('are broken between them, below a gap where there is one, and an address stays whole', () => {
    expect(wrapped('server      one two three', 22)).toEqual(['  server      one two', '              three'])
    expect(wrapped(`see https://example.com/${'a'.repeat(40)}`, 20)).toEqual(['  see', `  https://example.com/${'a'.repeat(40)}`])
  })

  test('of help are there only when they are asked for', () => {
    const paint = createPaint({ color: false })

    expect(headLines(PROMPT, false, 80, paint)).not.toContain('  More of it.')
    expect(headLines(PROMPT, true, 80, paint)).toContain('  More of it.')
  })
})

const PROMPT: Prompt = {
  name: 'context',
  ask: 'Which?',
  why: 'Because.',
  help: ['More of it.'],
  notes: ['a note \u001b[2J'],
  choices: CHOICES,
  open: true,
  optional: false,
  preset: 'stage',
  check: (text) => (text === 'bad' ? { problem: 'is bad', hint: 'be good' } : { text }),
}

async function typed(prompt: Prompt, ...lines: (string | undefined)[]): Promise<{ answer: unknown; text: string }> {
  let text = ''
  const write = (more: string): void => {
    text += more
  }
  const read = async (more: string): Promise<string | undefined> => {
    text += more
    return lines.shift()
  }
  const answer = await lineAsker({ write, read, columns: 80 }).ask(prompt)
  return { answer, text }
}

describe('line by line', () => {
  test.each([
    ['2', 'prod-eu'],
    ['prod-eu', 'prod-eu'],
    ['', 'stage'],
    ['new', 'new'],
    ['<', BACK],
  ])('%j is %s', async (line, answer) => {
    expect((await typed(PROMPT, line)).answer).toBe(answer)
  })

  test('? says more, and what is refused is said and asked again', async () => {
    const { answer, text } = await typed(PROMPT, '?', 'bad', '1')

    expect(answer).toBe('prod-eu-2')
    expect(text).toContain('More of it.')
    expect(text).toContain('✗ is bad\n  → be good')
    expect(text).not.toContain('\u001b')
  })

  test('where nothing more comes it ends', async () => {
    await expect(typed(PROMPT, undefined)).rejects.toMatchObject({ code: 'interrupted', exit: 'interrupted' })
  })
})

test('what comes next is typed as it stands, also for a path with a space', () => {
  expect(drawEnding("my clusters/a'b.yaml", true)).toContain("flux-ops bootstrap -f 'my clusters/a'\\''b.yaml' --dry-run")
  expect(drawEnding('cluster.yaml', true)).toContain('flux-ops schema cluster --out cluster-v1.json')
  expect(drawEnding('cluster.yaml', false)).toBe('Nothing was written.\n')
})
