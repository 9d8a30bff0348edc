import { describe, expect, test } from 'vitest'
import type { LiveEvent, RunEvent } from '../../../src/engine/events.ts'
import { jsonReporter } from '../../../src/ui/json.ts'
import { listrReporter } from '../../../src/ui/listr.ts'
import { pickReporter } from '../../../src/ui/pick-reporter.ts'
import { plainReporter } from '../../../src/ui/plain.ts'

const started: RunEvent = {
  type: 'run.started',
  run: '20261121-031200-upgrade-1a2b',
  runbook: 'upgrade',
  runbookVersion: 1,
  tool: '0.1.0',
  input: {},
  cluster: { context: 'prod-eu', server: 'https://api', uid: '7b1cd0e1-aaaa-bbbb', version: 'v1.34.4' },
  kubeconfig: null,
  namespace: 'flux-system',
  operator: 'you@laptop',
  pid: 1,
  dryRun: false,
  waivers: {},
}
const steps = [
  { id: 'pin', title: 'pins to v2.9.2', kind: 'write' },
  { id: 'rollout', title: 'controllers run 2.9.2', kind: 'read' },
] as const
const planned: RunEvent = { type: 'plan.made', plan: {}, lines: ['2.7.3 → 2.9.2', '1 pin'], steps }
const stepStarted: RunEvent = { type: 'step.started', id: 'pin', title: 'pins to v2.9.2', kind: 'write', preview: [] }

const sinks = () => {
  const text = { out: '', err: '', all: '' }
  const sink = (name: 'out' | 'err') => ({
    write: (chunk: string) => {
      text[name] += chunk
      text.all += chunk
    },
  })
  return { text, out: sink('out'), err: sink('err') }
}

const watched = (times = false) => {
  const time = { ms: Date.parse('2026-11-21T03:12:00Z') }
  const { text, out, err } = sinks()
  let tick = (): void => undefined
  let timers = 0
  const every = (_ms: number, work: () => void) => {
    tick = work
    timers += 1
    return () => {
      timers -= 1
      tick = () => undefined
    }
  }
  const reporter = plainReporter({ out, err, now: () => new Date(time.ms), color: false, times, every })
  const pass = (ms: number): void => {
    for (const end = time.ms + ms; time.ms < end; ) {
      time.ms += 1_000
      tick()
    }
  }
  const tell = (...events: (RunEvent | LiveEvent)[]): void => {
    for (const event of events) reporter.event(event)
  }
  return { reporter, text, tell, pass, timers: () => timers }
}

describe('the plain reporter', () => {
  test('sums the checks up and tells only what has to be read', () => {
    const { tell, text } = watched()
    const base = { type: 'check.finished', title: '' } as const

    tell(
      started,
      { ...base, id: 'clean', severity: 'error', result: { status: 'pass' } },
      {
        ...base,
        id: 'no-removed-api',
        severity: 'error',
        result: {
          status: 'fail',
          detail: '1 file uses a removed version',
          items: [{ where: 'a.yaml:3', what: 'v1beta2 → v1' }],
          hints: ['change it'],
        },
      },
      { ...base, id: 'suspended', severity: 'warning', result: { status: 'fail', detail: 'media/plex', hints: [] } },
      { ...base, id: 'ready', severity: 'error', result: { status: 'unknown', cause: 'no answer' }, waived: 'known' },
      { type: 'run.finished', outcome: 'checks-failed' },
    )

    expect(text.out).toBe(
      [
        'checks   1 passed, 1 warning, 1 waived, 1 failed',
        '  ✗ no-removed-api   1 file uses a removed version',
        '        a.yaml:3  v1beta2 → v1',
        '        → change it',
        '  ⚠ suspended        media/plex',
        '  ⚠ ready            could not be known: no answer',
        '        waived: known',
        '',
      ].join('\n'),
    )
    expect(text.err).toContain('✗ upgrade: checks failed, nothing was changed\n')
  })

  test('tells steps with their place, their time and what was found out', () => {
    const { tell, text, pass } = watched()

    tell(started, planned, stepStarted)
    pass(3_000)
    tell({ type: 'step.finished', id: 'pin', facts: { summary: '2 files' }, already: false }, { type: 'run.finished', outcome: 'done' })

    expect(text.err).toContain('► 1/2 pin  pins to v2.9.2\n✔ pin  2 files, 3.0 s\n')
    expect(text.out).toContain('✔ upgrade done in 3.0 s, record: flux-ops runs show 20261121-031200-upgrade-1a2b\n')
  })

  test('announces a point of no return before the step', () => {
    const { tell, text } = watched()

    tell(planned, { ...stepStarted, pointOfNoReturn: 'ImagePolicy cannot go back below 2.7' })

    expect(text.err).toBe('▲ from here on: ImagePolicy cannot go back below 2.7\n► 1/2 pin  pins to v2.9.2\n')
  })

  test('tells a wait at most every five seconds, with how long and what was seen last', () => {
    const { tell, text, pass } = watched()
    const progress: LiveEvent = { type: 'step.progress', id: 'pin', waitingFor: '2 of 6 Deployments', lastSeen: 'helm-controller 0/1' }

    tell(planned, stepStarted)
    for (let second = 0; second < 12; second += 1) {
      tell(progress)
      pass(1_000)
    }

    const waits = text.err.split('\n').filter((line) => line.startsWith('◎'))
    expect(waits).toEqual([
      '◎ waiting for 2 of 6 Deployments, 5.0 s, last seen: helm-controller 0/1',
      '◎ waiting for 2 of 6 Deployments, 10 s, last seen: helm-controller 0/1',
    ])
  })

  test('tells of checks that take long which ones are missing', () => {
    const { tell, text, pass } = watched()

    tell({ type: 'check.started', id: 'objects-ready', title: '' })
    pass(6_000)

    expect(text.err).toBe('◎ waiting for objects-ready, 5.0 s\n')
  })

  test('draws a failure in three parts and nothing of what came from outside unescaped', () => {
    const { tell, text } = watched()

    tell({
      type: 'step.failed',
      id: 'rollout',
      error: { code: 'x', message: 'crash-loops\npanic: \x1b[2Jboom', hints: ['flux-ops rollback'] },
    })

    expect(text.err).toBe('✗ rollout: crash-loops\n  panic: ␛[2Jboom\n  → flux-ops rollback\n')
  })

  test('says where a stopped run stands', () => {
    const { tell, text } = watched()

    tell({
      type: 'run.taken-up',
      run: 'run-1',
      runbook: 'upgrade',
      intent: 'resume',
      cluster: 'prod-eu',
      accepted: true,
      stopped: { how: 'killed', at: '2026-11-21T03:08:00.000Z', by: 'you@laptop', step: 'rollout' },
      steps,
      done: ['pin'],
      inDoubt: 'rollout',
      tornBytes: 17,
    })

    expect(text.err.split('\n')).toEqual([
      'run run-1 on prod-eu stopped at step 2 rollout (killed, 4 minutes ago, by you@laptop)',
      '  ✔ 1 done',
      '  ? 2 rollout was under way',
      '  ⚠ its last line was torn off in mid-write (17 bytes) and is left out',
      '  takes up at step 2 rollout',
      '',
    ])
  })

  test('puts a time before each line when asked to', () => {
    const { tell, text } = watched(true)

    tell({ type: 'note', level: 'warning', text: 'the API server was away' })

    expect(text.err).toBe('03:12:00Z ⚠ the API server was away\n')
  })

  test('stops its clock for a prompt and takes it up again', () => {
    const { tell, reporter, timers } = watched()

    tell(planned)
    const before = timers()
    reporter.stop()
    const during = timers()
    tell(stepStarted)

    expect([before, during, timers()]).toEqual([1, 0, 1])
  })
})

describe('the JSON reporter', () => {
  test('writes every event as one line with its time, safe for a terminal and unchanged as data', () => {
    const { text, out } = sinks()
    const reporter = jsonReporter({ out, now: () => new Date('2026-11-21T03:12:00Z') })
    const note: LiveEvent = { type: 'note', level: 'info', text: 'a\x1b[31m\u202e\u009b\n\u{e0041}' }

    reporter.event(note)

    expect(JSON.parse(text.out)).toEqual({ at: '2026-11-21T03:12:00.000Z', ...note })
    expect(text.out.trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  })
})

const fakeTerminal = (write: (text: string) => void): NodeJS.WriteStream => {
  const take = (text: string): boolean => {
    write(text)
    return true
  }
  return Object.assign(Object.create(process.stderr) as NodeJS.WriteStream, { write: take, isTTY: true, columns: 80, rows: 24 })
}

describe('the terminal reporter', () => {
  test('writes the same lasting lines as the plain one', () => {
    const plain = watched()
    const { text, out, err } = sinks()
    const picture = () => ({ show: () => undefined, end: () => undefined })
    const listr = listrReporter({
      out,
      err: fakeTerminal(err.write),
      now: () => new Date('2026-11-21T03:12:00Z'),
      color: false,
      every: () => () => undefined,
      picture,
    })
    const events: RunEvent[] = [
      started,
      planned,
      stepStarted,
      { type: 'step.finished', id: 'pin', facts: {}, already: false },
      { type: 'run.finished', outcome: 'done' },
    ]

    plain.tell(...events)
    for (const event of events) listr.event(event)

    expect(text.all).toBe(plain.text.all)
  })

  test('wipes its picture before it writes a line, and when it is stopped', () => {
    const log: string[] = []
    const picture = () => ({ show: () => void log.push('show'), end: () => void log.push('end') })
    const sink = { write: (line: string) => void log.push(line.trim()) }
    const listr = listrReporter({
      out: sink,
      err: fakeTerminal(sink.write),
      now: () => new Date(0),
      color: false,
      every: () => () => undefined,
      picture,
    })

    listr.event(stepStarted)
    listr.event({ type: 'note', level: 'info', text: 'hello' })
    listr.stop()

    expect(log).toEqual(['► pin  pins to v2.9.2', 'show', 'end', 'hello', 'show', 'end'])
  })

  test('goes on with lines when the picture cannot be drawn', () => {
    const { text, out, err } = sinks()
    const picture = () => {
      throw new Error('no terminal')
    }
    const listr = listrReporter({
      out,
      err: fakeTerminal(err.write),
      now: () => new Date(0),
      color: false,
      every: () => () => undefined,
      picture,
    })

    listr.event(stepStarted)
    listr.event({ type: 'note', level: 'info', text: 'hello' })

    expect(text.err).toBe('► pin  pins to v2.9.2\n  hello\n')
  })

  test('gives the terminal back, with its cursor, however early it is stopped', async () => {
    const { text, out, err } = sinks()
    const terminal = fakeTerminal(err.write)
    const write = terminal.write
    const listr = listrReporter({ out, err: terminal, now: () => new Date(0), color: false })

    listr.event(stepStarted)
    listr.stop()
    await expect.poll(() => text.err).toContain('\x1b[?25h')

    expect(text.err.lastIndexOf('\x1b[?25h')).toBeGreaterThan(text.err.lastIndexOf('\x1b[?25l'))
    terminal.write('still mine\n')
    expect(text.err).toContain('still mine')
    expect(typeof write).toBe('function')
  })
})

describe('picking a reporter', () => {
  const picked = async (change: Partial<Parameters<typeof pickReporter>[0]>) => {
    const { text, err, out } = sinks()
    const stream = fakeTerminal(err.write)
    const reporter = await pickReporter({ stream, out, now: () => new Date(0), tty: true, json: false, noColor: false, env: {}, ...change })
    reporter.event({ type: 'note', level: 'info', text: 'token hunter2' })
    reporter.stop()
    return text.err
  }

  test.each([
    ['without a terminal', { tty: false }],
    ['with NO_COLOR', { env: { NO_COLOR: '1' } }],
    ['on a build machine', { env: { CI: 'true' } }],
  ])('gives lines with times %s', async (_when, change) => {
    expect(await picked(change)).toBe('00:00:00Z   token hunter2\n')
  })

  test('gives JSON lines when asked to', async () => {
    expect(JSON.parse(await picked({ json: true }))).toMatchObject({ type: 'note' })
  })

  test('takes secrets out before anything is drawn', async () => {
    expect(await picked({ redactor: { clean: (text: string) => text.replace('hunter2', '[redacted]') } })).toBe('  token [redacted]\n')
  })
})
