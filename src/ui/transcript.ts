// The lines of a run, one set for every terminal: results for stdout, progress for stderr.
import type { LiveEvent, RunEvent } from '../engine/events.ts'
import { checkLines } from './check-lines.ts'
import { duration } from './duration.ts'
import { errorLines, hintLines } from './error-lines.ts'
import { mark, type Paint } from './paint.ts'
import { sanitise, sanitiseLines } from './sanitise.ts'
import { takenUpLines } from './taken-up-lines.ts'
import { createMemory, type Memory } from './transcript-memory.ts'

export interface Line {
  readonly to: 'out' | 'err'
  readonly text: string
}

type Drawn = RunEvent | LiveEvent
type Writers = { [T in Drawn['type']]?: (event: Extract<Drawn, { type: T }>, memory: Memory, now: number) => Line[] }

const out = (texts: readonly string[]): Line[] => texts.map((text) => ({ to: 'out', text }))
const err = (texts: readonly string[]): Line[] => texts.map((text) => ({ to: 'err', text }))
const indented = (texts: readonly string[], indent = '    '): string[] =>
  texts.flatMap((text) => sanitiseLines(text)).map((line) => indent + line)

const short = (uid: string): string => (uid.length > 9 ? `${uid.slice(0, 8)}…` : uid)

const runWriters = (paint: Paint): Writers => ({
  'run.started': ({ cluster, dryRun }) => {
    const version = cluster.version === '' ? '' : `, Kubernetes ${cluster.version}`
    const line = `cluster  ${cluster.context} (uid ${short(cluster.uid)}${version})`
    return err([sanitise(line), ...(dryRun ? ['dry run  nothing is changed'] : [])])
  },
  'run.taken-up': (event, _memory, now) => err(takenUpLines(paint, event, now)),
  'plan.made': ({ lines }) => {
    const [first = '', ...rest] = lines.flatMap((line) => sanitiseLines(line))
    const marked = rest.map((line) => (line.trimStart().startsWith('▲') ? paint('yellow', line) : line))
    return out(['', `plan     ${first}`, ...marked.map((line) => `  ${line}`)])
  },
  'run.interrupted': ({ signal }, { run }) =>
    err([`${mark(paint, 'failed')} stopped: ${sanitise(signal)}`, ...hintLines(run === undefined ? [] : [`flux-ops runs resume ${run}`])]),
  'run.finished': (event, memory, now) => finishLines(paint, event, memory, now),
  note: ({ level, text }) => err([`${level === 'warning' ? `${mark(paint, 'warning')} ` : '  '}${sanitiseLines(text).join(' ')}`]),
})

const finishLines = (paint: Paint, event: Extract<RunEvent, { type: 'run.finished' }>, memory: Memory, now: number): Line[] => {
  const took = memory.startedAt === undefined ? '' : ` in ${duration(now - memory.startedAt)}`
  const name = memory.runbook ?? 'run'
  const record = memory.run === undefined || memory.dryRun ? '' : `, record: flux-ops runs show ${memory.run}`
  const unchanged = 'nothing was changed'
  switch (event.outcome) {
    case 'done':
      if (event.error !== undefined) return err([...errorLines(paint, name, event.error), `  over${took}${record}`])
      return out([`${mark(paint, 'done')} ${name} done${took}${record}`])
    case 'abandoned':
      return out([`${mark(paint, 'done')} ${name} taken back${took}${record}`])
    case 'checks-failed':
      return err([`${mark(paint, 'failed')} ${name}: checks failed, ${unchanged}`])
    case 'declined':
      return err([`${name}: not accepted, ${unchanged}`])
    case 'planned':
      return memory.dryRun ? err([`dry run  ${unchanged}`]) : []
    case 'refused': {
      const { code = 'refused', message = '', hints = [] } = event.error ?? {}
      return err([...errorLines(paint, name, { code, message, hints }), `  ${unchanged}`])
    }
  }
}

const stepWriters = (paint: Paint): Writers => ({
  'step.started': ({ id, title, pointOfNoReturn }, memory) => {
    const line = pointOfNoReturn === undefined ? [] : [`${mark(paint, 'noReturn')} from here on: ${sanitise(pointOfNoReturn)}`]
    return err([...line, `${mark(paint, 'doing')} ${memory.place(id)}${paint('bold', sanitise(id))}  ${sanitise(title)}`])
  },
  'step.finished': ({ id, facts, already }, memory, now) => {
    const since = memory.stepStart(id)
    const took = since === undefined || already ? '' : `, ${duration(now - since)}`
    const summary = typeof facts.summary === 'string' ? `  ${sanitise(facts.summary)}` : ''
    const what = already ? `  ${sanitise(memory.title(id))}: already done` : summary
    return err([`${mark(paint, 'done')} ${already ? memory.place(id) : ''}${sanitise(id)}${what}${took}`])
  },
  'step.failed': ({ id, error }) => err(errorLines(paint, id, error)),
  'step.waiting': ({ id, instructions }, memory) =>
    err([
      `${mark(paint, 'waiting')} ${paint('bold', sanitise(id))} waits for you: ${sanitise(memory.title(id))}`,
      ...hintLines(instructions),
    ]),
  'step.would': ({ id, lines }, memory) =>
    out([
      `${mark(paint, 'doing')} ${memory.place(id)}${paint('bold', sanitise(id))}  would: ${sanitise(memory.title(id))}`,
      ...indented(lines),
    ]),
  'step.skipped': ({ id, reason }, memory) => out([`${mark(paint, 'waiting')} ${memory.place(id)}${sanitise(id)}  ${sanitise(reason)}`]),
  'undo.started': ({ id }, memory) =>
    err([`${mark(paint, 'doing')} take back ${paint('bold', sanitise(id))}  ${sanitise(memory.title(id))}`]),
  'undo.finished': ({ id }) => err([`${mark(paint, 'done')} ${sanitise(id)} taken back`]),
  'undo.failed': ({ id, error }) => err(errorLines(paint, `${id} could not be taken back`, error)),
})

export interface Transcript {
  /** The lasting lines of an event; `now` in milliseconds since the epoch. Checks are told together, with the first event behind them. */
  lines(event: Drawn, now: number): Line[]
  /** What is still untold. */
  rest(): Line[]
}

export const createTranscript = (paint: Paint): Transcript => {
  const memory = createMemory()
  const writers: Writers = { ...runWriters(paint), ...stepWriters(paint) }
  const rest = (): Line[] => out(checkLines(paint, memory.takeChecks()))
  const lines = (event: Drawn, now: number): Line[] => {
    if (event.type === 'check.started' || event.type === 'check.finished' || event.type === 'step.progress') {
      memory.seen(event, now)
      return []
    }
    const before = rest()
    memory.seen(event, now)
    const write = writers[event.type] as ((event: Drawn, memory: Memory, now: number) => Line[]) | undefined
    return [...before, ...(write?.(event, memory, now) ?? [])]
  }
  return { lines, rest }
}
