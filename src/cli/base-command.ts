// What every command shares: output flags, and one way out for results and errors.
import type { Interfaces } from '@oclif/core'
import { Command } from '@oclif/core/command'
import { EXIT_CODES, type Exit } from '../errors.ts'
import { jsonDocument } from '../ui/json.ts'
import { outputFlags } from './flags.ts'
import { type Invocation, invocationOf } from './invocation.ts'

export abstract class BaseCommand extends Command {
  static override baseFlags: Interfaces.FlagInput = outputFlags
  static override enableJsonFlag = true

  protected get invocation(): Invocation {
    return invocationOf(this.config)
  }

  /** Errors are drawn in one place, src/cli/main.ts. */
  protected override async catch(error: Error): Promise<never> {
    throw error
  }

  override logJson(json: unknown): void {
    process.stdout.write(jsonDocument(json))
  }

  /** Sets what the process will exit with; the command's result is still printed. */
  protected exitWith(exit: Exit): void {
    process.exitCode = EXIT_CODES[exit].code
  }
}
