// `status --watch` on the process: which view, what is typed, and the way out. The terminal is given back before anything else is said on it.
import { systemClock } from '../../adapters/clock.ts'
import type { Exit } from '../../errors.ts'
import type { Invocation } from '../invocation.ts'
import { type ClusterFlags, type OutputFlags, outputOf } from '../run-flags.ts'
import { openStatus } from './open.ts'
import { type Crds, readCrds, readStatus } from './read.ts'
import { type View, watchStatus } from './watch.ts'
import { jsonView, lineView } from './watch-lines.ts'
import { type ScreenView, screenView } from './watch-screen.ts'

/** A look that fails is told, and made again: nobody waits for one. */
const PATIENCE_MS = 3_000
/** What release runs changes seldom. */
const CRDS_MS = 60_000
const TICK_MS = 1_000

const isSet = (value: string | undefined): boolean => value !== undefined && value !== ''

const wantsScreen = ({ json, plain, noColor }: OutputFlags, env: Invocation['env']): boolean =>
  process.stdout.isTTY === true && !json && !plain && !noColor && !isSet(env.NO_COLOR) && !(isSet(env.CI) && env.CI !== 'false')

const [CTRL_C, CTRL_D, CTRL_Z, ESCAPE] = ['\u0003', '\u0004', '\u001a', '\u001b']

/** What is typed: `q` ends it, Ctrl-C interrupts as everywhere, Ctrl-Z stops the process with the terminal given back. */
function listen(quit: () => void, stop: () => void): () => void {
  const { stdin } = process
  if (stdin.isTTY !== true) return () => undefined
  const onData = (chunk: Buffer): void => {
    const typed = chunk.toString('latin1')
    if (typed.includes(CTRL_C)) process.kill(process.pid, 'SIGINT')
    else if (typed.includes(CTRL_Z)) stop()
    else if (typed === CTRL_D || typed === ESCAPE || typed.startsWith('q') || typed.startsWith('Q')) quit()
  }
  stdin.setRawMode(true)
  stdin.on('data', onData)
  stdin.resume()
  return () => {
    stdin.off('data', onData)
    stdin.setRawMode(false)
    stdin.pause()
  }
}

/** Everything that a screen needs of the process, and the way back from all of it. */
function onTerminal(view: ScreenView, quit: () => void): () => void {
  let mute = listen(quit, () => suspend())
  const enter = (): void => {
    view.enter()
    view.tick()
  }
  const leave = (): void => {
    mute()
    mute = () => undefined
    view.leave()
  }
  const suspend = (): void => {
    leave()
    process.kill(process.pid, 'SIGTSTP')
  }
  const resume = (): void => {
    mute()
    mute = listen(quit, suspend)
    enter()
  }
  const ticking = setInterval(view.tick, TICK_MS)
  process.on('SIGCONT', resume)
  process.stdout.on('resize', view.tick)
  // Whoever draws an error, or leaves at once, does it on the terminal as it was.
  process.on('exit', leave)
  process.prependListener('uncaughtException', leave)
  process.prependListener('unhandledRejection', leave)
  enter()
  return () => {
    clearInterval(ticking)
    process.off('SIGCONT', resume)
    process.stdout.off('resize', view.tick)
    process.off('exit', leave)
    process.off('uncaughtException', leave)
    process.off('unhandledRejection', leave)
    leave()
  }
}

/** Until `q` (gives `done`) or a signal (`interrupted`). Throws where the first look fails. */
export async function runWatch(
  invocation: Invocation,
  flags: ClusterFlags & Parameters<typeof outputOf>[0],
  intervalMs: number,
): Promise<Exit> {
  const output = outputOf(flags)
  const ended = new AbortController()
  const signal = AbortSignal.any([invocation.signal, ended.signal])
  const open = await openStatus({ ...invocation, signal }, flags, { onOutage: () => undefined, patienceMs: PATIENCE_MS })
  let crds: { readonly at: number; readonly read: Promise<Crds> } | undefined
  const read = () => {
    const now = systemClock.now().getTime()
    if (crds === undefined || now - crds.at > CRDS_MS) crds = { at: now, read: readCrds(open.world.kube) }
    const look = readStatus(open.world, flags.namespace, crds.read)
    look.catch(() => {
      crds = undefined
    })
    return look
  }
  const screen = wantsScreen(output, invocation.env)
    ? screenView(process.stdout, systemClock, { intervalMs, canType: process.stdin.isTTY === true })
    : undefined
  const view: View = screen ?? (output.json ? jsonView : lineView)(process.stdout, systemClock)
  const leave = screen === undefined ? () => undefined : onTerminal(screen, () => ended.abort())
  // An interrupt says a word of its own: on the terminal as it was.
  invocation.signal.addEventListener('abort', leave, { once: true })
  try {
    await watchStatus({ read, view, clock: systemClock, intervalMs, signal })
    return invocation.signal.aborted ? 'interrupted' : 'done'
  } finally {
    invocation.signal.removeEventListener('abort', leave)
    leave()
    open.close()
  }
}
