// First signal: stop after what is under way and journal it. Second: leave at once; the journal is written to be cut anywhere.
import { EXIT_CODES } from '../errors.ts'

const STOPPING: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

export interface SignalWatch {
  readonly signal: AbortSignal
  stop(): void
}

export function watchSignals(say: (line: string) => void): SignalWatch {
  const controller = new AbortController()
  const onSignal = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(EXIT_CODES.interrupted.code)
    controller.abort(name)
    if (name !== 'SIGHUP') say('◎ stopping; once more to leave at once')
  }
  for (const name of STOPPING) process.on(name, onSignal)
  return {
    signal: controller.signal,
    stop: () => {
      for (const name of STOPPING) process.removeListener(name, onSignal)
    },
  }
}

/** A closed pipe (`| head`) ends the drawing, never the run. */
export function surviveClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error
    })
}
