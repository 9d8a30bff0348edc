// One reporter for each place a run is watched from. listr2 is loaded only where its picture is drawn.
import type { Reporter } from '../engine/events.ts'
import type { Redactor } from '../ports/secret.ts'
import { jsonReporter } from './json.ts'
import { plainReporter, type Sink } from './plain.ts'

export interface PickOptions {
  /** Progress and failures; JSON lines with `json`. process.stderr, as a rule. */
  readonly stream: NodeJS.WriteStream
  /** Results: checks, plan, last line. Without it they go where progress goes. */
  readonly out?: Sink
  readonly now: () => Date
  /** Whether `stream` is a terminal and a moving picture is wanted there. */
  readonly tty: boolean
  readonly json: boolean
  /** --no-color; NO_COLOR is read from `env`. */
  readonly noColor: boolean
  /** NO_COLOR and CI (a build machine gets lines, even when it pretends to be a terminal). */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly redactor?: Pick<Redactor, 'clean'>
}

/** Takes secrets out of every event, its keys too, before `reporter` sees it. */
export const redactingReporter = (reporter: Reporter, { clean }: Pick<Redactor, 'clean'>): Reporter => {
  const revive = (_key: string, value: unknown): unknown => {
    if (typeof value === 'string') return clean(value)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [clean(key), child]))
  }
  return { event: (event) => reporter.event(JSON.parse(JSON.stringify(event), revive)), stop: () => reporter.stop() }
}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== ''

const pick = async ({ stream, out = stream, now, tty, json, noColor, env }: PickOptions): Promise<Reporter> => {
  if (json) return jsonReporter({ out: stream, now })
  const colorless = noColor || isSet(env.NO_COLOR)
  if (!tty || colorless || (isSet(env.CI) && env.CI !== 'false')) {
    return plainReporter({
      out,
      err: stream,
      now,
      color: colorless ? false : isSet(env.FORCE_COLOR) && env.FORCE_COLOR !== '0',
      times: true,
    })
  }
  const { listrReporter } = await import('./listr.ts')
  return listrReporter({ out, err: stream, now })
}

export const pickReporter = async (options: PickOptions): Promise<Reporter> => {
  const reporter = await pick(options)
  return options.redactor ? redactingReporter(reporter, options.redactor) : reporter
}
