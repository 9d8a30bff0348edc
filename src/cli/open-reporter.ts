// Which picture of the run is drawn. With --json, and a document to stdout, the events go to stderr.
import { systemClock } from '../adapters/clock.ts'
import type { Reporter } from '../engine/events.ts'
import type { Redactor } from '../ports/secret.ts'
import type { OutputFlags } from './run-flags.ts'

type Env = Readonly<Record<string, string | undefined>>

export async function openReporter(flags: OutputFlags, env: Env, redactor: Redactor): Promise<Reporter> {
  const { pickReporter } = await import('../ui/pick-reporter.ts')
  return pickReporter({
    stream: process.stderr,
    out: flags.json || flags.stdoutTaken === true ? process.stderr : process.stdout,
    now: () => systemClock.now(),
    tty: process.stderr.isTTY === true && !flags.plain,
    json: flags.json,
    noColor: flags.noColor,
    env,
    redactor,
  })
}
