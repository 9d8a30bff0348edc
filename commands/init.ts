import * as Flags from '@oclif/core/flags'
import { ClusterCommand } from '../src/cli/run-command.ts'
import { clusterOf, outputOf } from '../src/cli/run-flags.ts'

export default class Init extends ClusterCommand {
  static override summary = 'ask what a cluster is to be, and write it down as a cluster file'
  static override description =
    `Asks the few questions that matter, each with why it is asked and with what was found out by reading: contexts and what answers behind them, the Flux that runs there,
the repository that you stand in, the releases that fit. What schema check would refuse is refused at once. ? says more, < goes back, Ctrl-C leaves.
The host keys of the git server are taken only once you say that you compared them. No secret is asked for or written: files and variables are named that have them.
The file is shown in the end and written on a yes; a cluster is only read. Without a terminal, write the file by hand: flux-ops schema cluster tells every field.
--plain asks line by line, with numbers to choose by.`
  static override examples = [
    '<%= config.bin %> init',
    '<%= config.bin %> init --out clusters/prod-eu.yaml',
    '<%= config.bin %> init --from clusters/stage.yaml --out clusters/prod-eu.yaml',
  ]
  static override flags = {
    out: Flags.string({ description: 'file to write', helpValue: 'FILE', default: 'cluster.yaml', noCacheDefault: true }),
    from: Flags.string({ description: 'cluster file whose answers are suggested; what else stands in it is kept', helpValue: 'FILE' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Init)
    const { startWizard } = await import('../src/cli/wizard/start.ts')
    const result = await startWizard(this.invocation, {
      out: flags.out,
      from: flags.from,
      flags: { ...outputOf(flags), ...clusterOf(flags) },
    })
    const { drawEnding } = await import('../src/cli/wizard/draw-ending.ts')
    process.stdout.write(drawEnding(flags.out, result.written, flags.kubeconfig))
    return result
  }
}
