import * as Args from '@oclif/core/args'
import { RunCommand } from '../../src/cli/run-command.ts'
import { isGiven, runFlagsOf } from '../../src/cli/run-flags.ts'
import type { RunReport } from '../../src/cli/run-report.ts'

export default class RunsResume extends RunCommand {
  static override summary = 'take up a run where it stopped'
  static override description =
    'Without RUN: the only unfinished run. The run goes on in the cluster it began in; a step whose end is not known is looked at first. A finished run shows its result.'
  static override examples = ['<%= config.bin %> runs resume', '<%= config.bin %> runs resume 20261121-031200-upgrade-1a2b --yes']
  static override args = { run: Args.string({ description: 'id of the run, see runs list' }) }

  async run(): Promise<RunReport> {
    const parsed = await this.parse(RunsResume)
    const { args, flags } = parsed
    const { takeUpRun } = await import('../../src/cli/take-up-run.ts')
    const request = { how: 'resume', id: args.run, flags: runFlagsOf(flags), namespaceGiven: isGiven(parsed, 'namespace') } as const
    return this.finish(await takeUpRun(this.invocation, request))
  }
}
