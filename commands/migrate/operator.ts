import { moveFlags, moveInput } from '../../src/cli/migrate/operator-flags.ts'
import { RunCommand } from '../../src/cli/run-command.ts'
import { runFlagsOf } from '../../src/cli/run-flags.ts'
import type { RunReport } from '../../src/cli/run-report.ts'

export default class MigrateOperator extends RunCommand {
  static override summary = 'let the Flux Operator keep Flux, as it runs now'
  static override description =
    `Derives a FluxInstance from what runs and shows, before anything is written, what would be different under the operator. Installs the operator beside Flux,
gives it the FluxInstance and proves that every object has one owner; only then the files of Flux itself leave git, with the pruning of their objects held.
From flux bootstrap, and from a kustomize pin with OCI self-management. Until the old files leave git "flux-ops runs abandon" takes the run back.
A run that stops anywhere goes on with "flux-ops runs resume". The same by hand: runbooks/migrate-operator/README.md`
  static override examples = [
    '<%= config.bin %> migrate operator --dry-run',
    '<%= config.bin %> migrate operator --repo ~/src/fleet --monitors',
    '<%= config.bin %> migrate operator --concurrent 10 --requeue-dependency 5s --memory-limit 1Gi --in-memory-build --helm-cache --oom-watch',
    '<%= config.bin %> migrate operator --operator-chart oci://registry.example.org/charts/flux-operator',
  ]
  static override flags = moveFlags

  async run(): Promise<RunReport> {
    const { flags } = await this.parse(MigrateOperator)
    const { startRun, loadRunbook } = await import('../../src/cli/drive.ts')
    const request = { runbook: await loadRunbook('migrate-operator'), input: moveInput(flags), flags: runFlagsOf(flags) }
    return this.finish((await startRun(this.invocation, request)).report)
  }
}
