import { RunCommand } from '../../src/cli/run-command.ts'
import { runFlagsOf } from '../../src/cli/run-flags.ts'
import type { RunReport } from '../../src/cli/run-report.ts'
import { outFlag, planInput, rehearseFlag, reviewFlags, upgradeFlags, viaFlag } from '../../src/cli/upgrade-input.ts'
import { usageError } from '../../src/errors.ts'

/** Not by `exclusive`: that would put the names into the usage of --from. */
function assertPlayable(flags: { rehearse: boolean; ci: boolean; 'dry-run'?: boolean }): void {
  const other = flags.ci ? 'ci' : flags['dry-run'] === true ? 'dry-run' : undefined
  if (flags.rehearse && other !== undefined) {
    throw usageError('flags-exclusive', `--rehearse and --${other} cannot be used together`, 'leave one of them out')
  }
}

export default class UpgradePlan extends RunCommand {
  static override summary = 'check and plan an upgrade; change nothing'
  static override description = `The plan can be kept, reviewed and carried out later (--out), and told in Markdown (--markdown).
With --ci the clone is that of a pull request: HEAD may be detached and the pins changed already. What only a run needs is not asked.
With --rehearse the upgrade is played in a sandbox on this machine first; cluster and repository are only read, and no value of a Secret enters it.
Exit 0: a plan exists, and with --ci the request may be merged, or changes no version of Flux. Exit 3: checks failed, no plan exists, or its rehearsal failed.
Exit 4, only with --ci: a plan exists, and something has to be done before the merge. Exit 2: wrong usage.`
  static override examples = [
    '<%= config.bin %> upgrade plan --to 2.9.2',
    '<%= config.bin %> upgrade plan --to 2.9.2 --out plan.json && <%= config.bin %> upgrade apply plan.json',
    '<%= config.bin %> upgrade plan --to 2.9.2 --rehearse',
    '<%= config.bin %> upgrade plan --to 2.9.2 --rehearse --from ~/.local/state/flux-ops/runs/20261121-031200-upgrade-3f2a',
    '<%= config.bin %> upgrade plan --ci --markdown comment.md',
  ]
  static override flags = { ...reviewFlags, ...rehearseFlag, ...viaFlag, ...upgradeFlags, ...outFlag }

  async run(): Promise<RunReport> {
    const { flags } = await this.parse(UpgradePlan)
    const input = planInput(flags)
    assertPlayable(flags)
    if (flags.from !== undefined) {
      const { from, repo, timeout: timeoutSeconds } = flags
      const request = { from, repo, timeoutSeconds, to: input.to, via: input.via, flags: runFlagsOf(flags) }
      const { rehearseBackup } = await import('../../src/cli/rehearse/of-backup.ts')
      return this.finish(await rehearseBackup(this.invocation, request))
    }
    const { makePlan } = await import('../../src/cli/drive.ts')
    const { out, markdown, ci, rehearse } = flags
    return this.finish(
      await makePlan(this.invocation, { runbook: 'upgrade', input, flags: runFlagsOf(flags), out, markdown, ci, rehearse }),
    )
  }
}
