import * as Args from '@oclif/core/args'
import { offerRollback } from '../../src/cli/offer-rollback.ts'
import { RunCommand } from '../../src/cli/run-command.ts'
import { runFlagsOf } from '../../src/cli/run-flags.ts'
import type { RunReport } from '../../src/cli/run-report.ts'

export default class UpgradeApply extends RunCommand {
  static override summary = 'carry out an upgrade plan that was kept with --out'
  static override description =
    `Does only what the plan says, without asking. Refuses (exit 6) on another cluster, or when git or the cluster moved since the plan was made.`
  static override examples = ['<%= config.bin %> upgrade apply plan.json']
  static override args = { plan: Args.string({ description: 'plan file', required: true }) }

  async run(): Promise<RunReport> {
    const { args, flags } = await this.parse(UpgradeApply)
    const { applyPlan } = await import('../../src/cli/drive.ts')
    const runFlags = runFlagsOf(flags)
    const driven = await applyPlan(this.invocation, { runbook: 'upgrade', file: args.plan, flags: runFlags })
    return this.finish(await offerRollback(this.invocation, driven, runFlags))
  }
}
