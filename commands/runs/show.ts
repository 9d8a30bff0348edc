import * as Args from '@oclif/core/args'
import { BaseCommand } from '../../src/cli/base-command.ts'

export default class RunsShow extends BaseCommand {
  static override summary = 'what a run found, planned and did'
  static override examples = [
    '<%= config.bin %> runs show 20261121-031200-upgrade-1a2b',
    '<%= config.bin %> runs show 20261121-031200-upgrade-1a2b --json',
  ]
  static override args = { run: Args.string({ description: 'id of the run; without it, the newest' }) }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(RunsShow)
    const { showRun } = await import('../../src/cli/run-show.ts')
    return showRun(this.invocation, args.run, {
      json: flags.json === true,
      plain: flags.plain === true,
      noColor: flags['no-color'] === true,
    })
  }
}
