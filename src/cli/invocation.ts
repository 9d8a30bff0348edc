// One invocation of the program, as commands see it: what main was given and what a command may be handed by a test.
import type { Config } from '@oclif/core'
import type { World } from '../adapters/context.ts'

export interface Invocation {
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP; the reason is the signal's name. */
  readonly signal: AbortSignal
  readonly env: Readonly<Record<string, string | undefined>>
  readonly version: string
  readonly decorate?: ((world: World) => World) | undefined
}

const KEY = 'fluxOpsInvocation'

type Carrying = { options: { [KEY]?: Invocation } }

/** oclif hands a command nothing but a config, and a new one made from the options of ours: so the invocation travels on the options. */
export const carry = (config: Config, invocation: Invocation): void => {
  ;(config as unknown as Carrying).options[KEY] = invocation
}

/** A command that runs without main would neither hear signals nor be testable: that is a bug. */
export const invocationOf = (config: Config): Invocation => {
  const invocation = (config as unknown as Carrying).options[KEY]
  if (!invocation) throw new Error('the command was not started by main')
  return invocation
}
