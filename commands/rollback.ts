import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { RunCommand } from '../src/cli/run-command.ts'
import { isGiven, runFlagsOf } from '../src/cli/run-flags.ts'
import type { RunReport } from '../src/cli/run-report.ts'

export default class Rollback extends RunCommand {
  static override summary = 'take a run of upgrade back: git, then the cluster, then proof'
  static override description =
    `Reverts the run's commit, pushes, applies the manifests that the run had saved, and verifies the old version.
Works without a running Flux. Refuses behind a point of no return and says what to do instead.
The same procedure by hand: runbooks/rollback/README.md`
  static override examples = [
    '<%= config.bin %> rollback',
    '<%= config.bin %> rollback 20261121-031200-upgrade-1a2b',
    '<%= config.bin %> rollback 20261121-031200-upgrade-1a2b --dry-run',
  ]
  static override flags = {
    pr: Flags.boolean({
      description: 'propose the revert as a pull request, or with --no-pr push it [default: as the upgrade went]',
      allowNo: true,
    }),
  }
  static override args = {
    run: Args.string({ description: 'id of the run, see runs list [default: the newest upgrade that changed something]' }),
  }

  async run(): Promise<RunReport> {
    const parsed = await this.parse(Rollback)
    const { args, flags } = parsed
    const { startRollback } = await import('../src/cli/drive.ts')
    return this.finish(
      await startRollback(this.invocation, {
        run: args.run,
        pullRequest: flags.pr,
        flags: runFlagsOf(flags),
        namespaceGiven: isGiven(parsed, 'namespace'),
      }),
    )
  }
}
