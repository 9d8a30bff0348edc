import { describe, expect, test } from 'vitest'
import { readingLine, type Telling, tellOn } from '../../../../src/cli/recover/telling.ts'

const START = Date.parse('2026-11-22T03:00:00Z')

interface Heard {
  readonly telling: Telling
  readonly written: string[]
  wait(ms: number): void
}

function hear(options: {
  tty?: boolean
  json?: boolean
  plain?: boolean
  context?: string
  columns?: number
  env?: Record<string, string>
}): Heard {
  const written: string[] = []
  let at = START
  let tick = (): void => undefined
  const { tty = false, json = false, plain = false, context, columns = 80, env = {} } = options
  const telling = tellOn({
    json,
    plain,
    noColor: false,
    context,
    env,
    stream: { write: (text) => written.push(text), isTTY: tty, columns },
    now: () => new Date(at),
    every: (_ms, work) => {
      tick = work
      return () => {
        tick = () => undefined
      }
    },
  })
  const wait = (ms: number): void => {
    at = START + ms
    tick()
  }
  return { telling, written, wait }
}

const READING = { context: 'prod-eu', lists: 19, waitingFor: ['Kustomization', 'Event'], objects: 4500 }

describe('while the cluster is read', () => {
  test('one line is there at once, and nothing more for a second', () => {
    const { written, wait } = hear({ context: 'prod-eu' })

    wait(900)

    expect(written).toEqual(['03:00:00Z ► reading the cluster of context prod-eu\n'])
  })

  test('behind a second it is told what is waited for, and again every five', () => {
    const { telling, written, wait } = hear({})

    wait(1000)
    telling.seen(READING)
    wait(3000)
    wait(6000)

    expect(written).toEqual([
      '03:00:00Z ► reading the cluster of the current context\n',
      '03:00:01Z ◎ waiting for the API server, 1.0 s\n',
      '03:00:06Z ◎ prod-eu: waiting for 2 of 19 lists (Kustomization, Event), 4,500 objects read, 6.0 s\n',
    ])
  })

  test('a terminal has one line that is drawn again, no wider than it is, and gone at the end', () => {
    const { telling, written, wait } = hear({ tty: true, columns: 40 })

    telling.seen(READING)
    wait(1200)
    telling.end()
    wait(2000)

    expect(written).toEqual([
      '\r\x1b[K► reading the cluster of the current co',
      '\r\x1b[K◎ prod-eu: waiting for 2 of 19 lists (K',
      '\r\x1b[K',
    ])
  })

  test('a server that is lost is told above the moving line', () => {
    const { telling, written } = hear({ tty: true })

    telling.warn('lost https://api.example: \x1b[2J')

    expect(written.slice(1)).toEqual(['\r\x1b[K⚠ lost https://api.example: ␛[2J\n', '\r\x1b[K► reading the cluster of the current context'])
  })

  test.each([{ plain: true }, { env: { NO_COLOR: '1' } }, { env: { CI: 'true' } }])('a terminal gets lines, one by one, with %j', (how) => {
    expect(hear({ tty: true, ...how }).written).toEqual(['03:00:00Z ► reading the cluster of the current context\n'])
  })

  test('nothing is said with --json, except that the server is lost', () => {
    const { telling, written, wait } = hear({ json: true, tty: true })

    wait(9000)
    telling.seen(READING)
    telling.warn('lost it')
    telling.end()

    expect(written).toEqual(['⚠ lost it\n'])
  })
})

test('of many lists that are waited for, three are named', () => {
  const waitingFor = ['A', 'B', 'C', 'D', 'E']

  expect(readingLine({ ...READING, waitingFor }, 61_000)).toBe(
    '◎ prod-eu: waiting for 5 of 19 lists (A, B, C and 2 more), 4,500 objects read, 1 min 1 s',
  )
  expect(readingLine({ ...READING, waitingFor: [] }, 1000)).toBe('◎ prod-eu: 4,500 objects read, 1.0 s')
})
