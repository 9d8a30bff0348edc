import { RunCommand } from '../../src/cli/run-command.ts'
import { runFlagsOf } from '../../src/cli/run-flags.ts'
import type { RunReport } from '../../src/cli/run-report.ts'
import { outFlag, toFlag, upgradeFlags, upgradeInput, viaFlag } from '../../src/cli/upgrade-input.ts'

export default class UpgradePlan extends RunCommand {
  static override summary = 'check and plan an upgrade; change nothing'
  static override description = 'Exit 0: a plan exists. Exit 3: checks failed. The plan can be kept, reviewed and carried out later.'
  static override examples = [
    '<%= config.bin %> upgrade plan --to 2.9.2',
    '<%= config.bin %> upgrade plan --to 2.9.2 --out plan.json && <%= config.bin %> upgrade apply plan.json',
  ]
  static override flags = { ...toFlag, ...viaFlag, ...upgradeFlags, ...outFlag }

  async run(): Promise<RunReport> {
    const { flags } = await this.parse(UpgradePlan)
    const { makePlan } = await import('../../src/cli/drive.ts')
    const request = { runbook: 'upgrade', input: upgradeInput(flags), flags: runFlagsOf(flags), out: flags.out }
    return this.finish(await makePlan(this.invocation, request))
  }
}
