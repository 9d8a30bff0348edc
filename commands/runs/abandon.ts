import * as Args from '@oclif/core/args'
import { RunCommand } from '../../src/cli/run-command.ts'
import { isGiven, runFlagsOf } from '../../src/cli/run-flags.ts'
import type { RunReport } from '../../src/cli/run-report.ts'

export default class RunsAbandon extends RunCommand {
  static override summary = 'take back what a run had begun, last first, and end it'
  static override description =
    'Without RUN: the only unfinished run. Refuses behind a point of no return. A finished run shows its result; to take a finished upgrade back, use rollback.'
  static override examples = ['<%= config.bin %> runs abandon', '<%= config.bin %> runs abandon 20261121-031200-upgrade-1a2b --yes']
  static override args = { run: Args.string({ description: 'id of the run, see runs list' }) }

  async run(): Promise<RunReport> {
    const parsed = await this.parse(RunsAbandon)
    const { args, flags } = parsed
    const { takeUpRun } = await import('../../src/cli/take-up-run.ts')
    const request = { how: 'abandon', id: args.run, flags: runFlagsOf(flags), namespaceGiven: isGiven(parsed, 'namespace') } as const
    return this.finish(await takeUpRun(this.invocation, request))
  }
}
