// The program: argv in, exit code out. The only place where errors are drawn and become an exit.
import type { Config } from '@oclif/core'
import type { World } from '../adapters/context.ts'
import { EXIT_CODES, type OpsError, usageError } from '../errors.ts'
import { asFailure } from './failure.ts'
import type { Manifest } from './oclif-config.ts'
import { surviveClosedPipes, watchSignals } from './signals.ts'

export interface MainOptions {
  /** Wraps the ports of every run. For fault tests: no command and no port knows of it. */
  readonly decorate?: (world: World) => World
  /** Folder that holds package.json. */
  readonly root: string
  /** Of the built program; without it every command is loaded at the start. */
  readonly manifest?: Manifest
}

const debugging = (): boolean => process.env.FLUX_OPS_DEBUG === '1'

const wantsJson = (argv: readonly string[]): boolean => {
  const end = argv.indexOf('--')
  return (end === -1 ? argv : argv.slice(0, end)).includes('--json')
}

async function drawFailure(failure: OpsError, argv: readonly string[]): Promise<void> {
  if (wantsJson(argv)) {
    const { code, message, hints, exit } = failure
    const { jsonDocument } = await import('../ui/json.ts')
    process.stdout.write(jsonDocument({ error: { code, message, hints }, exitCode: EXIT_CODES[exit].code }))
  }
  const [{ renderError }, { createRedactor }] = await Promise.all([import('../ui/error-lines.ts'), import('../adapters/redactor.ts')])
  process.stderr.write(`${renderError(failure, { debug: debugging(), clean: createRedactor().clean })}\n`)
}

const titleOf = (config: Config, id: string): string => id.replaceAll(':', config.topicSeparator)

async function unknownCommand(config: Config, argv: readonly string[]): Promise<never> {
  const { nearest } = await import('../nearest.ts')
  const words = argv.filter((word) => !word.startsWith('-'))
  const known = config.commandIDs.map((id) => titleOf(config, id))
  const near = nearest(words.slice(0, 3).join(' '), known) ?? nearest(words.slice(0, 2).join(' '), known) ?? nearest(words[0] ?? '', known)
  const message = words[0] === undefined ? `unknown flag ${argv[0]}` : `there is no command "${words.slice(0, 2).join(' ')}"`
  throw usageError('command-unknown', message, ...(near ? [`did you mean: flux-ops ${near}`] : []), 'flux-ops --help')
}

async function showHelp(config: Config, argv: readonly string[]): Promise<void> {
  const { OpsHelp } = await import('./help.ts')
  await new OpsHelp(config, { hideAliasesFromRoot: true }).showHelp([...argv])
}

/** `help upgrade plan` is `upgrade plan --help`. */
const withoutHelpWord = (argv: readonly string[]): readonly string[] => (argv[0] === 'help' ? [...argv.slice(1), '--help'] : argv)

async function dispatch(
  given: readonly string[],
  options: MainOptions,
  signal: AbortSignal,
  seen: (command: string) => void,
): Promise<void> {
  const [{ loadOclif }, { normalizeArgv }, { carry }] = await Promise.all([
    import('./oclif-config.ts'),
    import('@oclif/core/help'),
    import('./invocation.ts'),
  ])
  const config = await loadOclif(options.root, options.manifest)
  carry(config, { signal, env: process.env, version: config.version, ...(options.decorate && { decorate: options.decorate }) })
  if (['--version', '-v', 'version'].includes(given[0] ?? '')) {
    process.stdout.write(`${config.userAgent}\n`)
    return
  }
  const argv = withoutHelpWord(given)
  const [id = '', ...rest] = normalizeArgv(config, [...argv])
  const command = config.findCommand(id)
  if (command) seen(titleOf(config, command.id))
  const end = argv.indexOf('--')
  const flags = end === -1 ? argv : argv.slice(0, end)
  if (argv.length === 0 || flags.includes('--help') || flags.includes('-h')) {
    if (id !== '' && !id.startsWith('-') && !command && !config.findTopic(id)) await unknownCommand(config, argv)
    return showHelp(config, argv)
  }
  if (!command && config.findTopic(id) && rest.length === 0) return showHelp(config, [...argv, '--help'])
  if (!command) return unknownCommand(config, argv)
  await config.runCommand(id, rest, command)
}

/** Runs one command line. Returns the exit code and leaves leaving to the caller. */
export async function main(argv: readonly string[], options: MainOptions): Promise<number> {
  surviveClosedPipes()
  const watch = watchSignals((line) => process.stderr.write(`${line}\n`))
  let command: string | undefined
  const fail = async (error: unknown): Promise<number> => {
    const { writeCrashLog } = await import('../adapters/crash-log.ts')
    const keep = (thrown: unknown) => writeCrashLog(thrown, `flux-ops ${command ?? ''}`, process.env)
    const failure = asFailure(error, { command, writeCrashLog: keep })
    await drawFailure(failure, argv)
    return EXIT_CODES[failure.exit].code
  }
  const onStray = (error: unknown) => void fail(error).then((code) => process.exit(code))
  process.on('uncaughtException', onStray)
  process.on('unhandledRejection', onStray)
  try {
    process.exitCode = 0
    await dispatch(argv, options, watch.signal, (id) => {
      command = id
    })
    return Number(process.exitCode ?? 0)
  } catch (error) {
    return await fail(error)
  } finally {
    watch.stop()
    process.removeListener('uncaughtException', onStray)
    process.removeListener('unhandledRejection', onStray)
  }
}

/** main, and out: kept-alive connections must not hold the process. */
export async function start(argv: readonly string[], options: MainOptions): Promise<never> {
  const code = await main(argv, options)
  const drained = (stream: NodeJS.WriteStream) => new Promise<void>((resolve) => void stream.write('', () => resolve()))
  await Promise.all([drained(process.stdout), drained(process.stderr)])
  process.exit(code)
}
