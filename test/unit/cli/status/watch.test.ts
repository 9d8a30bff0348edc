import { describe, expect, test } from 'vitest'
import type { Reading } from '../../../../src/cli/status/read.ts'
import { type View, watchStatus } from '../../../../src/cli/status/watch.ts'
import { jsonView, lineView } from '../../../../src/cli/status/watch-lines.ts'
import { screenView } from '../../../../src/cli/status/watch-screen.ts'
import { OpsError } from '../../../../src/errors.ts'
import type { Clock } from '../../../../src/ports/clock.ts'
import { cause, notReady, reading } from './statuses.ts'

const INTERVAL_MS = 5000
const START = Date.parse('2026-11-22T02:51:00Z')
const lost = (): OpsError => new OpsError({ code: 'kube-unreachable', message: 'connection refused', hints: [] })

type Answer = Reading | Error | 'never'

/** Time goes by only while nothing else happens; the watch ends when the answers are used up. */
class WatchDesk {
  #now = START
  readonly #end = new AbortController()
  readonly #answers: Answer[]
  #waits = false
  readonly clock: Clock
  readonly seen: string[] = []

  constructor(...answers: Answer[]) {
    this.#answers = answers
    this.clock = {
      now: () => new Date(this.#now),
      sleep: (ms, signal) => (ms === INTERVAL_MS ? this.#between() : this.#patience(ms, signal)),
    }
  }

  async #between(): Promise<void> {
    this.#now += INTERVAL_MS
    if (this.#answers.length === 0) this.#end.abort()
  }

  /** It comes to its end only where an answer does not come. */
  #patience(ms: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
      setImmediate(() => {
        if (!this.#waits) return
        this.#now += ms
        resolve()
        setImmediate(() => this.#end.abort())
      })
    })
  }

  read = async (): Promise<Reading> => {
    const answer = this.#answers.shift()
    this.#waits = answer === 'never'
    if (answer === undefined || answer === 'never')
      return await new Promise((_resolve, reject) => this.#end.signal.addEventListener('abort', () => reject(lost())))
    if (answer instanceof Error) throw answer
    return answer
  }

  watch(view: View = this.view): Promise<void> {
    return watchStatus({ read: this.read, view, clock: this.clock, intervalMs: INTERVAL_MS, signal: this.#end.signal })
  }

  readonly view: View = {
    seen: ({ status }, before) => void this.seen.push(`${before === undefined ? 'first' : 'then'} ${status.notReady.length}`),
    lost: (_since, why) => void this.seen.push(`lost: ${why}`),
    back: () => void this.seen.push('back'),
  }
}

const RED = { causes: [cause('Kustomization a/b')], notReady: [notReady('a/b')] }

describe('a watch', () => {
  test('looks again and again', async () => {
    const desk = new WatchDesk(reading(), reading(RED), reading())

    await desk.watch()

    expect(desk.seen.slice(0, 3)).toEqual(['first 0', 'then 1', 'then 0'])
  })

  test('is not ended by an API server that goes away and comes back', async () => {
    const desk = new WatchDesk(reading(), lost(), lost(), reading(RED))

    await desk.watch()

    expect(desk.seen.slice(0, 5)).toEqual(['first 0', 'lost: connection refused', 'lost: connection refused', 'back', 'then 1'])
  })

  test('takes an answer in part for none, until it stays so', async () => {
    const part = reading({ unseen: [{ what: 'HelmRelease', why: 'connection refused' }] })
    const desk = new WatchDesk(reading(RED), part, part, part)

    await desk.watch()

    const told = 'lost: answered in part only: HelmRelease: connection refused'
    expect(desk.seen.slice(0, 5)).toEqual(['first 1', told, told, 'back', 'then 0'])
  })

  test('tells of a server that does not answer at all, while it still waits', async () => {
    const desk = new WatchDesk(reading(), 'never')

    await desk.watch()

    expect(desk.seen).toContain('lost: no answer for 10 s')
  })

  test('ends with the failure of its first look: a wrong address is said at once', async () => {
    await expect(new WatchDesk(lost(), reading()).watch()).rejects.toMatchObject({ code: 'kube-unreachable' })
  })

  test('ends with a bug of ours, whenever it comes', async () => {
    await expect(new WatchDesk(reading(), new TypeError('x is undefined'), reading()).watch()).rejects.toThrow('x is undefined')
  })
})

const written = async (make: typeof lineView, ...answers: Answer[]): Promise<string[]> => {
  const desk = new WatchDesk(...answers)
  let text = ''
  await desk.watch(make({ write: (part: string) => (text += part) }, desk.clock))
  return text.trimEnd().split('\n')
}

describe('a watch in lines', () => {
  test('tells at first what is, and then only what became different, each with its time', async () => {
    const lines = await written(lineView, reading(RED), reading(RED), reading({}, ['Kustomization a/b']), reading())

    expect(lines[0]).toBe('02:51:00Z ► prod-eu: Flux 2.7.3, 1 of 20 not ready, 0 suspended')
    expect(lines[1]).toBe('02:51:00Z ✗ cause Kustomization a/b: kustomize cannot build ./apps')
    expect(lines.slice(2).map((line) => line.replace(/^\S+ /, ''))).toEqual([
      '✔ cause Kustomization a/b: is no cause any more',
      '✔ Kustomization a/b: ready',
      '► 0 of 20 not ready, before 1 of 20 not ready',
    ])
  })

  test('tells an outage once, since when, and its end', async () => {
    const lines = await written(lineView, reading(), lost(), lost(), lost(), reading(), reading())

    expect(lines.slice(1).map((line) => line.replace(/^\S+ /, ''))).toEqual([
      expect.stringMatching(/^\? not answered since \d\d:\d\d:\d\dZ: connection refused$/),
      expect.stringMatching(/^✔ answered again, after /),
    ])
  })

  test('of a storm has no more than anybody reads, and lets nothing through that moves a cursor', async () => {
    const many = Array.from({ length: 500 }, (_, at) => notReady(`a/${at}`, { message: '\u001b[2J\nx'.repeat(300) }))

    const lines = await written(lineView, reading(), reading({ notReady: many }), reading({ notReady: many }))

    expect(lines.length).toBeLessThan(20)
    expect(lines.at(-1)).toContain('more changes: flux-ops status')
    expect(lines.join('')).not.toContain('\u001b')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(400)
  })

  test('as JSON is one object a line, the whole document at first', async () => {
    const events = (await written(jsonView, reading(), reading(RED), lost(), reading(RED), reading(RED))).map((line) => JSON.parse(line))

    expect(events.map(({ type }) => type)).toEqual(['status', 'change', 'change', 'change', 'lost', 'back'])
    expect(events[0]).toMatchObject({ at: '2026-11-22T02:51:00.000Z', status: { cluster: { context: 'prod-eu' }, objects: 20 } })
    expect(events[1]).toMatchObject({ what: 'cause', object: 'Kustomization a/b', from: null, to: 'build-failed' })
    expect(events[4]).toMatchObject({ why: 'connection refused' })
  })
})

test('a watch on a screen shows what was seen last, and above it since when nothing answers', () => {
  let text = ''
  const terminal = { columns: 100, rows: 20, write: (part: string) => (text += part) }
  const clock = { now: () => new Date(START + 12_000) }
  const view = screenView(terminal, clock, { intervalMs: 5000, canType: true })
  view.enter()
  view.seen(reading(RED), undefined)
  expect(text).toContain('as of 02:51:00Z, 12 s ago   every 5 s   q ends')
  text = ''

  view.lost(new Date(START + 5_000), 'connection refused\u001b[2J')

  expect(text).toContain('? not answered since 02:51:05Z: connection refused␛[2J')
  expect(text).toContain('✗ 1 Kustomization a/b: kustomize cannot build ./apps')
  expect(text).toContain('? as of 02:51:00Z, 12 s ago   q ends')
})
