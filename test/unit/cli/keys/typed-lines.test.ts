import { EventEmitter } from 'node:events'
import { describe, expect, test } from 'vitest'
import { type Terminal, typedLines } from '../../../../src/cli/keys/typed-lines.ts'

class Screen {
  raw = false
  /** What was written, and whether the terminal showed by itself what was typed then. */
  readonly written: { text: string; echo: boolean }[] = []
  readonly keys = new EventEmitter()
  readonly modes: boolean[] = []
  readonly terminal: Terminal = {
    stdin: {
      setRawMode: (on) => {
        this.raw = on
        this.modes.push(on)
      },
      setEncoding: () => undefined,
      on: (event, heard) => this.keys.on(event, heard),
      off: (event, heard) => this.keys.off(event, heard),
      resume: () => undefined,
      pause: () => undefined,
    },
    stderr: { write: (text) => this.written.push({ text, echo: !this.raw }) },
  }

  type(text: string): void {
    this.keys.emit('data', text)
  }
}

const ask = (screen: Screen, questions: string[], signal = new AbortController().signal, interrupt = (): void => undefined) =>
  typedLines(screen.terminal, questions, { signal, interrupt })

describe('what is typed on a terminal', () => {
  test('is not shown by the terminal once a question stands there, nor between two of them', async () => {
    const screen = new Screen()
    const answers = ask(screen, ['passphrase: ', 'the same again: '])
    screen.type('horse\r')
    screen.type('battery\r')

    expect(await answers).toEqual(['horse', 'battery'])
    expect(screen.written.filter(({ text }) => text.includes(':')).map(({ echo }) => echo)).toEqual([false, false])
    expect(screen.modes).toEqual([true, false])
    expect(screen.written.map(({ text }) => text).join('')).not.toMatch(/horse|battery/)
  })

  test.each([
    ['both at once', 'horse\rhorse\r'],
    ['both at once, with two characters at the end of each line', 'horse\r\nhorse\r\n'],
    ['both at once, with line feeds', 'horse\nhorse\n'],
    ['with a character taken back, which is two units long', 'hors\u{1f40e}\u007fe\rhorse\r'],
    ['with the end of input', 'horse\u0004horse\u0004'],
  ])('is heard %s', async (_how, text) => {
    const screen = new Screen()
    const answers = ask(screen, ['passphrase: ', 'the same again: '])
    screen.type(text)

    expect(await answers).toEqual(['horse', 'horse'])
  })

  test('is nothing at Ctrl-C, which is told, and the terminal shows again what is typed', async () => {
    const screen = new Screen()
    let told = 0
    const answers = ask(screen, ['passphrase: '], undefined, () => {
      told += 1
    })
    screen.type('hor\u0003se\r')

    expect(await answers).toBeUndefined()
    expect([told, screen.raw, screen.keys.listenerCount('data')]).toEqual([1, false, 0])
  })

  test('is nothing when the run is stopped', async () => {
    const screen = new Screen()
    const stop = new AbortController()
    const answers = ask(screen, ['passphrase: '], stop.signal)
    stop.abort()

    expect(await answers).toBeUndefined()
    expect(screen.raw).toBe(false)
  })
})
