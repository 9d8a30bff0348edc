// Base of the commands that drive a run: shared flags, and a result that becomes exit code and JSON.
import type { Interfaces } from '@oclif/core'
import { BaseCommand } from './base-command.ts'
import { clusterFlags, outputFlags, runFlags } from './flags.ts'
import type { RunReport } from './run-report.ts'

export abstract class ClusterCommand extends BaseCommand {
  static override baseFlags: Interfaces.FlagInput = { ...outputFlags, ...clusterFlags }
}

export abstract class RunCommand extends ClusterCommand {
  static override baseFlags: Interfaces.FlagInput = { ...outputFlags, ...clusterFlags, ...runFlags }

  /** The report was drawn while it came about; with --json it is printed by the base class. */
  protected finish(report: RunReport): RunReport {
    this.exitWith(report.exit)
    return report
  }
}
