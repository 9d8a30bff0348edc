import { offerRollback } from '../../src/cli/offer-rollback.ts'
import { RunCommand } from '../../src/cli/run-command.ts'
import { runFlagsOf } from '../../src/cli/run-flags.ts'
import type { RunReport } from '../../src/cli/run-report.ts'
import { outFlag, toFlag, upgradeFlags, upgradeInput, viaFlag } from '../../src/cli/upgrade-input.ts'

export default class Upgrade extends RunCommand {
  static override summary = 'take Flux to another version: check, plan, ask, apply, verify'
  static override description =
    `Changes the version pins in git in one commit, pushes, applies, waits for the rollout and proves that every object reconciled.
Where the API server would refuse the target's CRDs it goes there in several hops, each with a commit and a proof of its own.
With --pr the change is proposed as a pull request; the run ends with exit 4 and goes on with "flux-ops runs resume" once it is merged.
A run that stops anywhere goes on with "flux-ops runs resume"; one that fails can be taken back with "flux-ops rollback".
The same procedure by hand: runbooks/upgrade/README.md`
  static override examples = [
    '<%= config.bin %> upgrade --to 2.9.2 --dry-run',
    '<%= config.bin %> upgrade --to 2.9.2 --repo ~/src/fleet --backup-recipient age1…',
    '<%= config.bin %> upgrade --to 2.9.2 --via 2.7.5',
    '<%= config.bin %> upgrade --to 2.9.2 --pr',
    '<%= config.bin %> upgrade --to 2.9.2 --yes --waive suspended-objects="known, see ticket 42"',
  ]
  static override flags = { ...toFlag, ...viaFlag, ...upgradeFlags, ...outFlag }

  async run(): Promise<RunReport> {
    const { flags } = await this.parse(Upgrade)
    const { startRun, loadRunbook, makePlan } = await import('../../src/cli/drive.ts')
    const request = { input: upgradeInput(flags), flags: runFlagsOf(flags) }
    if (flags.out !== undefined) return this.finish(await makePlan(this.invocation, { ...request, runbook: 'upgrade', out: flags.out }))
    const driven = await startRun(this.invocation, { ...request, runbook: await loadRunbook('upgrade') })
    return this.finish(await offerRollback(this.invocation, driven, request.flags))
  }
}
