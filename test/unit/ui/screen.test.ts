import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cells, fitted } from '../../../src/ui/cells.ts'
import { createScreen, type Screen } from '../../../src/ui/screen.ts'

class FakeTerminal {
  columns: number | undefined
  rows: number | undefined
  written: string[] = []

  constructor(columns = 20, rows = 5) {
    this.columns = columns
    this.rows = rows
  }

  write(text: string): void {
    this.written.push(text)
  }

  /** What was written since the last time. */
  taken(): string {
    const text = this.written.join('')
    this.written = []
    return text
  }
}

const opened = (terminal = new FakeTerminal()): { terminal: FakeTerminal; screen: Screen } => {
  const screen = createScreen(terminal)
  screen.enter()
  return { terminal, screen }
}

/** The rows that were written, without what moves the cursor. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const rows = (text: string): string[] => [...text.matchAll(/\u001b\[(\d+);1H([^\u001b]*)/g)].map(([, row, line]) => `${row} ${line}`)

describe('a screen', () => {
  test('is one of its own, and leaves the terminal as it was, once', () => {
    const { terminal, screen } = opened()

    expect(terminal.taken()).toContain('\u001b[?1049h\u001b[?25l\u001b[?7l')
    screen.leave()
    screen.leave()
    expect(terminal.taken()).toBe('\u001b[?7h\u001b[?25h\u001b[?1049l')
  })

  test('draws each row in its place, the last of them the footer', () => {
    const { terminal, screen } = opened()
    terminal.taken()

    screen.draw(['one', 'two'], 'end')

    expect(rows(terminal.taken())).toEqual(['1 one', '2 two', '3 ', '4 ', '5 end'])
  })

  test('writes nothing where nothing changed, and of two rows the one that did', () => {
    const { terminal, screen } = opened()
    screen.draw(['one', 'two'], 'end')
    terminal.taken()

    screen.draw(['one', 'two'], 'end')
    expect(terminal.taken()).toBe('')
    screen.draw(['one', 'three'], 'end')
    expect(rows(terminal.taken())).toEqual(['2 three'])
  })

  test('is drawn anew in another size, and nothing is wider or higher than that', () => {
    const { terminal, screen } = opened()
    screen.draw(['one'], 'end')
    terminal.taken()
    terminal.columns = 6
    terminal.rows = 3

    screen.draw(['a long line', 'two', 'three'], 'the footer')

    expect(rows(terminal.taken())).toEqual(['1 a lon…', '2 … 2 m…', '3 the f…'])
  })

  test('draws nothing once it was left, or before it was entered', () => {
    const { terminal, screen } = opened()
    screen.leave()
    terminal.taken()

    screen.draw(['one'], 'end')
    createScreen(terminal).draw(['one'], 'end')

    expect(terminal.taken()).toBe('')
  })

  test('of a terminal that does not tell its size is 80 by 24', () => {
    const terminal = new FakeTerminal()
    terminal.columns = undefined
    terminal.rows = undefined
    const { screen } = opened(terminal)
    terminal.taken()

    screen.draw(['x'.repeat(100)], 'end')

    expect(rows(terminal.taken())).toHaveLength(24)
  })

  test('of one row, or of no column, is drawn all the same', () => {
    for (const [columns, height] of [
      [1, 1],
      [0, 0],
      [3, 2],
    ] as const) {
      const { screen } = opened(new FakeTerminal(columns, height))

      expect(() => screen.draw(['one', 'two', 'three'], 'end')).not.toThrow()
    }
  })
})

test('the last letter of a line that takes the whole row is not wiped behind it', () => {
  const { terminal, screen } = opened(new FakeTerminal(5, 2))
  terminal.taken()

  screen.draw(['12345'], 'end')

  expect(terminal.taken()).toBe('\u001b[?2026h\u001b[2J\u001b[1;1H12345\u001b[2;1Hend\u001b[K\u001b[?2026l')
})

describe('a text that has to fit', () => {
  test.each([
    ['abc', 3],
    ['日本', 4],
    ['e\u0301', 1],
    ['🔥', 2],
    ['', 0],
  ])('%j takes %i columns', (text, columns) => {
    expect(cells(text)).toBe(columns)
  })

  test('never takes more columns than there are, and is whole where it fits', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.integer({ min: 0, max: 40 }), (text, columns) => {
        const shown = fitted(text, columns)

        expect(cells(shown)).toBeLessThanOrEqual(columns)
        if (cells(text) <= columns) expect(shown).toBe(text)
      }),
    )
  })
})
