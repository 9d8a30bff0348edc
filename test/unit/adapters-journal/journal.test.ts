import { chmod, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { journalOver } from '../../../src/adapters/journal-file.ts'
import { readJournal } from '../../../src/adapters/journal-read.ts'
import { createRunStore, runsRoot } from '../../../src/adapters/run-store.ts'
import { FIRST_PREV, formatLine, lineHash } from '../../../src/engine/chain.ts'
import type { RunEvent } from '../../../src/engine/events.ts'
import { replay } from '../../../src/engine/replay.ts'
import { anyEvent, RUN, started, temporaryStore } from './fixtures.ts'

const AT = '2026-11-21T03:12:00.000Z'

const textOf = (events: readonly RunEvent[]): Buffer => {
  let prev = FIRST_PREV
  const lines = events.map((event, seq) => {
    const line = formatLine(seq, AT, prev, event)
    prev = lineHash(line)
    return `${line}\n`
  })
  return Buffer.from(lines.join(''), 'utf8')
}

const accepted: RunEvent = { type: 'plan.accepted', by: 'flag' }

describe('reading a journal', () => {
  test('of any events, cut at any byte, replays as some prefix of those events', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 8 }), fc.nat(), (events, place) => {
        const whole = textOf(events)
        const cut = whole.subarray(0, whole.length === 0 ? 0 : place % (whole.length + 1))

        const { lines, tornBytes, goodBytes } = readJournal('journal.jsonl', cut)

        const prefix = events.slice(0, lines.length).map((event) => ({ at: AT, event }))
        expect(replay(lines)).toEqual(replay(JSON.parse(JSON.stringify(prefix))))
        expect(goodBytes + tornBytes).toBe(cut.length)
        expect(tornBytes === 0 || lines.length < events.length).toBe(true)
      }),
    )
  })

  test('drops a last line that is no JSON, as a power cut leaves it, and counts its bytes', () => {
    const bytes = Buffer.concat([textOf([started]), Buffer.alloc(9), Buffer.from('\n')])

    const { lines, tornBytes } = readJournal('j', bytes)

    expect([lines.length, tornBytes]).toEqual([1, 10])
  })

  test('refuses a changed line and names the one whose hash does not fit', () => {
    const text = textOf([started, accepted, accepted]).toString().replace('"by":"flag"', '"by":"prompt"')

    expect(() => readJournal('j', Buffer.from(text))).toThrow(
      expect.objectContaining({ code: 'journal-broken', message: 'j:3 does not carry the hash of the line before it' }),
    )
  })

  test('refuses a missing line', () => {
    const lines = textOf([started, accepted, accepted]).toString().split('\n')

    expect(() => readJournal('j', Buffer.from([lines[0], lines[2], ''].join('\n')))).toThrow(/j:2/)
  })

  test('refuses a line in the middle that is no JSON', () => {
    const lines = textOf([started, accepted, accepted]).toString().split('\n')

    expect(() => readJournal('j', Buffer.from([lines[0], '{"seq":1', lines[2], ''].join('\n')))).toThrow(/j:2 is not JSON/)
  })

  test('does not take an event of a newer flux-ops for a torn line', () => {
    const text = textOf([{ type: 'step.teleported' } as unknown as RunEvent])

    expect(() => readJournal('j', text)).toThrow(expect.objectContaining({ code: 'journal-broken' }))
  })
})

describe('a run store', () => {
  test('keeps a journal that only its owner can read, chained line by line', async () => {
    const { store, path, root } = await temporaryStore()

    const journal = await store.create(RUN)
    await Promise.all([journal.append(started), journal.append(accepted)])

    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n')
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ seq: 0, at: AT, prev: FIRST_PREV, event: { type: 'run.started' } })
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ seq: 1, prev: lineHash(lines[0] ?? '') })
    expect([(await stat(path)).mode & 0o777, (await stat(join(root, RUN))).mode & 0o777]).toEqual([0o600, 0o700])
    expect(await store.list()).toEqual([RUN])
  })

  test('goes on behind a torn line, which is cut off', async () => {
    const { store, path } = await temporaryStore()
    const first = await store.create(RUN)
    await first.append(started)
    await first.append(accepted)
    await first.close?.()
    await truncate(path, (await stat(path)).size - 3)

    const torn = await store.read(RUN)
    const second = await store.open(RUN)
    await second.append({ type: 'run.resumed', operator: 'x', pid: 1, tornBytes: torn.tornBytes })
    const after = await store.read(RUN)

    expect(torn.tornBytes).toBeGreaterThan(0)
    expect(after.lines.map(({ event }) => event.type)).toEqual(['run.started', 'run.resumed'])
    expect(after.tornBytes).toBe(0)
  })

  test('reads a file of no bytes as an empty run, and opens it', async () => {
    const { store } = await temporaryStore()
    await (await store.create(RUN)).close?.()

    const empty = await store.read(RUN)
    const journal = await store.open(RUN)
    await journal.append(started)

    expect(empty).toMatchObject({ lines: [], tornBytes: 0 })
    expect((await store.read(RUN)).lines.length).toBe(1)
  })

  test('refuses a second writer while the first one lives', async () => {
    const { store } = await temporaryStore()
    const first = await store.create(RUN)
    await first.append(started)

    await expect(store.open(RUN)).rejects.toMatchObject({
      code: 'run-busy',
      exit: 'refused',
      message: expect.stringContaining(String(process.pid)),
    })
    await first.close?.()
    const second = await store.open(RUN)

    await expect(second.append(accepted)).resolves.toBeUndefined()
  })

  test('lets exactly one of many openers in', async () => {
    const { store } = await temporaryStore()
    const first = await store.create(RUN)
    await first.close?.()

    const opened = await Promise.allSettled(Array.from({ length: 8 }, () => store.open(RUN)))

    expect(opened.filter(({ status }) => status === 'fulfilled').length).toBe(1)
  })

  test('follows the claim of a process that is gone', async () => {
    const { store, root } = await temporaryStore()
    await (await store.create(RUN)).close?.()
    const claim = (await readdir(join(root, RUN))).find((name) => name.startsWith('writer.')) ?? ''
    const { hostname } = await import('node:os')
    await writeFile(join(root, RUN, claim), JSON.stringify({ host: hostname(), pid: 2 ** 30, started: '1' }))

    await expect(store.open(RUN)).resolves.toBeDefined()
  })

  test.each(['../../etc', 'nope', '20261121-031200-upgrade-ffff'])('has no run %j', async (id) => {
    const { store } = await temporaryStore()

    await expect(store.read(id)).rejects.toMatchObject({ code: 'run-missing', exit: 'usage' })
  })

  test('takes secrets out of all that is appended, also out of keys', async () => {
    const { store, path, redactor } = await temporaryStore()
    redactor.register('hunter2-hunter2')
    const journal = await store.create(RUN)

    await journal.append({
      type: 'step.finished',
      id: 'a',
      facts: { 'hunter2-hunter2': ['x hunter2-hunter2 AGE-SECRET-KEY-1QQQQQQQQQQQQ'] },
      already: false,
    })

    const text = await readFile(path, 'utf8')
    expect(text).not.toMatch(/hunter2|AGE-SECRET-KEY-1Q/)
    expect(text).toContain('[redacted]')
  })

  test('says where it could not write', async () => {
    const { root } = await temporaryStore()
    await writeFile(dirname(root).concat('/file'), '')
    const clock = { now: () => new Date() }
    const store = createRunStore({ root: `${dirname(root)}/file/runs`, clock, redactor: { clean: (text) => text }, pid: process.pid })

    await expect(store.create(RUN)).rejects.toMatchObject({
      code: 'journal-write',
      hints: expect.arrayContaining([expect.stringContaining('XDG_STATE_HOME')]),
    })
  })

  test('reports a journal that may not be read', async () => {
    const { store, path } = await temporaryStore()
    await (await store.create(RUN)).close?.()
    await chmod(path, 0)

    const reading = store.read(RUN)

    if (process.getuid?.() === 0) await expect(reading).resolves.toBeDefined()
    else await expect(reading).rejects.toMatchObject({ code: 'journal-unreadable' })
  })

  test('lives below XDG_STATE_HOME when that is absolute', () => {
    expect(runsRoot({ XDG_STATE_HOME: '/state' }, '/home/you')).toBe('/state/flux-ops/runs')
    expect(runsRoot({ XDG_STATE_HOME: 'state' }, '/home/you')).toBe('/home/you/.local/state/flux-ops/runs')
  })
})

describe('appending', () => {
  const options = { path: '/j', clock: { now: () => new Date(AT) }, redactor: { clean: (text: string) => text } }

  test('writes and syncs before it returns', async () => {
    const calls: string[] = []
    const handle = {
      write: async (bytes: Buffer, from: number) => {
        calls.push('write')
        return { bytesWritten: Math.min(50, bytes.length - from), buffer: bytes }
      },
      sync: async () => void calls.push('sync'),
      close: async () => undefined,
    }

    await journalOver(handle as never, options).append(accepted)

    expect(calls.at(-1)).toBe('sync')
    expect(calls.filter((call) => call === 'write').length).toBeGreaterThan(1)
  })

  test('fails as journal-write when the disk is full, and never writes behind the half line', async () => {
    let writes = 0
    const write = async () => {
      writes += 1
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
    }
    const handle = { write, sync: async () => undefined, close: async () => undefined }
    const journal = journalOver(handle as never, options)

    await expect(journal.append(accepted)).rejects.toMatchObject({ code: 'journal-write', message: expect.stringContaining('ENOSPC') })
    await expect(journal.append(accepted)).rejects.toMatchObject({ code: 'journal-write' })
    expect(writes).toBe(1)
  })
})
