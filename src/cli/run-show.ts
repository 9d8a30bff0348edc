// `runs show`: the journal told again by the reporter that told the run, or its state as JSON.
import type { JournalLine } from '../engine/events.ts'
import { replay } from '../engine/replay.ts'
import { usageError } from '../errors.ts'
import { plainReporter } from '../ui/plain.ts'
import { openRunStore } from './desk.ts'
import type { Invocation } from './invocation.ts'
import type { OutputFlags } from './run-flags.ts'

function tellAgain(lines: readonly JournalLine[], noColor: boolean): void {
  let time = new Date(0)
  const color = noColor || process.stdout.isTTY !== true ? false : undefined
  const every = () => () => undefined
  const reporter = plainReporter({ out: process.stdout, err: process.stdout, now: () => time, every, color, times: true })
  for (const { event, at } of lines) {
    time = new Date(at)
    reporter.event(event)
  }
  reporter.stop()
}

export async function showRun(invocation: Invocation, id: string | undefined, flags: OutputFlags): Promise<unknown> {
  const store = openRunStore(invocation)
  const chosen = id ?? (await store.list()).at(-1)
  if (chosen === undefined) throw usageError('run-missing', 'there are no runs on this machine yet', 'flux-ops upgrade --help')
  const { lines, tornBytes, dir } = await store.read(chosen)
  if (!flags.json) {
    tellAgain(lines, flags.noColor)
    if (tornBytes > 0) process.stdout.write(`⚠ ${tornBytes} bytes of a torn last line were left out\n`)
    process.stdout.write(`kept in ${dir}\n`)
  }
  return { run: chosen, dir, state: replay(lines, tornBytes) }
}
