// What `recover` says while it reads, on stderr: one line at once, and where it takes longer, what it waits for. It is drawn before the client of the API server is
// loaded, so nothing large may be imported here.
import type { Reading } from '../../actions/take-snapshot.ts'
import { systemClock } from '../../adapters/clock.ts'
import { duration } from '../../ui/duration.ts'
import { sanitise } from '../../ui/sanitise.ts'
import type { Invocation } from '../invocation.ts'
import { outputOf, type RawFlags } from '../run-flags.ts'

export interface Telling {
  seen(reading: Reading): void
  warn(text: string): void
  /** Takes the moving line away. */
  end(): void
}

export interface TellingOptions {
  readonly json: boolean
  readonly plain: boolean
  readonly noColor: boolean
  readonly context: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stream: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number }
  readonly now?: () => Date
  /** Calls `work` every so often until the returned function is called. */
  readonly every?: (ms: number, work: () => void) => () => void
}

const SILENT_MS = 1_000
const LINE_MS = 5_000
const TICK_MS = 200
/** To the beginning of the line, and nothing behind it. */
const WIPE = '\r\x1b[K'
const MOST_NAMES = 4

const isSet = (value: string | undefined): boolean => value !== undefined && value !== ''

const timer = (ms: number, work: () => void): (() => void) => {
  const running = setInterval(work, ms)
  running.unref()
  return () => clearInterval(running)
}

const names = (all: readonly string[]): string =>
  all.length <= MOST_NAMES ? all.join(', ') : `${all.slice(0, MOST_NAMES - 1).join(', ')} and ${all.length - MOST_NAMES + 1} more`

export function readingLine(reading: Reading | undefined, ms: number): string {
  if (reading === undefined) return `◎ waiting for the API server, ${duration(ms)}`
  const { context, lists, waitingFor, objects } = reading
  const whose = context === undefined ? '' : `${sanitise(context, 100)}: `
  if (waitingFor.length === 0) return `◎ ${whose}${objects.toLocaleString('en')} objects read, ${duration(ms)}`
  const open = `${waitingFor.length} of ${lists} lists (${names(waitingFor)})`
  return `◎ ${whose}waiting for ${open}, ${objects.toLocaleString('en')} objects read, ${duration(ms)}`
}

const warning = (text: string): string => `⚠ ${sanitise(text)}\n`

/** No more than what goes wrong. */
const silent = ({ stream }: TellingOptions): Telling => ({
  seen: () => undefined,
  warn: (text) => void stream.write(warning(text)),
  end: () => undefined,
})

/** Lines, one by one, with times. */
function lines({ stream, now = () => systemClock.now(), every = timer }: TellingOptions, first: string): Telling {
  const write = (line: string): void => void stream.write(`${now().toISOString().slice(11, 19)}Z ${line}\n`)
  const began = now().getTime()
  let told: number | undefined
  let reading: Reading | undefined
  write(first)
  const stop = every(TICK_MS, () => {
    const ms = now().getTime() - began
    if (ms < SILENT_MS || (told !== undefined && ms - told < LINE_MS)) return
    told = ms
    write(readingLine(reading, ms))
  })
  return {
    seen: (next) => {
      reading = next
    },
    warn: (text) => write(warning(text).trimEnd()),
    end: stop,
  }
}

/** One line of a terminal, drawn again and again, and gone at the end. */
function moving({ stream, now = () => systemClock.now(), every = timer }: TellingOptions, first: string): Telling {
  const began = now().getTime()
  let line = first
  let reading: Reading | undefined
  const fitted = (): string => [...line].slice(0, Math.max(20, (stream.columns ?? 80) - 1)).join('')
  const draw = (): void => void stream.write(`${WIPE}${fitted()}`)
  draw()
  const stop = every(TICK_MS, () => {
    const ms = now().getTime() - began
    if (ms < SILENT_MS) return
    line = readingLine(reading, ms)
    draw()
  })
  let ended = false
  return {
    seen: (next) => {
      reading = next
    },
    warn: (text) => {
      stream.write(`${WIPE}${warning(text)}`)
      if (!ended) draw()
    },
    end: () => {
      stop()
      if (!ended) stream.write(WIPE)
      ended = true
    },
  }
}

export function tellOn(options: TellingOptions): Telling {
  const { json, plain, noColor, context, env, stream } = options
  if (json) return silent(options)
  const moves = stream.isTTY === true && !plain && !noColor && !isSet(env.NO_COLOR) && !(isSet(env.CI) && env.CI !== 'false')
  const first = `► reading the cluster of ${context === undefined ? 'the current context' : `context ${sanitise(context, 100)}`}`
  return moves ? moving(options, first) : lines(options, first)
}

/** On stderr. An interrupt takes the moving line away before it is answered. */
export function openTelling(flags: RawFlags, { env, signal }: Invocation): Telling {
  const { json, plain, noColor } = outputOf(flags)
  const telling = tellOn({ json, plain, noColor, context: flags.context, env, stream: process.stderr })
  signal.addEventListener('abort', telling.end, { once: true })
  return telling
}
