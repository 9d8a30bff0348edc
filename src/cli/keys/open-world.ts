// What a command about keys works with: files and tools, and the cluster where it is asked for.
import { localWorld, type OpenWorld, openWorld } from '../../adapters/context.ts'
import { createRedactor } from '../../adapters/redactor.ts'
import type { ReadContext } from '../../ports/context.ts'
import type { Redactor } from '../../ports/secret.ts'
import { sanitise } from '../../ui/sanitise.ts'
import { openRunStore } from '../desk.ts'
import type { Invocation } from '../invocation.ts'
import type { ClusterFlags, OutputFlags } from '../run-flags.ts'

export interface KeysWorld {
  readonly ctx: Pick<ReadContext, 'exec' | 'git' | 'files' | 'clock' | 'progress' | 'signal'>
  readonly redactor: Redactor
  /** Undefined when the command was told to leave the cluster out. */
  readonly cluster: OpenWorld | undefined
  /** A line for the person, on stderr; with --json a JSON line. */
  say(mark: '►' | '◎' | '✔' | '⚠', text: string): void
  /** Takes the line about the progress away: before something is asked. */
  quiet(): void
  close(): void
}

const CLEAR_LINE = '\r\u001b[K'

/** One line that is written over, on a terminal; nothing elsewhere: a log needs no counting. */
function liveLine(flags: OutputFlags): { show(text: string): void; end(): void } {
  const live = process.stderr.isTTY === true && !flags.json && !flags.plain
  let shown = false
  return {
    show: (text) => {
      if (!live) return
      shown = true
      process.stderr.write(`${CLEAR_LINE}◎ ${sanitise(text).slice(0, (process.stderr.columns ?? 80) - 3)}`)
    },
    end: () => {
      if (shown) process.stderr.write(CLEAR_LINE)
      shown = false
    },
  }
}

export async function openKeysWorld(invocation: Invocation, flags: OutputFlags & ClusterFlags, withCluster: boolean): Promise<KeysWorld> {
  const redactor = createRedactor()
  const { env, signal, version, decorate } = invocation
  const line = liveLine(flags)
  const say: KeysWorld['say'] = (mark, text) => {
    line.end()
    const clean = redactor.clean(sanitise(text))
    process.stderr.write(flags.json ? `${JSON.stringify({ type: 'note', mark, text: clean })}\n` : `${mark} ${clean}\n`)
  }
  const runs = openRunStore(invocation, redactor)
  const userAgent = `flux-ops/${version}`
  const cluster = withCluster
    ? await openWorld({ ...flags, env, runs, redactor, signal, userAgent, onOutage: (text) => say('⚠', text), decorate })
    : undefined
  const world = cluster?.world ?? localWorld({ env, redactor, signal })
  const progress: ReadContext['progress'] = ({ waitingFor, lastSeen }) =>
    line.show(lastSeen === undefined ? waitingFor : `${waitingFor}: ${lastSeen}`)
  return {
    ctx: { exec: world.exec, git: world.git, files: world.files, clock: world.clock, signal, progress },
    redactor,
    cluster,
    say,
    quiet: () => line.end(),
    close: () => {
      line.end()
      cluster?.close()
    },
  }
}
