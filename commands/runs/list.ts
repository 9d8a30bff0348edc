import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../../src/cli/base-command.ts'

export default class RunsList extends BaseCommand {
  static override summary = 'the runs of this machine, newest first'
  static override examples = ['<%= config.bin %> runs list', '<%= config.bin %> runs list --open --json']
  static override flags = {
    open: Flags.boolean({ description: 'only the unfinished ones' }),
    limit: Flags.integer({ description: 'at most this many', default: 20, min: 1, max: 10_000, helpValue: 'N' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(RunsList)
    const { listRuns, drawRunList } = await import('../../src/cli/run-list.ts')
    const list = await listRuns(this.invocation, { open: flags.open, limit: flags.limit })
    if (!flags.json) process.stdout.write(drawRunList(list))
    return list
  }
}
